// Callbacks that users register, invoked under a lock that other functions of the
// class take as well: in the default profile.
// RUN: %check_all callback-under-lock %s -- -I%S/../Inputs
#include "mock/function.h"
#include "mock/sync.h"

namespace std {
template <typename T> struct vector {
  T *begin();
  T *end();
  void push_back(const T &);
  void clear();
};
} // namespace std

class Bus {
public:
  using Handler = std::function<void(int)>;
  void subscribe(const Handler &H) {
    std::lock_guard<std::mutex> Hold(Lock);
    Handlers.push_back(H);
  }
  void close() {
    std::lock_guard<std::mutex> Hold(Lock);
    Handlers.clear();
  }
  void publish_bad(int Event) {
    std::lock_guard<std::mutex> Hold(Lock);
    for (Handler &H : Handlers)
      H(Event); // CHECK: registered.cpp:[[@LINE]]:7: warning: a callback of list 'Bus::Handlers' is invoked in 'Bus::publish_bad' while lock 'Bus::Lock' is held: if it calls 'Bus::subscribe', which takes that lock, it waits for its own thread for ever; instead: copy what it needs and invoke it after the release
  }
  void publish_ok(int Event) {
    std::vector<Handler> Now;
    {
      std::lock_guard<std::mutex> Hold(Lock);
      for (Handler &H : Handlers)
        Now.push_back(H);
    }
    for (Handler &H : Now)
      H(Event);
  }
  // A helper that only those call who hold the lock.
  void close_bad(int Last) {
    std::lock_guard<std::mutex> Hold(Lock);
    tell(Last);
  }

private:
  void tell(int Event) {
    for (Handler &H : Handlers)
      H(Event); // CHECK: registered.cpp:[[@LINE]]:7: warning: a callback of list 'Bus::Handlers' is invoked in 'Bus::tell' while lock 'Bus::Lock' is held: if it calls
  }
  std::mutex Lock;
  std::vector<Handler> Handlers;
};

// A lock that its thread may take again.
class Recursive {
public:
  void set(std::function<void()> F) {
    std::lock_guard<std::recursive_mutex> Hold(Lock);
    Done = F;
  }
  void finish_ok() {
    std::lock_guard<std::recursive_mutex> Hold(Lock);
    Done();
  }

private:
  std::recursive_mutex Lock;
  std::function<void()> Done;
};

// Nobody else takes the lock.
class Lonely {
public:
  explicit Lonely(std::function<void()> F) : Done(F) {}
  void finish_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    Done();
  }

private:
  std::mutex Lock;
  std::function<void()> Done;
};

// Asked for a number or the time, not told of anything.
class Policy {
public:
  explicit Policy(std::function<bool(int)> F) : Accepts(F) {}
  void add_ok(int V) {
    std::lock_guard<std::mutex> Hold(Lock);
    if (Accepts(V))
      ++Count;
  }
  void reset() {
    std::lock_guard<std::mutex> Hold(Lock);
    Count = 0;
  }

private:
  std::mutex Lock;
  std::function<bool(int)> Accepts;
  int Count = 0;
};

// Only the class itself puts something in, and it takes no lock.
class Own {
public:
  Own() { Step = [] {}; }
  void run_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    Step();
  }
  void stop() { std::lock_guard<std::mutex> Hold(Lock); }

private:
  std::mutex Lock;
  std::function<void()> Step;
};

// A default that a user may replace.
class Pool {
public:
  Pool() { Made = [] {}; }
  void onMade(std::function<void()> F) { Made = F; }
  void take_bad() {
    std::lock_guard<std::mutex> Hold(Lock);
    ++Count;
    Made(); // CHECK: registered.cpp:[[@LINE]]:5: warning: callback 'Pool::Made' is invoked in 'Pool::take_bad' while lock 'Pool::Lock' is held: if it calls 'Pool::drop'
  }
  void drop() {
    std::lock_guard<std::mutex> Hold(Lock);
    --Count;
  }

private:
  std::mutex Lock;
  std::function<void()> Made;
  int Count = 0;
};

struct Listener {
  virtual ~Listener();
  virtual void onClosed(int Id) = 0;
};
struct Clock {
  virtual ~Clock();
  virtual long now() = 0;
};

class Server {
public:
  void add(Listener *L) {
    std::lock_guard<std::mutex> Hold(Lock);
    TheListener = L;
  }
  void close_bad(int Id) {
    std::lock_guard<std::mutex> Hold(Lock);
    Closed = TheClock->now();
    TheListener->onClosed(Id); // CHECK: registered.cpp:[[@LINE]]:18: warning: virtual function 'Listener::onClosed' is invoked in 'Server::close_bad' while lock 'Server::Lock' is held: if it calls 'Server::add'
  }
  void close_ok(int Id) {
    Listener *Now;
    {
      std::lock_guard<std::mutex> Hold(Lock);
      Closed = TheClock->now();
      Now = TheListener;
    }
    Now->onClosed(Id);
  }

private:
  std::mutex Lock;
  Listener *TheListener;
  Clock *TheClock;
  long Closed;
};

// A completion that is otherwise kept for later, and a visitor, which is not.
class Loader {
public:
  using Done = std::function<void(int)>;
  void load_bad(int Key, Done D) {
    std::lock_guard<std::mutex> Hold(Lock);
    if (Key == Known)
      D(Value); // CHECK: registered.cpp:[[@LINE]]:7: warning: callback 'D' is invoked in 'Loader::load_bad' while lock 'Loader::Lock' is held
    else
      Waiting.push_back(D);
  }
  void visit_ok(const std::function<void(int)> &Each) {
    std::lock_guard<std::mutex> Hold(Lock);
    Each(Value);
  }
  void forget() {
    std::lock_guard<std::mutex> Hold(Lock);
    Known = -1;
  }

private:
  std::mutex Lock;
  std::vector<Done> Waiting;
  int Known, Value;
};
