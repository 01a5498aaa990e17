// Elements that getters return for constants are distinct locks; one that is
// fetched twice is the same.
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
    std::lock_guard<std::mutex> To(get(2).Lock); // CHECK: elements.cpp:[[@LINE]]:33: warning: lock 'Slot::Lock' is taken in 'Table::twice_bad' while the same thread holds it already
  }
  void twiceByLock_bad() {
    std::lock_guard<std::mutex> From(lockOf(1));
    std::lock_guard<std::mutex> To(lockOf(1)); // CHECK: elements.cpp:[[@LINE]]:33: warning: lock 'Slot::Lock' is taken in 'Table::twiceByLock_bad' while the same thread holds it already
  }
};
// CHECK-NOT: {{in '[A-Za-z:]*_ok'}}
