// One side takes its second lock in another file.
// REQUIRES: llvm22
// RUN: %not %gridlock check %s %S/Inputs/journal.cpp --checks='-*,gridlock-lock-order' --quiet -- -std=c++20 -I%S/../Inputs > %t.out
// RUN: %FileCheck %s --implicit-check-not=warning: < %t.out
// RUN: rm -rf %t.d && mkdir %t.d && %clangplugin22 -std=c++20 -I%S/../Inputs -c %s -o %t.d/a.o && %clangplugin22 -std=c++20 -I%S/../Inputs -c %S/Inputs/journal.cpp -o %t.d/b.o
// RUN: %not %gridlock check --objects %t.d/a.o %t.d/b.o --checks='-*,gridlock-lock-order' --quiet > %t.objects
// RUN: %FileCheck %s --implicit-check-not=warning: < %t.objects
// RUN: %gridlock check %s --checks='-*,gridlock-lock-order' --quiet -- -std=c++20 -I%S/../Inputs
#include "Inputs/order.h"

void Store::save() {
  std::lock_guard<std::mutex> Hold(Lock);
  // CHECK: warning: locks 'Journal::Lock' and 'Store::Lock' are taken in opposite orders: 'Store::compact' takes 'Journal::Lock' then 'Store::Lock', 'Store::save' takes 'Store::Lock' then 'Journal::Lock'
  // CHECK: across-files.cpp:[[@LINE+2]]:8: note: 'Store::save' calls 'Journal::append' here
  // CHECK: journal.cpp:2:{{.*}}: note: 'Journal::append' takes 'Journal::Lock' here while 'Store::Lock' is held
  Log->append();
}

void Store::compact() {
  std::lock_guard<std::mutex> First(Log->Lock);
  std::lock_guard<std::mutex> Second(Lock);
}
