// Locks that the program makes itself of an atomic.
// RUN: %check_all self-deadlock %s -- -I%S/../Inputs
#include "mock/sync.h"

class SpinLock {
public:
  void lock() {
    while (__atomic_exchange_n(&Taken, true, __ATOMIC_ACQUIRE))
      while (__atomic_load_n(&Taken, __ATOMIC_RELAXED))
        ;
  }
  void unlock() { __atomic_store_n(&Taken, false, __ATOMIC_RELEASE); }

private:
  bool Taken = false;
};

// Whoever has it gets it again.
class OwnedLock {
public:
  void lock() {
    if (__atomic_load_n(&Owner, __ATOMIC_RELAXED) == self()) {
      ++Depth;
      return;
    }
    int Nobody = 0;
    while (!__atomic_compare_exchange_n(&Owner, &Nobody, self(), false,
                                        __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
      Nobody = 0;
  }
  void unlock() {
    if (Depth != 0)
      --Depth;
    else
      __atomic_store_n(&Owner, 0, __ATOMIC_RELEASE);
  }

private:
  static int self();
  int Owner = 0;
  int Depth = 0;
};

// Counts; nothing is locked by it.
class Counter {
public:
  void lock() { __atomic_fetch_add(&Users, 1, __ATOMIC_RELAXED); }
  void unlock() { __atomic_fetch_sub(&Users, 1, __ATOMIC_RELAXED); }

private:
  int Users = 0;
};

struct World {
  SpinLock Bodies;
  OwnedLock Joints;
  Counter Users;
  int Count = 0;

  void spawn() {
    Bodies.lock();
    ++Count;
    Bodies.unlock();
  }
  void explode_bad() {
    std::lock_guard<SpinLock> Hold(Bodies);
    // CHECK: spin.cpp:[[@LINE+1]]:5: warning: lock 'World::Bodies' is taken in 'World::spawn' while the same thread holds it already
    spawn();
  }
  void explode_ok() {
    {
      std::lock_guard<SpinLock> Hold(Bodies);
      ++Count;
    }
    spawn();
  }
  void join() {
    Joints.lock();
    ++Count;
    Joints.unlock();
  }
  void twice_ok() {
    std::lock_guard<OwnedLock> Hold(Joints);
    join();
  }
  void use() {
    Users.lock();
    ++Count;
    Users.unlock();
  }
  void used_ok() {
    Users.lock();
    use();
    Users.unlock();
  }
};
// CHECK-NOT: warning: {{.*}}_ok'
