// A guard's construction and destruction frame what happens while it lives; inline
// namespaces and template arguments are no part of a name.
// RUN: %S/Inputs/facts %build %s | %FileCheck %s
#include "Inputs/std.h"
struct Account {
  std::mutex m;
  int balance = 0;
  void add(int n);
};

// CHECK-LABEL: function Account::add method
// CHECK: construct local 'g' std::lock_guard::lock_guard(this.m)
// CHECK-NEXT: read this.balance
// CHECK-NEXT: assign this.balance = unknown(arithmetic)
// CHECK-NEXT: write this.balance
// CHECK-NEXT: call std::lock_guard::~lock_guard() on local 'g' implicit destructor
// CHECK-NEXT: lifetime-end local 'g'
void Account::add(int n) {
  std::lock_guard<std::mutex> g(m);
  balance += n;
}

// CHECK-LABEL: function early
// CHECK: call std::mutex::try_lock() on param 'm'
// CHECK: -> {{[0-9]+}} true if not truth call-result
// CHECK: call std::mutex::unlock() on param 'm'
void early(std::mutex &m) {
  if (!m.try_lock())
    return;
  m.unlock();
}

// CHECK-LABEL: function ordered
// CHECK: true if address-less &param 'a', &param 'b'
void ordered(Account &a, Account &b) {
  if (&a < &b)
    a.m.lock();
}
