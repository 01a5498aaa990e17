// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A task that starts lazily, over the real <coroutine>: for tests that need more of the
// real library than mock/coroutine.h has.
#ifndef LAZY_TASK_H
#define LAZY_TASK_H

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

#endif
