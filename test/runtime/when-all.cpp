// Coroutines that await several at once: the combinator starts each of them from its await_suspend,
// through coroutines of its own that nobody observes. Each one knows who awaits it, also when an
// earlier one has been suspended or has ended; a task that is started later, elsewhere, has no awaiter.
// RUN: %three_ways %s
// RUN: for w in preloaded shared static; do %expect %t.$w.json \
// RUN:   "sorted(f['function'] for f in by['gridlock-blocking-in-coroutine']) == ['alone', 'first_bad', 'second_bad', 'third_bad']" \
// RUN:   "all('awaited by coroutine all_of_them' in str(named(f)['notes']) for f in ('first_bad', 'second_bad', 'third_bad'))" \
// RUN:   "all('awaited by coroutine outermost' in str(named(f)['notes']) for f in ('first_bad', 'second_bad', 'third_bad'))" \
// RUN:   "'awaited by' not in str(named('alone')['notes'])" \
// RUN:   "'gridlock-unawaited-task' not in by" || exit 1; done
// RUN: %clang -std=c++20 -g -O2 -pthread -I%S/Inputs -I%root/runtime-monitor/include %s -o %t.clang
// RUN: rm -rf %t.r; %gridlock run --output %t.r -- %t.clang
// RUN: %gridlock report %t.r --format json --output %t.clang.json
// RUN: %expect %t.clang.json "all('awaited by coroutine all_of_them' in str(named(f)['notes']) for f in ('first_bad', 'second_bad', 'third_bad'))"
#include "loop.h"
#include <coroutine>
#include <gridlock/coroutine.h>
#include <utility>

/// Lazy, with symmetric transfer.
struct task {
  struct promise_type final {
    task get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    struct last {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> Self) noexcept {
        return Self.promise().Next;
      }
      void await_resume() noexcept {}
    };
    last final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::abort(); }
    std::coroutine_handle<> Next = std::noop_coroutine();
  };
  task(std::coroutine_handle<promise_type> Handle) : Handle(Handle) {}
  task(task &&Other) noexcept : Handle(std::exchange(Other.Handle, nullptr)) {}
  ~task() {
    if (Handle)
      Handle.destroy();
  }
  bool await_ready() { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> Awaiting) {
    Handle.promise().Next = Awaiting;
    return Handle;
  }
  void await_resume() {}
  std::coroutine_handle<promise_type> Handle;
};
template <class... Args> struct std::coroutine_traits<task, Args...> : gridlock::observed_traits<task> {};

/// What runs one of the tasks for the combinator: the library's own, not observed.
struct runner {
  struct promise_type {
    runner get_return_object() { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::abort(); }
  };
  std::coroutine_handle<promise_type> Handle;
};

template <unsigned N> struct when_all {
  task Tasks[N];
  unsigned Left = N + 1;
  std::coroutine_handle<> Awaiting;

  static runner run(when_all &All, task &One) {
    co_await One;
    if (--All.Left == 0)
      All.Awaiting.resume();
  }
  bool await_ready() { return false; }
  bool await_suspend(std::coroutine_handle<> Handle) {
    Awaiting = Handle;
    for (task &One : Tasks)
      run(*this, One).Handle.resume();
    return --Left != 0;
  }
  void await_resume() {}
};

static std::coroutine_handle<> Parked;
struct park {
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> Handle) { Parked = Handle; }
  void await_resume() {}
};

task first_bad() { usleep(120000); co_await park(); }
task second_bad() { usleep(120000); co_return; }
task third_bad() { usleep(120000); co_return; }
task alone() { usleep(120000); co_return; }
task all_of_them() {
  when_all<3> All{{first_bad(), second_bad(), third_bad()}};
  co_await All;
}
task outermost() { co_await all_of_them(); }

int main() {
  runLoop(12, [](int Round) {
    static task Outer = outermost(), Single = alone();
    if (Round == 5)
      Outer.Handle.resume();
    if (Round == 6)
      Single.Handle.resume();
    if (Round == 8)
      Parked.resume();
    if (Round == 9 && (!Outer.Handle.done() || !Single.Handle.done()))
      std::abort();
  });
}
