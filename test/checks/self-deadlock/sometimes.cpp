// What is called takes the lock on some paths only: found where the branch asks
// for data, left to the strict profile where it may ask who holds the lock.
// RUN: %check_all self-deadlock %s -- -I%S/../Inputs
#include "mock/sync.h"

class Registry {
  std::mutex Lock;
  int Count = 0;
  bool HeldByUs = false;

public:
  void remove() {
    std::lock_guard<std::mutex> Hold(Lock);
    --Count;
  }
  void release(int *Refs) {
    if (--*Refs == 0)
      // CHECK-DAG: sometimes.cpp:[[@LINE+1]]:7: note: 'Registry::release' calls 'Registry::remove' here
      remove();
  }
  void sweep_bad(int *Refs) {
    std::lock_guard<std::mutex> Hold(Lock);
    // CHECK-DAG: sometimes.cpp:[[@LINE+1]]:5: warning: lock 'Registry::Lock' is taken in 'Registry::remove' while the same thread holds it already: it waits for itself for ever
    release(Refs);
  }
  void shrink(int Limit) {
    if (Count > Limit)
      remove();
  }
  void resize_bad() {
    std::lock_guard<std::mutex> Hold(Lock);
    // CHECK-DAG: sometimes.cpp:[[@LINE+1]]:5: warning: lock 'Registry::Lock' is taken in 'Registry::remove' while
    shrink(10);
  }
  // Word of the lock: a flag that is passed, or one that says who has it.
  void clear(bool Quiet) {
    if (!Quiet)
      remove();
  }
  void clear_all_ok(bool Quiet) {
    std::lock_guard<std::mutex> Hold(Lock);
    clear(Quiet);
  }
  // What is passed says nothing once it has been changed.
  void trim(bool Quiet) {
    if (Count == 2)
      Quiet = true;
    if (!Quiet)
      remove();
  }
  void trim_all_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    trim(false);
  }
  void drop() {
    if (!HeldByUs)
      remove();
  }
  void drop_all_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    HeldByUs = true;
    drop();
    HeldByUs = false;
  }
};

// A lease that has been moved on gives nothing back at its end.
class Pool {
  std::mutex Lock;
  int Free = 0;

public:
  struct Lease {
    Pool *Of;
    explicit Lease(Pool *P) : Of(P) {}
    Lease(Lease &&Other) : Of(Other.Of) { Other.Of = nullptr; }
    ~Lease() {
      if (Of)
        Of->giveBack();
    }
  };
  struct Owner {
    Lease Has;
    Owner(Lease &&L) : Has(static_cast<Lease &&>(L)) {}
  };
  void giveBack() {
    std::lock_guard<std::mutex> Hold(Lock);
    ++Free;
  }
  Owner lend_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    --Free;
    return Owner(Lease(this));
  }
  void reap_bad() {
    std::lock_guard<std::mutex> Hold(Lock);
    --Free;
    Lease Back(this);
    ++Free;
    // CHECK-DAG: sometimes.cpp:[[@LINE+1]]:3: warning: lock 'Pool::Lock' is taken in 'Pool::giveBack' while
  }
};

// A flag that is a constant at the call decides.
class Limiter {
  std::mutex Lock;
  int Free = 0;
  void add(int N, bool Locked) {
    if (!Locked)
      Lock.lock();
    Free += N;
    if (!Locked)
      Lock.unlock();
  }

public:
  void two_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    add(2, true);
  }
  void two_bad() {
    std::lock_guard<std::mutex> Hold(Lock);
    // CHECK-DAG: sometimes.cpp:[[@LINE+1]]:5: warning: lock 'Limiter::Lock' is taken in 'Limiter::add' while
    add(2, false);
  }
  // A text and the address of an object are something.
  void name(const char *Text, int *Count) {
    if (Text && Count)
      add(1, false);
  }
  void named_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    int N = 0;
    name(nullptr, &N);
    name("one", nullptr);
  }
  void named_bad() {
    std::lock_guard<std::mutex> Hold(Lock);
    int N = 0;
    // CHECK-DAG: sometimes.cpp:[[@LINE+1]]:5: warning: lock 'Limiter::Lock' is taken in 'Limiter::add' while
    name("one", &N);
  }
  void maybeNamed_ok(const char *Text, int *Count) {
    std::lock_guard<std::mutex> Hold(Lock);
    name(Text, Count);
  }
};
// CHECK-NOT: _ok
