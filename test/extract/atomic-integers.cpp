// Atomics of integers and floats, which the standard library derives from bases
// of its own, are atomic accesses like those of other types.
// RUN: %S/Inputs/facts %build %s | %FileCheck %s
#include <atomic>
struct state {
  std::atomic<int> count;
  std::atomic<double> load;
  std::atomic<bool> stopped;
  // CHECK-LABEL: function state::use
  void use() {
    // CHECK: atomic fetch-modify this.count
    count++;
    // CHECK: atomic fetch-modify this.count
    count.fetch_add(2);
    // CHECK: atomic store this.count
    count = 3;
    int expected = 3;
    // CHECK: atomic compare-exchange this.count
    count.compare_exchange_strong(expected, 4);
    // CHECK: atomic load this.count
    int now = count;
    // CHECK: atomic load this.count
    now = count.load();
    // CHECK: atomic store this.load
    load = now;
    // CHECK: atomic exchange this.stopped
    stopped.exchange(true);
    // CHECK-NOT: cpp:{{[0-9:]+}} call std
  }
};
