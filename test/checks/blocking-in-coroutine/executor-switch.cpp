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

namespace coro {
struct thread_pool {
  task schedule(task);
  void spawn_detached(task);
};
struct scheduler {
  task schedule(task);
};
} // namespace coro

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

// Coroutines that are only ever awaited on the pool, also through another.
task innermost_ok() {
  sleep(1);
  co_return;
}
task awaited_there_ok() {
  sleep(1);
  co_await innermost_ok();
}
task awaits_on_pool_ok(cppcoro::static_thread_pool &Pool) {
  co_await Pool.schedule();
  co_await awaited_there_ok();
}

// ... and one that is also awaited before the switch.
task awaited_before_bad() {
  // CHECK: executor-switch.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'awaited_before_bad'
  sleep(1);
  co_return;
}
task awaits_twice_ok(cppcoro::static_thread_pool &Pool) {
  co_await awaited_before_bad();
  co_await Pool.schedule();
  co_await awaited_before_bad();
}

// ... one that is made there but awaited after the way back, and one nobody awaits.
task made_there_bad() {
  // CHECK: executor-switch.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'made_there_bad'
  sleep(1);
  co_return;
}
task comes_back_ok(cppcoro::static_thread_pool &Pool, cppcoro::io_service &Loop) {
  co_await Pool.schedule();
  task Made = made_there_bad();
  co_await Loop.schedule();
  co_await Made;
}
task back_on_loop_bad() {
  // CHECK: executor-switch.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'back_on_loop_bad'
  sleep(1);
  co_return;
}
task returns_ok(cppcoro::static_thread_pool &Pool, cppcoro::io_service &Loop) {
  co_await Pool.schedule();
  co_await Loop.schedule();
  co_await back_on_loop_bad();
}

// A callable that leaves this function may be called anywhere.
void keep(task (*Later)());
task escapes_bad() {
  // CHECK: executor-switch.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'escapes_bad'
  sleep(1);
  co_return;
}
task lets_escape_ok(cppcoro::static_thread_pool &Pool) {
  keep(escapes_bad);
  co_await Pool.schedule();
  co_await escapes_bad();
}

// Tasks that are handed to a pool to run them there, or to a loop.
task handed_over_ok() {
  sleep(1);
  co_return;
}
task hands_over_ok(coro::thread_pool &Pool) {
  Pool.spawn_detached(handed_over_ok());
  co_await Pool.schedule(handed_over_ok());
}
task handed_to_loop_bad() {
  // CHECK: executor-switch.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'handed_to_loop_bad'
  sleep(1);
  co_return;
}
task hands_to_both_ok(coro::thread_pool &Pool, coro::scheduler &Loop) {
  Pool.spawn_detached(handed_to_loop_bad());
  co_await Loop.schedule(handed_to_loop_bad());
}
