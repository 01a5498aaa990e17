// Reads, writes and atomics of what others can see; NOLINT; errors in one function.
// RUN: %S/Inputs/facts %build %s -DTEST=1 -ferror-limit=0 | %FileCheck %s
#include "Inputs/std.h"
// CHECK: file accesses.cpp {{.*}}status partial
// CHECK: error accesses.cpp:{{.*}}undeclared identifier 'nothing'
// CHECK-DAG: nolint accesses.cpp:[[#@LINE+1]]-[[#@LINE+1]] [gridlock-lock-order]
int marked; // NOLINT(gridlock-lock-order)
// CHECK-DAG: nolint accesses.cpp:[[#@LINE+2]]-[[#@LINE+2]] []
// NOLINTNEXTLINE
int next;
// CHECK-DAG: nolint accesses.cpp:[[#@LINE+1]]-[[#@LINE+3]] [gridlock-*]
// NOLINTBEGIN(gridlock-*)
int within;
// NOLINTEND(gridlock-*)
int shared;
const int fixed = marked;
extern "C" int printf(const char *, ...);
struct counter {
  int count;
  mutable int hits;
  const int limit = shared;
  std::atomic<int> fast;
  // CHECK-LABEL: function counter::get
  // CHECK: read this.count
  // CHECK: read this.hits
  // CHECK-NOT: read this.limit
  // CHECK: return
  int get() const { return count + hits + limit; }
  // CHECK-LABEL: function counter::add
  // CHECK: read this.count
  // CHECK-NEXT: assign this.count = unknown(arithmetic)
  // CHECK-NEXT: write this.count
  // CHECK: atomic fetch-modify this.fast
  // CHECK: atomic load this.fast
  // CHECK: atomic store this.fast
  // CHECK: call std::atomic::wait(
  // CHECK: atomic wait this.fast
  // CHECK: atomic fetch-modify global 'shared'
  // CHECK: atomic compare-exchange global 'shared'
  // CHECK: address-taken global 'shared'
  // CHECK: read global 'shared'
  void add() {
    count++;
    ++fast;
    int x = fast;
    fast.store(1);
    fast.wait(x);
    __sync_fetch_and_add(&shared, 1);
    __atomic_compare_exchange_n(&shared, &x, 1, 0, 0, 0);
    int *p = &shared;
    x = shared + fixed;
  }
};
// CHECK-LABEL: function broken
// CHECK: call after(1)
void after(int);
void broken() {
  nothing();
  after(1);
}
// CHECK-LABEL: function whole at
// CHECK: call after(2)
void whole() { after(2); }
