// Callables that are kept before they are called: in members, containers, captures, tables.
// RUN: %check_all blocking-in-callback %s -- -isystem %S/../Inputs/mock
#include <asio_kept.h>

#include <unistd.h>

namespace asio = boost::asio;

class Member {
public:
  explicit Member(std::function<void()> F) : Handler(std::move(F)) {}
  void set(std::function<void()> F) { Other = std::move(F); }
  void start(asio::io_context &Loop) {
    asio::post(Loop, [this] { Handler(); });
    asio::post(Loop, [this] { run(); });
  }
  void stop() { AtStop(); }
  std::function<void()> AtStop;

private:
  void run() {
    if (Other)
      Other();
  }
  std::function<void()> Handler, Other;
};
void member_bad(asio::io_context &Loop) {
  // CHECK: kept.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop
  static Member M([] { sleep(1); });
  // CHECK: kept.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop
  M.set([] { sleep(2); });
  M.start(Loop);
}
// The loop does not call this one.
void member_ok(Member &M) {
  M.AtStop = [] { sleep(1); };
  M.stop();
}

class Queue {
public:
  explicit Queue(asio::io_context &Loop) : Loop(Loop) {}
  void run(std::function<void()> F) {
    Waiting.push_back(std::move(F));
    asio::post(Loop, [this] { drain(); });
  }

private:
  void drain() {
    std::function<void()> F = std::move(Waiting.front());
    F();
  }
  asio::io_context &Loop;
  std::vector<std::function<void()>> Waiting;
};
void queue_bad(Queue &Q) {
  // CHECK: kept.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop
  Q.run([] { sleep(1); });
}

// The same, but threads drain it; what a thread posts to the loop is on it again.
class Pool {
public:
  void start() {
    Threads.emplace_back([this] { work(); });
  }
  void submit(std::function<void()> F) { Waiting.push_back(std::move(F)); }

private:
  void work() {
    std::function<void()> F = std::move(Waiting.front());
    F();
  }
  std::vector<std::thread> Threads;
  std::vector<std::function<void()>> Waiting;
};
void pool_ok(Pool &P) {
  P.submit([] { sleep(1); });
}
void pool_bad(Pool &P, asio::io_context &Loop) {
  P.submit([&Loop] {
    sleep(1);
    // CHECK: kept.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop
    asio::post(Loop, [] { sleep(2); });
  });
}

// Handed on by a function of the program, inside another lambda.
static void later(asio::io_context &Loop, std::function<void()> F) {
  asio::post(Loop, [F = std::move(F)] { F(); });
}
void captured_bad(asio::io_context &Loop) {
  // CHECK: kept.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop
  later(Loop, [] { sleep(1); });
}
static void now(std::function<void()> F) { F(); }
void captured_ok() {
  now([] { sleep(1); });
}

class Signal {
public:
  Signal &operator+=(std::function<void()> F) {
    Slots.push_back(std::move(F));
    return *this;
  }
  void operator()() const {
    for (const auto &Slot : Slots)
      Slot();
  }

private:
  std::vector<std::function<void()>> Slots;
};
struct Source {
  Signal Ready, Closed;
  void start(asio::io_context &Loop) {
    asio::post(Loop, [this] { Ready(); });
  }
};
void signal_bad(Source &S) {
  // CHECK: kept.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop
  S.Ready += [] { sleep(1); };
}

// Tables of functions.
static void get(int) {}
static void nap(int) {
  // CHECK: kept.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop
  sleep(1);
}
static void unused(int) { sleep(1); }
struct Command {
  const char *Name;
  void (*Run)(int);
};
static const Command Commands[] = {{"get", get}, {"nap", nap}};
struct Option {
  const char *Name;
  void (*Run)(int);
};
static const Option Options[] = {{"unused", unused}};
void table_bad(asio::io_context &Loop, int I) {
  asio::post(Loop, [I] { Commands[I].Run(1); });
}
void table_ok(int I) { Options[I].Run(1); }

// A factory, a global, a callable passed to a callable.
static std::function<void()> make() {
  // CHECK: kept.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop
  return [] { sleep(1); };
}
void factory_bad(asio::io_context &Loop) { asio::post(Loop, make()); }

static std::function<void(std::function<void()>)> Global;
void global_bad(asio::io_context &Loop) {
  Global = [](std::function<void()> Next) { Next(); };
  // CHECK: kept.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop
  asio::post(Loop, [] { Global([] { sleep(1); }); });
}

// What the library constructs, and what is listed.
class Session {
public:
  explicit Session(std::function<void()> F) : Done(std::move(F)) {}
  void finish() const { Done(); }

private:
  std::function<void()> Done;
};
void made_bad(asio::io_context &Loop) {
  // CHECK: kept.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop
  static auto S = std::make_unique<Session>([] { sleep(1); });
  asio::post(Loop, [] { S->finish(); });
}
struct Slow {
  // CHECK: kept.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop
  explicit Slow(int N) { sleep(N); }
};
void constructor_bad(asio::io_context &Loop) {
  asio::post(Loop, [] { auto S = std::make_unique<Slow>(1); });
}
void listed_bad(asio::io_context &Loop) {
  // CHECK: kept.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop
  static std::vector<std::function<void()>> Steps{[] { sleep(1); }, [] {}};
  asio::post(Loop, [] { Steps[0](); });
}
void listed_ok() {
  std::vector<std::function<void()>> Steps{[] { sleep(1); }, [] {}};
  Steps[0]();
}

// Handed over behind an interface: to a loop for certain, or to a loop or a pool.
struct Runner {
  virtual ~Runner();
  virtual void run(std::function<void()> F) = 0;
};
struct LoopRunner : Runner {
  asio::io_context Loop;
  void run(std::function<void()> F) override { asio::post(Loop, std::move(F)); }
};
void interface_bad(Runner &R) {
  // CHECK: kept.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop
  R.run([] { sleep(1); });
}
struct AnyRunner {
  virtual ~AnyRunner();
  virtual void run(std::function<void()> F) = 0;
};
struct OnLoop : AnyRunner {
  asio::io_context Loop;
  void run(std::function<void()> F) override { asio::post(Loop, std::move(F)); }
};
struct OnPool : AnyRunner {
  asio::thread_pool Pool;
  void run(std::function<void()> F) override { asio::post(Pool, std::move(F)); }
};
void interface_ok(AnyRunner &R) {
  R.run([] { sleep(1); });
}
