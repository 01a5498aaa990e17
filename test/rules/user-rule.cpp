// One YAML rule for a library of one's own, without building Gridlock again: the static
// finding in every front end, with its `unless:` heeded, ...
// RUN: %not %gridlock check --rules %S/Inputs/mylib.yaml --llvm 22 %s -- -std=c++20 2>&1 | %FileCheck %s
// RUN: %not %gridlock check --rules %S/Inputs/mylib.yaml --llvm 19 %s -- -std=c++20 2>&1 | %FileCheck %s
// RUN: %tidy22 --checks='-*,gridlock-blocking-in-coroutine' --config="{CheckOptions: {gridlock.Rules: '%S/Inputs/mylib.yaml'}}" %s -- -std=c++20 2>/dev/null | %FileCheck %s
// RUN: %tidy19 --checks='-*,gridlock-blocking-in-coroutine' --config="{CheckOptions: {gridlock.Rules: '%S/Inputs/mylib.yaml'}}" %s -- -std=c++20 2>/dev/null | %FileCheck %s
// without the rule there is none, ...
// RUN: %gridlock check --llvm 22 %s -- -std=c++20 2>&1 | %FileCheck %s --check-prefix=NONE
// REQUIRES: llvm19, llvm22
#include <coroutine>

struct task {
  struct promise_type {
    task get_return_object() { return {}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};
extern "C" int mylib_fetch(int id, int milliseconds);

task session_bad() {
  // CHECK: user-rule.cpp:[[@LINE+1]]:3: warning: 'mylib_fetch' blocks the event loop in coroutine 'session_bad'; instead: call mylib_start and wait for its descriptor [gridlock-blocking-in-coroutine]
  mylib_fetch(1, 1000);
  co_return;
}
task session_ok() {
  // CHECK-NOT: warning:
  mylib_fetch(1, 0);
  co_return;
}
// NONE-NOT: warning:
// NONE: 0 findings
