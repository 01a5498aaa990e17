// Coroutines that include gridlock/coroutine.h: the chain of those that await the one that
// blocks, tasks dropped before they ran, locks held across a suspension, long steps, tasks
// pending at the end. By a promise of the program's own and by a library's traits; GCC and
// Clang; without the monitor nothing changes.
// RUN: %three_ways %s
// RUN: for w in preloaded shared static; do %expect %t.$w.json \
// RUN:   "[(f['function'], f['operation']) for f in by['gridlock-unawaited-task']] == [('drops_bad', 'never_bad')]" \
// RUN:   "by['gridlock-unawaited-task'][0]['count'] == 3" \
// RUN:   "'it was made in drops_bad' in str(by['gridlock-unawaited-task'][0]['notes'])" \
// RUN:   "[f['function'] for f in by['gridlock-lock-across-suspension']] == ['locked_bad']" \
// RUN:   "'and resumed by another thread once' in by['gridlock-lock-across-suspension'][0]['message']" \
// RUN:   "[f['function'] for f in by['gridlock-loop-stall'] if f['operation'] == 'coroutine-step'] == ['longStep_bad']" \
// RUN:   "any('awaited by coroutine middle' in n['message'] for f in by['gridlock-blocking-in-coroutine'] for n in f['notes'])" \
// RUN:   "any('awaited by coroutine outer' in n['message'] for f in by['gridlock-blocking-in-coroutine'] for n in f['notes'])" \
// RUN:   "any('2 of coroutine \'pending\' were pending at the end, 1 had not started' in r for r in summary['remarks'])" \
// RUN:   "'_ok' not in str(by)" || exit 1; done
// RUN: %victim %s -o %t.bare && %t.bare
// A promise that can't be derived from, as well:
// RUN: %clang -DFINAL=final -std=c++20 -g -O2 -pthread -I%S/Inputs -I%root/runtime-monitor/include %s -o %t.clang
// RUN: rm -rf %t.r; %gridlock run --output %t.r -- %t.clang
// RUN: %gridlock report %t.r | %FileCheck %s
// CHECK-DAG: the task of coroutine 'never_bad' was dropped here 3 times and never ran
// CHECK-DAG: coroutine 'locked_bad' was suspended here with a lock of its thread held once
// CHECK-DAG: coroutine 'longStep_bad' kept its thread from here
// CHECK-DAG: awaited by coroutine middle at {{.*}}coroutines.cpp
// CHECK-DAG: awaited by coroutine outer at {{.*}}coroutines.cpp
#include "loop.h"
#include <cstdlib>
#include <gridlock/coroutine.h>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

/// A lazy task with symmetric transfer, as a library would write it: its promise finds the
/// coroutine by its own address and knows nothing of the monitor.
#ifndef FINAL
#define FINAL
#endif
struct task {
  struct promise_type FINAL {
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
    void return_value(int V) { Value = V; }
    void unhandled_exception() { throw; }
    std::coroutine_handle<> Next = std::noop_coroutine();
    int Value = 0;
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
  int await_resume() { return Handle.promise().Value; }
  std::coroutine_handle<promise_type> Handle;
};
template <class... Args> struct std::coroutine_traits<task, Args...> : gridlock::observed_traits<task> {};

/// A type of the program's own: eager, with an await_transform and operator co_await.
struct number {
  int Value;
  struct ready {
    int Value;
    ready(int Value) : Value(Value) {}
    ready(const ready &) = delete;
    bool await_ready() { return true; }
    void await_suspend(std::coroutine_handle<>) {}
    int await_resume() { return Value; }
  };
  ready operator co_await() && { return ready(Value); }
};
struct fired {
  struct basic_promise {
    fired get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::abort(); }
    number await_transform(int V) { return {V + 1}; }
    template <class T> T &&await_transform(T &&Value) { return static_cast<T &&>(Value); }
  };
  using promise_type = gridlock::observed_promise<basic_promise>;
};

static std::coroutine_handle<> Parked;
struct park {
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> Handle) { Parked = Handle; }
  void await_resume() {}
};
struct declines {
  bool await_ready() { return false; }
  bool await_suspend(std::coroutine_handle<>) { return false; }
  int await_resume() { return 3; }
};
struct throws {
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<>) { throw std::runtime_error("not today"); }
  void await_resume() {}
};

#define APART [[gnu::noinline]]
static std::mutex Mutex;

task quick_ok() { co_return 1; }
task inner() { usleep(150000); co_return 1; }
task middle() { co_return co_await inner() + 1; }
task outer() { co_return co_await middle() + 1; }

task never_bad() { co_return 1; }
APART void drops_bad() { never_bad(); asm(""); }
APART void unwinds_ok() {
  try {
    task Dropped = never_bad();
    throw 1;
  } catch (int) {
  }
}
APART void awaits_ok() { task T = quick_ok(); T.Handle.resume(); }
static std::vector<task> Queue;
APART void queues_ok() { Queue.push_back(never_bad()); }

task locked_bad() {
  std::lock_guard Guard(Mutex);
  co_await park();
  co_return 2;
}
task unlocked_ok() {
  { std::lock_guard Guard(Mutex); }
  co_await park();
  std::lock_guard Guard(Mutex);
  co_await std::suspend_never();
  co_return co_await declines();
}
fired everything_ok(std::unique_ptr<int> Moved) {
  if (co_await 4 != 5 || co_await declines() != 3 || *Moved != 7)
    std::abort();
  try {
    co_await throws();
    std::abort();
  } catch (const std::runtime_error &) {
  }
  co_await park();
  if (*Moved != 7)
    std::abort();
}
task longStep_bad() {
  co_await park();
  usleep(160000);
  co_await park();
  co_return 1;
}
task pending() { co_await park(); co_return 1; }

static int finish(task &T) {
  if (!T.Handle.done())
    std::abort();
  return T.Handle.promise().Value;
}

int main() {
  for (int I = 0; I < 3; ++I)
    drops_bad();
  unwinds_ok();
  awaits_ok();
  queues_ok();
  Queue.clear();
  {
    task T = locked_bad();
    T.Handle.resume();
    std::thread([] { Parked.resume(); }).join(); // a mutex unlocked by another thread
    if (finish(T) != 2)
      return 1;
  }
  {
    task T = unlocked_ok();
    T.Handle.resume();
    Parked.resume();
    if (finish(T) != 3)
      return 2;
  }
  everything_ok(std::make_unique<int>(7));
  Parked.resume();
  std::thread([] {
    task T = longStep_bad();
    T.Handle.resume();
    Parked.resume();
    Parked.resume();
  }).join();
  runLoop(10, [](int Round) {
    if (Round != 6)
      return;
    task T = outer();
    T.Handle.resume();
    if (finish(T) != 3)
      std::abort();
  });
  static task Left[2] = {pending(), pending()};
  Left[0].Handle.resume();
  std::_Exit(0);
}
