// After a switch to a thread pool, blocking is what the pool is for.
// RUN: %check_all blocking-in-coroutine %s -- -I%S/../Inputs
#include "mock/coroutine.h"

#include <unistd.h>

namespace cppcoro {
struct static_thread_pool {
  std::suspend_always schedule();
};
struct io_service {
  std::suspend_always schedule();
};
} // namespace cppcoro

task on_pool_ok(cppcoro::static_thread_pool &Pool) {
  co_await Pool.schedule();
  sleep(1);
}

task before_bad(cppcoro::static_thread_pool &Pool) {
  // CHECK: executor-switch.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'before_bad'
  sleep(1);
  co_await Pool.schedule();
}

task back_bad(cppcoro::static_thread_pool &Pool, cppcoro::io_service &Loop) {
  co_await Pool.schedule();
  co_await Loop.schedule();
  // CHECK: executor-switch.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'back_bad'
  sleep(1);
}

task one_branch_bad(cppcoro::static_thread_pool &Pool, bool Far) {
  if (Far)
    co_await Pool.schedule();
  // CHECK: executor-switch.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'one_branch_bad'
  sleep(1);
}
