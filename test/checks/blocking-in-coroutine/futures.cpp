// A future that is known to be ready does not block.
// RUN: %check_all blocking-in-coroutine %s -- -I%S/../Inputs
#include "lazy-task.h"

#include <chrono>
#include <future>

task get_bad(std::future<int> F) {
  // CHECK: futures.cpp:[[@LINE+1]]:5: warning: 'std::future::get' blocks the event loop in coroutine 'get_bad'
  F.get();
  co_return;
}

task ready_ok(std::future<int> F) {
  if (F.wait_for(std::chrono::seconds(0)) == std::future_status::ready)
    F.get();
  co_return;
}

task not_ready_bad(std::future<int> F) {
  using namespace std::chrono_literals;
  // CHECK: futures.cpp:[[@LINE+1]]:9: warning: 'std::future::wait_for' blocks the event loop
  if (F.wait_for(10ms) != std::future_status::ready)
    // CHECK: futures.cpp:[[@LINE+1]]:7: warning: 'std::future::get' blocks the event loop
    F.get();
  co_return;
}

// A promise that has been kept.
task kept_ok() {
  std::promise<int> P, Q;
  P.set_value(1);
  std::future<int> F = P.get_future();
  F.get();
  auto G = Q.get_future();
  Q.set_value(2);
  G.get();
  co_return;
}

task other_promise_bad() {
  std::promise<int> P, Q;
  P.set_value(1);
  auto F = Q.get_future();
  // CHECK: futures.cpp:[[@LINE+1]]:5: warning: 'std::future::get' blocks the event loop
  F.get();
  co_return;
}
