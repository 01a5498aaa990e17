// A future that is known to be ready does not block.
// RUN: %check_all blocking-in-coroutine %s -- -I%S/../Inputs
#include "lazy-task.h"

#include <chrono>
#include <future>
#include <thread>
#include <vector>

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

// Asked by a function.
template <class F> static bool is_ready(const F &Future) {
  return Future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}
static bool has_come(std::future<int> *Future) {
  return Future->valid() && Future->wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}
static bool is_pending(const std::future<int> &Future) {
  if (Future.wait_for(std::chrono::seconds(0)) == std::future_status::ready)
    return false;
  return true;
}
static bool asks_either(std::future<int> &Future, bool Other) {
  return Other || Future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}
task asked_ok(std::future<int> F, std::future<int> G, std::future<int> H) {
  while (!is_ready(F))
    co_await std::suspend_always();
  F.get();
  if (has_come(&G))
    G.get();
  if (is_pending(H))
    co_return;
  H.get();
}
task asked_bad(std::future<int> F, std::future<int> G, std::future<int> H, bool Other) {
  if (!is_ready(F))
    // CHECK: futures.cpp:[[@LINE+1]]:7: warning: 'std::future::get' blocks the event loop
    F.get();
  if (has_come(&G))
    // CHECK: futures.cpp:[[@LINE+1]]:7: warning: 'std::future::get' blocks the event loop
    H.get();
  if (asks_either(G, Other))
    // CHECK: futures.cpp:[[@LINE+1]]:7: warning: 'std::future::get' blocks the event loop
    G.get();
  co_return;
}

// Asked beside something else, in one condition.
task either_ok(std::shared_future<int> F) {
  if (!F.valid() || F.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
    co_return;
  F.get();
}
task both_ok(std::shared_future<int> F, bool Wanted) {
  if (!(Wanted && F.wait_for(std::chrono::seconds(0)) == std::future_status::ready))
    co_return;
  F.get();
}
task either_bad(std::shared_future<int> F, bool Wanted) {
  if (!(Wanted || F.wait_for(std::chrono::seconds(0)) == std::future_status::ready))
    co_return;
  // CHECK: futures.cpp:[[@LINE+1]]:5: warning: 'std::shared_future::get' blocks the event loop
  F.get();
}

// The function runs in get().
task deferred_ok() {
  auto F = std::async(std::launch::deferred, [] { return 1; });
  F.get();
  co_return;
}
task started_bad() {
  auto F = std::async(std::launch::async, [] { return 1; });
  // CHECK: futures.cpp:[[@LINE+1]]:5: warning: 'std::future::get' blocks the event loop
  F.get();
  co_return;
}

// An awaiter is resumed when its future has come, if another one resumes it.
struct when_done {
  std::promise<int> Promise;
  std::future<int> Future = Promise.get_future();
  std::coroutine_handle<> Waiting;
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> Handle) { Waiting = Handle; }
  void done(int Value) {
    Promise.set_value(Value);
    Waiting.resume();
  }
  int await_resume() { return Future.get(); }
};
task awaited_ok(when_done &Operation) { co_await Operation; }

struct at_once {
  std::future<int> Future;
  bool await_ready() { return true; }
  void await_suspend(std::coroutine_handle<>) {}
  // CHECK: futures.cpp:[[@LINE+1]]:38: warning: 'std::future::get' blocks the event loop: coroutine 'never_suspends_bad'
  int await_resume() { return Future.get(); }
};
task never_suspends_bad(at_once &Operation) { co_await Operation; }

struct resumes_itself {
  std::future<int> Future;
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> Handle) { Handle.resume(); }
  // CHECK: futures.cpp:[[@LINE+1]]:38: warning: 'std::future::get' blocks the event loop: coroutine 'resumed_at_once_bad'
  int await_resume() { return Future.get(); }
};
task resumed_at_once_bad(resumes_itself &Operation) { co_await Operation; }

// The end of what std::async gives waits for the function.
void keep(std::future<int>);
static std::future<int> started_for_others_ok() {
  auto F = std::async(std::launch::async, [] { return 1; });
  return F;
}
task dropped_bad() {
  // CHECK: futures.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'std::future::~future' blocks the event loop in coroutine 'dropped_bad'
  std::async(std::launch::async, [] { return 1; });
  co_return;
}
task left_behind_bad() {
  auto F = std::async([] { return 1; });
  // CHECK: futures.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'std::future::~future' blocks the event loop in coroutine 'left_behind_bad'
  co_return;
}
task handed_on_ok(std::vector<std::future<int>> &Kept) {
  auto F = std::async(std::launch::async, [] { return 1; });
  Kept.push_back(std::move(F));
  auto G = std::async(std::launch::async, [] { return 1; });
  keep(std::move(G));
  auto H = std::async(std::launch::async, [] { return 1; });
  std::thread([H = std::move(H)] {}).detach();
  Kept.push_back(started_for_others_ok());
  auto Shared = std::async(std::launch::deferred, [] { return 1; }).share();
  co_return;
}
task asked_for_ok(void (*Ask)(std::future<int> &)) {
  auto F = std::async(std::launch::async, [] { return 1; });
  Ask(F);
  auto G = std::async(std::launch::async, [] { return 1; });
  co_await std::suspend_always();
}
task waited_ok() {
  auto F = std::async(std::launch::async, [] { return 1; });
  while (F.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
    co_await std::suspend_always();
}
task from_promise_ok(std::promise<int> &Promise) {
  auto F = Promise.get_future();
  co_return;
}
