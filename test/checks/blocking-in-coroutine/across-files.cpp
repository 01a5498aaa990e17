// The path goes through another file; functions of internal linkage stay apart.
// RUN: %not %gridlock check %s %S/Inputs/helper.cpp %S/Inputs/other.cpp --checks='-*,gridlock-blocking-in-coroutine' --quiet -- -std=c++20 -I%S/../Inputs > %t.out
// RUN: %FileCheck %s --implicit-check-not=warning: < %t.out
// RUN: %gridlock check %s %S/Inputs/other.cpp --checks='-*,gridlock-blocking-in-coroutine' --quiet -- -std=c++20 -I%S/../Inputs
#include "mock/coroutine.h"

void helper();
void other();

task calls_bad() {
  // CHECK: helper.cpp:2:23: warning: 'sleep' blocks the event loop: coroutine 'calls_bad' reaches it through 2 calls
  // CHECK: across-files.cpp:[[@LINE-2]]:{{.*}}: note: coroutine 'calls_bad' starts here
  // CHECK: across-files.cpp:[[@LINE+1]]:3: note: 'calls_bad' calls 'helper' here
  helper();
  co_return;
}

task calls_ok() {
  other();
  co_return;
}
