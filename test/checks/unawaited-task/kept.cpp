// Tasks that are kept somewhere and never awaited.
// RUN: %check_all unawaited-task %s --profile strict -- -I%S/../Inputs
#include "mock/coroutine.h"
#include "mock/sync.h"

namespace std {
template <typename T> struct vector {
  vector();
  vector(vector &&) noexcept;
  ~vector();
  void push_back(T &&);
  unsigned size() const;
  void reserve(unsigned);
  T *begin();
  T *end();
  T &operator[](unsigned);
};
} // namespace std

struct kept_task : task {
  kept_task();
  kept_task(kept_task &&) noexcept;
  kept_task &operator=(kept_task &&) noexcept;
  ~kept_task();
  struct promise_type {
    kept_task get_return_object();
    std::suspend_always initial_suspend() noexcept;
    std::suspend_always final_suspend() noexcept;
    void return_void();
    void unhandled_exception();
  };
};
kept_task fetch();
kept_task other();
void own(kept_task &&);
task when_all(std::vector<kept_task> &&);

task replaced_bad() {
  // CHECK: kept.cpp:[[@LINE+1]]:19: warning: the task that 'fetch' returns into 'Now' is replaced by another one before anything awaits it and never runs
  kept_task Now = fetch();
  Now = other();
  co_await Now;
}

task replaced_after_ok() {
  kept_task Now = fetch();
  co_await Now;
  Now = other();
  co_await Now;
}

task default_ok(bool Quick) {
  kept_task Now = fetch();
  if (Quick)
    Now = other();
  co_await Now;
}

task second_bad() {
  kept_task Now = fetch();
  co_await Now;
  // CHECK: kept.cpp:[[@LINE+1]]:9: warning: the task that 'other' returns into 'Now' is never awaited, returned or moved and never runs
  Now = other();
}

task one_case_bad(int What) {
  kept_task Now;
  switch (What) {
  case 0:
    Now = fetch();
    co_await Now;
    break;
  case 1:
    // CHECK: kept.cpp:[[@LINE+1]]:11: warning: the task that 'other' returns into 'Now' is never awaited, returned or moved and never runs
    Now = other();
    break;
  }
}

task any_case_ok(int What) {
  kept_task Now;
  switch (What) {
  case 0:
    Now = fetch();
    break;
  default:
    Now = other();
    break;
  }
  co_await Now;
}

task loop_ok(int Count) {
  kept_task Now;
  for (int I = 0; I < Count; ++I) {
    Now = fetch();
    co_await Now;
  }
}

task reference_bad() {
  // CHECK: kept.cpp:[[@LINE+1]]:19: warning: the task that 'fetch' returns is only bound to a reference that nothing uses and never runs
  auto &&Unused = fetch();
  co_return;
}

task reference_ok() {
  auto &&Used = fetch();
  co_await Used;
}

task either_ok(bool Which) { co_await (Which ? fetch() : other()); }

task either_bad(bool Which) {
  // CHECK: kept.cpp:[[@LINE+2]]:11: warning: the task that 'fetch' returns is discarded
  // CHECK: kept.cpp:[[@LINE+1]]:21: warning: the task that 'other' returns is discarded
  Which ? fetch() : other();
  co_return;
}

task comma_bad() {
  // CHECK: kept.cpp:[[@LINE+2]]:3: warning: the task that 'fetch' returns is discarded
  // CHECK: kept.cpp:[[@LINE+1]]:12: warning: the task that 'other' returns is discarded
  fetch(), other();
  co_return;
}

task container_bad(int Count) {
  std::vector<kept_task> All;
  All.reserve(4);
  for (int I = 0; I < Count; ++I)
    // CHECK: kept.cpp:[[@LINE+1]]:19: warning: the task that 'fetch' returns is put into 'All', of which nothing is awaited, returned or handed on, and never runs
    All.push_back(fetch());
}

task iterated_ok(int Count) {
  std::vector<kept_task> All;
  for (int I = 0; I < Count; ++I)
    All.push_back(fetch());
  for (kept_task &One : All)
    co_await One;
}

task all_ok() {
  std::vector<kept_task> All;
  All.push_back(fetch());
  All.push_back(other());
  co_await when_all(std::move(All));
}

std::vector<kept_task> returned_ok() {
  std::vector<kept_task> All;
  All.push_back(fetch());
  return All;
}

struct Session {
  kept_task Lost, Awaited;
  void start_bad() {
    // CHECK: kept.cpp:[[@LINE+1]]:12: warning: the task that 'fetch' returns is kept in member 'Session::Lost', which nothing in the program reads, and never runs
    Lost = fetch();
  }
  void start_ok() { Awaited = fetch(); }
  task finish() { co_await Awaited; }
};

kept_task wrapped() { return fetch(); }
void through_wrapper_bad() {
  // CHECK: kept.cpp:[[@LINE+1]]:3: warning: the task that 'wrapped' returns is discarded and never runs
  wrapped();
}
