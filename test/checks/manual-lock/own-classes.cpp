// A mutex and a condition variable of the program's own.
// RUN: %check_all manual-lock %s --profile strict -- -I%S/../Inputs
#include "mock/sync.h"

class Condition;
class Mutex {
  friend class Condition;
  std::mutex Inner;

public:
  void lock() { Inner.lock(); }
  void unlock() { Inner.unlock(); }
};

class Condition {
  Mutex &With;

public:
  explicit Condition(Mutex &M) : With(M) {}
  void wait() {
    std::unique_lock<std::mutex> Adopted(With.Inner, std::adopt_lock);
    Adopted.release();
  }
};

struct Store {
  Mutex Lock;
  Condition Filled;
  int Size;

  void drain_bad() {
    // CHECK: own-classes.cpp:[[@LINE+1]]:10: warning: lock 'Store::Lock' is taken and released by hand in 'Store::drain_bad'
    Lock.lock();
    while (Size == 0)
      Filled.wait();
    Lock.unlock();
  }

  // Called with the lock held.
  void settle_ok() {
    Lock.unlock();
    Lock.lock();
  }
};
