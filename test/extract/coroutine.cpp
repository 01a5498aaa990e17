// Order of a coroutine's events, and what its promise says.
// RUN: %S/Inputs/facts %build %s | %FileCheck %s
#include "Inputs/std.h"
template <class Start> struct basic {
  struct promise_type {
    basic get_return_object();
    Start initial_suspend() noexcept;
    std::suspend_always final_suspend() noexcept;
    void return_void();
    void unhandled_exception();
  };
  bool await_ready();
  void await_suspend(std::coroutine_handle<>);
  int await_resume();
  ~basic();
};
using lazy = basic<std::suspend_always>;
using eager = basic<std::suspend_never>;
struct generator {
  struct promise_type {
    generator get_return_object();
    std::suspend_always initial_suspend() noexcept;
    std::suspend_always final_suspend() noexcept;
    std::suspend_always yield_value(int);
    template <class T> void await_transform(T &&) = delete;
    void return_void();
    void unhandled_exception();
  };
};

// CHECK-DAG: task-type basic<std::suspend_always> start lazy
// CHECK-DAG: task-type basic<std::suspend_never> start eager
// CHECK-DAG: task-type generator start lazy generator

lazy child(int);
eager now();

// CHECK-LABEL: function parent coroutine
// CHECK: construct local '__promise'
// CHECK: call basic::promise_type::get_return_object() {{.*}}implicit promise
// CHECK: call basic::promise_type::initial_suspend() {{.*}}implicit promise
// CHECK: suspend initial always-suspends
// CHECK: call child(1)
// CHECK-NEXT: call basic::await_ready() on call-result {{.*}}implicit await
// CHECK-NEXT: call basic::await_suspend() on call-result {{.*}}implicit await
// CHECK-NEXT: suspend await maybe = call-result
// CHECK-NEXT: call basic::await_resume() on call-result {{.*}}implicit await : int
// CHECK-NEXT: construct local 'r' = call-result
// CHECK-NEXT: call basic::~basic() on call-result
// CHECK-NEXT: lifetime-end call-result
// CHECK-NEXT: call now() : basic<std::suspend_never> discarded
// CHECK: call child(2) : basic<std::suspend_always> void-cast
// CHECK: call basic::promise_type::return_void() {{.*}}implicit promise
// CHECK: suspend final always-suspends
// CHECK: exit
lazy parent() {
  int r = co_await child(1);
  now();
  (void)child(2);
}

// CHECK-LABEL: function moved coroutine
// CHECK: construct local 't' = call-result
// CHECK: suspend await maybe = move local 't'
// CHECK: return
lazy moved() {
  auto t = child(3);
  co_await std::move(t);
  co_return;
}

// CHECK-LABEL: function count coroutine
// CHECK: call generator::promise_type::yield_value(1) {{.*}}implicit promise
// CHECK: suspend yield always-suspends
generator count() { co_yield 1; }
