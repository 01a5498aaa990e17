// A method that is called on loops only is meant for them in each of its overrides. Where
// threads or start-up code work through the same interface, an override that blocks may be
// meant for those.
// RUN: %check_all blocking-in-callback %s -- -std=c++20
// RUN: %not %gridlock check %s --checks='-*,gridlock-blocking-in-callback' --profile strict --quiet -- -std=c++20 > %t.out
// RUN: %FileCheck %s --check-prefix=STRICT < %t.out
#include <memory>
#include <thread>
#include <vector>

#include <sys/epoll.h>
#include <unistd.h>

struct Handler {
  virtual ~Handler() = default;
  virtual const char *name() const = 0;
  virtual void handle(int Request) = 0;
};
struct Ping : Handler {
  const char *name() const override { return "ping"; }
  void handle(int Request) override { (void)Request; }
};
struct Sync_bad : Handler {
  const char *name() const override { return "sync"; }
  // CHECK: meant-for-loops.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop: {{.*}} reaches it through 2 calls
  void handle(int Request) override { sleep(static_cast<unsigned>(Request)); }
};
struct Stat_bad : Handler {
  const char *name() const override { return "stat"; }
  // CHECK: meant-for-loops.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'usleep' blocks the event loop
  void handle(int) override { usleep(5); }
};

// Start-up code reads its configuration through the interface that connections have.
struct Stream {
  virtual ~Stream() = default;
  virtual long read(char *Into) = 0;
  virtual void write(const char *From) = 0;
};
struct Memory : Stream {
  long read(char *) override { return 0; }
  void write(const char *) override {}
};
struct File_ok : Stream {
  int Descriptor = 3;
  long read(char *) override { return ::fsync(Descriptor); }
  // STRICT: meant-for-loops.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'fsync' blocks the event loop
  void write(const char *) override { ::fsync(Descriptor); }
};

// Threads use one kind of sink, loops another.
struct Sink {
  virtual ~Sink() = default;
  virtual void put(int Value) = 0;
};
struct Counter : Sink {
  int Sum = 0;
  void put(int Value) override { Sum += Value; }
};
struct Slow_ok : Sink {
  void put(int Value) override { sleep(static_cast<unsigned>(Value)); }
};

class Server {
public:
  explicit Server(std::unique_ptr<Stream> S, Sink &K) : In(std::move(S)), Out(K) {}
  void add(std::unique_ptr<Handler> H) {
    Longest = H->name(); // not on a loop, but nothing there blocks
    Handlers.push_back(std::move(H));
  }
  void run() {
    epoll_event Events[8];
    for (;;) {
      int Count = epoll_wait(Poll, Events, 8, -1);
      for (int I = 0; I < Count; ++I)
        dispatch(I);
    }
  }

private:
  void dispatch(int I) {
    for (auto &H : Handlers)
      H->handle(I);
    In->write("");
    Out.put(I);
  }
  int Poll = epoll_create1(0);
  std::unique_ptr<Stream> In;
  Sink &Out;
  std::vector<std::unique_ptr<Handler>> Handlers;
  const char *Longest = "";
};

static void configure(Stream &From) {
  char Buffer[8];
  From.read(Buffer);
}

static void collect(Sink &Into) {
  for (int I = 0; I < 9; ++I)
    Into.put(I);
}

int main() {
  File_ok Config;
  configure(Config);
  Counter Sum;
  Slow_ok Slow;
  std::thread Worker([&Slow] { collect(Slow); });
  Server S(std::make_unique<Memory>(), Sum);
  S.add(std::make_unique<Ping>());
  S.add(std::make_unique<Sync_bad>());
  S.add(std::make_unique<Stat_bad>());
  S.run();
  Worker.join();
}
