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
}
// CHECK-NOT: {{in '[A-Za-z:]*_ok'}}
