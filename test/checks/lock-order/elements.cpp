// Elements that getters return for constants are distinct locks, with an order among
// them; one that is fetched twice is the same.
// RUN: %check_all gridlock-lock-order,gridlock-self-deadlock %s -- -I%S/../Inputs
#include "mock/sync.h"

struct Slot {
  std::mutex Lock;
  int Value = 0;
};
class Table {
  Slot Slots[4];

public:
  Slot &get(int I) { return Slots[I]; }
  std::mutex &lockOf(int I) { return Slots[I].Lock; }

  void copy_ok() {
    std::lock_guard<std::mutex> From(get(0).Lock);
    std::lock_guard<std::mutex> To(get(1).Lock);
    get(1).Value = get(0).Value;
  }
  void copyByLock_ok() {
    std::lock_guard<std::mutex> From(lockOf(0));
    std::lock_guard<std::mutex> To(lockOf(1));
    get(1).Value = get(0).Value;
  }
  void twice_bad() {
    std::lock_guard<std::mutex> From(get(2).Lock);
    std::lock_guard<std::mutex> To(get(2).Lock); // CHECK-DAG: elements.cpp:[[@LINE]]:33: warning: lock 'Table::Slots[2].Lock' is taken in 'Table::twice_bad' while the same thread holds it already
  }
  void twiceByLock_bad() {
    std::lock_guard<std::mutex> From(lockOf(1));
    std::lock_guard<std::mutex> To(lockOf(1)); // CHECK-DAG: elements.cpp:[[@LINE]]:33: warning: lock 'Table::Slots[1].Lock' is taken in 'Table::twiceByLock_bad' while the same thread holds it already
  }
};

// Which is taken first differs: by constants it is known which they are.
class Cache {
  Slot Slots[4];
  std::mutex Locks[4];
  Slot &get(int I) { return Slots[I]; }
  std::mutex &lockOf(int I) { return Locks[I]; }

public:
  void up_bad() {
    std::lock_guard<std::mutex> From(get(0).Lock);
    std::lock_guard<std::mutex> To(get(1).Lock);
    get(1).Value = get(0).Value;
  }
  void down_bad() {
    std::lock_guard<std::mutex> From(get(1).Lock);
    std::lock_guard<std::mutex> To(get(0).Lock); // CHECK-DAG: elements.cpp:[[@LINE]]:33: warning: locks 'Cache::Slots[0].Lock' and 'Cache::Slots[1].Lock' are taken in opposite orders
    get(0).Value = get(1).Value;
  }
  void upByLock_bad() {
    std::lock_guard<std::mutex> From(lockOf(0));
    std::lock_guard<std::mutex> To(lockOf(1));
  }
  void downByLock_bad() {
    std::lock_guard<std::mutex> From(lockOf(1));
    std::lock_guard<std::mutex> To(lockOf(0)); // CHECK-DAG: elements.cpp:[[@LINE]]:33: warning: locks 'Cache::Locks[0]' and 'Cache::Locks[1]' are taken in opposite orders
  }
  void others_ok() {
    std::lock_guard<std::mutex> From(get(2).Lock);
    std::lock_guard<std::mutex> To(get(3).Lock);
  }
  // One above the other, whichever they are.
  void next_ok(int I) {
    std::lock_guard<std::mutex> From(get(2).Lock);
    std::lock_guard<std::mutex> To(get(I).Lock);
  }
  void each_ok(int I) {
    std::lock_guard<std::mutex> From(get(I).Lock);
    std::lock_guard<std::mutex> To(get(3).Lock);
  }
};
