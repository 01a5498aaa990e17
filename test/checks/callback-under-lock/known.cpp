// Callbacks that the program puts in itself: they matter where a user's code
// has to do with locks, whose order the owner doesn't know.
// RUN: %check_all callback-under-lock %s -- -I%S/../Inputs
#include "mock/function.h"
#include "mock/sync.h"

class Stats {
  std::mutex Lock;
  int Dropped = 0;

public:
  void drop() {
    std::lock_guard<std::mutex> Hold(Lock);
    ++Dropped;
  }
};

// The user's callback takes a lock of the user's.
class Cache {
  std::mutex Lock;
  std::function<void()> Evicted;
  int Size = 0;

public:
  explicit Cache(std::function<void()> F) : Evicted(F) {}
  void put_bad() {
    std::lock_guard<std::mutex> Hold(Lock);
    ++Size;
    Evicted(); // CHECK-DAG: known.cpp:[[@LINE]]:5: warning: callback 'Cache::Evicted' is invoked in 'Cache::put_bad' while lock 'Cache::Lock' is held: if it calls
  }
  void put_ok() {
    {
      std::lock_guard<std::mutex> Hold(Lock);
      ++Size;
    }
    Evicted();
  }
  void clear() {
    std::lock_guard<std::mutex> Hold(Lock);
    Size = 0;
  }
  // What is only passed is known to who calls.
  void visit_ok(std::function<void()> F) {
    std::lock_guard<std::mutex> Hold(Lock);
    F();
  }
};

// All that it is given counts a number of its own.
class Counted {
  std::mutex Lock;
  std::function<void()> Evicted;
  int Size = 0;

public:
  explicit Counted(std::function<void()> F) : Evicted(F) {}
  void put_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    ++Size;
    Evicted();
  }
  void clear() {
    std::lock_guard<std::mutex> Hold(Lock);
    Size = 0;
  }
};

// Its own step takes its own second lock.
class Stepped {
  std::mutex Lock, Inner;
  std::function<void()> Step;
  int Size = 0;
  void step() { std::lock_guard<std::mutex> Hold(Inner); }

public:
  Stepped() {
    Step = [this] { step(); };
  }
  void run_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    Step();
  }
  void clear() {
    std::lock_guard<std::mutex> Hold(Lock);
    Size = 0;
  }
};

// An observer's hook whose overrides are known.
class Observer {
public:
  virtual ~Observer();
  virtual void onChange(int Value) = 0;
};
class Shown : public Observer {
  std::mutex Lock;
  int Last = 0;

public:
  void onChange(int Value) override {
    std::lock_guard<std::mutex> Hold(Lock);
    Last = Value;
  }
};
class Model {
  std::mutex Lock;
  Observer *Of = nullptr;
  int Value = 0;

public:
  void watch(Observer *By) {
    std::lock_guard<std::mutex> Hold(Lock);
    Of = By;
  }
  void set_bad(int V) {
    std::lock_guard<std::mutex> Hold(Lock);
    Value = V;
    Of->onChange(V); // CHECK-DAG: known.cpp:[[@LINE]]:9: warning: virtual function 'Observer::onChange' is invoked in 'Model::set_bad' while lock 'Model::Lock' is held
  }
  void set_ok(int V) {
    Observer *Now;
    {
      std::lock_guard<std::mutex> Hold(Lock);
      Value = V;
      Now = Of;
    }
    Now->onChange(V);
  }
};

// A list to which other classes add what they like: none of it takes a lock
// yet.
namespace std {
template <typename T> struct vector {
  T *begin();
  T *end();
  void push_back(const T &);
};
} // namespace std
class Bus {
  std::mutex Lock;
  std::vector<std::function<void(int)>> Handlers, Steps;
  int Sent = 0;

public:
  // Only its own steps are in this one.
  Bus() {
    Steps.push_back([this](int N) { Sent += N; });
  }
  void subscribe(const std::function<void(int)> &F) {
    std::lock_guard<std::mutex> Hold(Lock);
    Handlers.push_back(F);
  }
  void publish_bad(int Event) {
    std::lock_guard<std::mutex> Hold(Lock);
    for (std::function<void(int)> &F : Handlers)
      F(Event); // CHECK-DAG: known.cpp:[[@LINE]]:7: warning: a callback of list 'Bus::Handlers' is invoked in 'Bus::publish_bad' while lock 'Bus::Lock' is held: if it calls 'Bus::subscribe'
  }
  void first_bad(int Event) {
    std::lock_guard<std::mutex> Hold(Lock);
    std::function<void(int)> *First = Handlers.begin();
    (*First)(Event); // CHECK-DAG: known.cpp:[[@LINE]]:5: warning: a callback of list 'Bus::Handlers' is invoked in 'Bus::first_bad' while lock 'Bus::Lock' is held
  }
  void publish_ok(int Event) {
    std::vector<std::function<void(int)>> Now;
    {
      std::lock_guard<std::mutex> Hold(Lock);
      Now = Handlers;
    }
    for (std::function<void(int)> &F : Now)
      F(Event);
  }
  void step_ok(int Event) {
    std::lock_guard<std::mutex> Hold(Lock);
    for (std::function<void(int)> &F : Steps)
      F(Event);
  }
};

// It is told which object it is: it may call that.
class Door {
  std::mutex Lock;
  std::function<void(Door &)> Opened;
  std::function<void(int)> Counted;
  int Times = 0;

public:
  Door(std::function<void(Door &)> O, std::function<void(int)> C)
      : Opened(O), Counted(C) {}
  void open_bad() {
    std::lock_guard<std::mutex> Hold(Lock);
    ++Times;
    Opened(*this); // CHECK-DAG: known.cpp:[[@LINE]]:5: warning: callback 'Door::Opened' is invoked in 'Door::open_bad' while lock 'Door::Lock' is held: if it calls 'Door::open_ok'
  }
  void open_ok() {
    {
      std::lock_guard<std::mutex> Hold(Lock);
      ++Times;
    }
    Opened(*this);
  }
  void count_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    Counted(Times);
  }
  int times() {
    std::lock_guard<std::mutex> Hold(Lock);
    return Times;
  }
};

// Guards and locks of the program's own.
class OwnMutex {
  std::mutex Lock;

public:
  void lock() { Lock.lock(); }
  void unlock() { Lock.unlock(); }
};
class OwnGuard {
  OwnMutex &Of;

public:
  explicit OwnGuard(OwnMutex &M) : Of(M) { Of.lock(); }
  ~OwnGuard() { Of.unlock(); }
};
class Signal {
  OwnMutex Lock;
  std::function<void()> Slot;

public:
  void connect(std::function<void()> F) {
    OwnGuard Hold(Lock);
    Slot = F;
  }
  void emit_bad() {
    OwnGuard Hold(Lock);
    Slot(); // CHECK-DAG: known.cpp:[[@LINE]]:5: warning: callback 'Signal::Slot' is invoked in 'Signal::emit_bad' while lock 'Signal::Lock.Lock' is held: if it calls 'Signal::connect'
  }
  void emit() {
    std::function<void()> Now;
    {
      OwnGuard Hold(Lock);
      Now = Slot;
    }
    Now();
  }
};
// What it uses calls its own users, in the strict profile only.
class Setting {
  std::mutex Lock;
  Signal Changed;
  int Value = 0;

public:
  void set_ok(int V) {
    std::lock_guard<std::mutex> Hold(Lock);
    Value = V;
    Changed.emit();
  }
  int get_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    return Value;
  }
};

int main() {
  Stats S;
  Cache A([&S] { S.drop(); });
  int N = 0;
  Counted B([&N] { ++N; });
  Stepped C;
  Model M;
  Shown V;
  M.watch(&V);
  M.set_bad(1);
  M.set_ok(1);
  A.put_bad();
  A.put_ok();
  A.visit_ok([&S] { S.drop(); });
  B.put_ok();
  C.run_ok();
  Bus Events;
  Events.subscribe([&N](int Event) { N += Event; });
  Events.publish_bad(1);
  Events.publish_ok(1);
  Events.step_ok(1);
  Door D([&N](Door &) { ++N; }, [&N](int Times) { N += Times; });
  D.open_bad();
  D.open_ok();
  D.count_ok();
  Signal Sig;
  Sig.connect([&S] { S.drop(); });
  Sig.emit_bad();
  Sig.emit();
  Setting().set_ok(1);
}
// CHECK-NOT: {{in '[A-Za-z:]*_ok'}}
