// A rule file of one's own, for all checks or for one; a bad option is reported.
// RUN: %tidy22 --checks='-*,gridlock-blocking-in-coroutine' %s -- -std=c++20 2>/dev/null | %FileCheck %s --check-prefix=NONE --allow-empty
// RUN: %tidy22 --checks='-*,gridlock-blocking-in-coroutine' --config="{CheckOptions: {gridlock.Rules: '%S/Inputs/mine.yaml'}}" %s -- -std=c++20 2>/dev/null | %FileCheck %s
// RUN: %tidy19 --checks='-*,gridlock-blocking-in-coroutine' --config="{CheckOptions: {gridlock-blocking-in-coroutine.Rules: '%S/Inputs/mine.yaml'}}" %s -- -std=c++20 2>/dev/null | %FileCheck %s
// RUN: %tidy22 --checks='-*,gridlock-blocking-in-coroutine' --config="{CheckOptions: {gridlock.Rules: '/no/such.yaml'}}" %s -- -std=c++20 2>&1 | %FileCheck %s --check-prefix=MISSING
// RUN: %tidy22 --checks='-*,gridlock-blocking-in-coroutine' --config="{CheckOptions: {gridlock.Profile: loud}}" %s -- -std=c++20 2>&1 | %FileCheck %s --check-prefix=PROFILE
// RUN: %tidy22 --checks='-*,gridlock-blocking-in-coroutine' --config="{CheckOptions: {gridlock.Profile: strict}}" --dump-config | %FileCheck %s --check-prefix=DUMP
#include "Inputs/coro.h"
task own_bad() {
  // NONE-NOT: warning:
  // CHECK: options.cpp:[[@LINE+1]]:3: warning: {{.*}}mine::slow
  mine::slow();
  co_return;
}
// MISSING: warning: {{.*}}/no/such.yaml{{.*}} [clang-tidy-config]
// PROFILE: option Profile is "loud"; it can be default, strict or pedantic [clang-tidy-config]
// DUMP: gridlock-blocking-in-coroutine.Profile: strict
