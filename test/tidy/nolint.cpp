// NOLINT comments are clang-tidy's own business, and work.
// RUN: %tidy22 --checks='-*,gridlock-blocking-in-coroutine' %s -- -std=c++20 2>/dev/null | %FileCheck %s --implicit-check-not=warning:
// RUN: %tidy19 --checks='-*,gridlock-blocking-in-coroutine' %s -- -std=c++20 2>/dev/null | %FileCheck %s --implicit-check-not=warning:
#include "Inputs/coro.h"
task first_bad() {
  // CHECK: nolint.cpp:[[@LINE+1]]:3: warning: {{.*}}sleep
  sleep(1);
  sleep(2); // NOLINT
  sleep(3); // NOLINT(gridlock-blocking-in-coroutine)
  // NOLINTNEXTLINE(gridlock-*)
  sleep(4);
  // NOLINTBEGIN
  sleep(5);
  // NOLINTEND
  // CHECK: nolint.cpp:[[@LINE+1]]:3: warning: {{.*}}sleep
  sleep(6); // NOLINT(bugprone-*)
  co_return;
}
