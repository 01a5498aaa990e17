// Locks taken and released by hand.
// RUN: %check_all manual-lock %s -- -I%S/../Inputs
#include "mock/sync.h"

void work();
std::mutex Table;

struct Store {
  std::mutex Lock;
  int Size;
  void add_bad(bool Early);
  void hold_ok() { Lock.lock(); }
  void done_ok() { Lock.unlock(); }
};

void Store::add_bad(bool Early) {
  // CHECK: manual.cpp:[[@LINE+1]]:8: warning: lock 'Store::Lock' is taken and released by hand in 'Store::add_bad': an exception or a new return in between leaves it locked; instead: a guard in a scope, such as std::lock_guard
  Lock.lock();
  if (Early) {
    // CHECK: manual.cpp:[[@LINE+1]]:10: note: it is released here
    Lock.unlock();
    return;
  }
  Size = 1;
  // CHECK: manual.cpp:[[@LINE+1]]:8: note: it is released here
  Lock.unlock();
}

void twice_bad() {
  // CHECK: manual.cpp:[[@LINE+1]]:9: warning: lock 'Table' is taken and released by hand in 'twice_bad'
  Table.lock();
  Table.unlock();
  work();
  // CHECK: manual.cpp:[[@LINE+1]]:9: warning: lock 'Table' is taken and released by hand in 'twice_bad'
  Table.lock();
  Table.unlock();
}

void nested_bad(Store &S) {
  // CHECK: manual.cpp:[[@LINE+1]]:9: warning: lock 'Table' is taken and released by hand
  Table.lock();
  // CHECK: manual.cpp:[[@LINE+1]]:10: warning: lock 'Store::Lock' is taken and released by hand
  S.Lock.lock();
  S.Lock.unlock();
  Table.unlock();
}

// Taken in a block that ends before the release: no scope fits.
void across_ok(Store &S) {
  {
    std::lock_guard<std::mutex> Hold(Table);
    S.Lock.lock();
  }
  work();
  S.Lock.unlock();
}
void behind_bad(Store &S) {
  {
    std::lock_guard<std::mutex> Hold(Table);
    work();
  }
  // CHECK: manual.cpp:[[@LINE+1]]:10: warning: lock 'Store::Lock' is taken and released by hand in 'behind_bad'
  S.Lock.lock();
  work();
  S.Lock.unlock();
}

void guard_ok() {
  std::unique_lock<std::mutex> Hold(Table);
  Hold.unlock();
  work();
  Hold.lock();
}

// Released for a while: the lock is not held over one scope.
void drop_and_take_ok(bool More) {
  Table.lock();
  while (More) {
    Table.unlock();
    work();
    Table.lock();
  }
  Table.unlock();
}

void caller_holds_ok() {
  Table.unlock();
  work();
  Table.lock();
}

void on_condition_ok(bool Shared) {
  if (Shared)
    Table.lock();
  work();
  if (Shared)
    Table.unlock();
}

void hand_over_hand_ok(Store &From, Store &To) {
  From.Lock.lock();
  To.Lock.lock();
  From.Lock.unlock();
  work();
  To.Lock.unlock();
}

void try_ok() {
  if (Table.try_lock())
    Table.unlock();
}

void adopted_ok() {
  Table.lock();
  std::lock_guard<std::mutex> Hold(Table, std::adopt_lock);
}

// A class that is a lock itself.
class Counting {
  std::mutex Inner;
  int Uses;

public:
  void lock() {
    Inner.lock();
    ++Uses;
  }
  void unlock() { Inner.unlock(); }
  int uses_ok() {
    Inner.lock();
    int Now = Uses;
    Inner.unlock();
    return Now;
  }
};

// A lock that the program makes itself has no guard that one could name.
class SpinLock {
  bool Taken = false;

public:
  void lock() {
    while (__atomic_exchange_n(&Taken, true, __ATOMIC_ACQUIRE))
      ;
  }
  void unlock() { __atomic_store_n(&Taken, false, __ATOMIC_RELEASE); }
};
int spun_ok(SpinLock &Spin, int &Count) {
  Spin.lock();
  int Now = ++Count;
  Spin.unlock();
  return Now;
}
