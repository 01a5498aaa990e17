// The frame of a coroutine, and awaits inside expressions and statements.
// RUN: %S/Inputs/facts %build %s | %FileCheck %s
#include "Inputs/std.h"
struct part { part(); part(const part &); part(part &&); ~part(); };
struct awaiter { ~awaiter(); bool await_ready(); void await_suspend(std::coroutine_handle<>); int await_resume(); };
struct task {
  struct promise_type {
    promise_type(int, part &, const part &);
    promise_type();
    ~promise_type();
    void *operator new(unsigned long);
    void operator delete(void *);
    task get_return_object();
    std::suspend_never initial_suspend() noexcept;
    std::suspend_always final_suspend() noexcept;
    awaiter await_transform(int);
    awaiter yield_value(int);
    void return_value(int);
    void unhandled_exception();
  };
};
bool cond();
void use(int);

// CHECK-LABEL: function parameters coroutine
// CHECK: allocate {{.*}}task::promise_type::operator new()
// CHECK: call part::part(move param 'p') on param 'p' implicit promise
// CHECK-NEXT: construct local '__promise' task::promise_type::promise_type(param 'a', param 'p', param 'r') implicit promise
// CHECK-NEXT: call task::promise_type::get_return_object()
// CHECK-NEXT: call task::promise_type::initial_suspend()
// CHECK-NEXT: call std::suspend_never::await_ready()
// CHECK-NEXT: call std::suspend_never::await_suspend()
// CHECK-NEXT: suspend initial never-suspends
// CHECK-NEXT: call std::suspend_never::await_resume()
// CHECK: call task::promise_type::return_value(3) on local '__promise' implicit promise
// CHECK: call task::promise_type::final_suspend()
// CHECK: suspend final always-suspends
// CHECK: call task::promise_type::~promise_type() on local '__promise' implicit destructor
// CHECK: call part::~part() on param 'p' implicit destructor
// CHECK-NOT: on param 'r'
// CHECK: exit
task parameters(int a, part p, const part &r) { co_return 3; }

// CHECK-LABEL: function places coroutine
// CHECK: call task::promise_type::await_transform(1) on local '__promise' implicit promise
// CHECK: suspend await maybe = 1
// CHECK-NEXT: call awaiter::await_resume()
// CHECK-NEXT: -> {{.*}} true if truth call-result
// CHECK: call cond()
// CHECK: suspend await maybe = 2
// CHECK: call awaiter::~awaiter() on call-result
// CHECK: call cond()
// CHECK-NEXT: -> {{.*}} true if truth call-result
// CHECK-DAG: suspend await maybe = 3
// CHECK-DAG: suspend await maybe = 4
// CHECK: construct local 'y'
// CHECK: call task::promise_type::yield_value(5)
// CHECK: suspend yield maybe
// CHECK: -> {{[0-9]+}} handler
// CHECK: suspend await maybe = 6
// CHECK: call use(7)
// CHECK: -> {{.*}} back
task places() {
  if (co_await 1 && cond())
    co_await 2;
  int y = cond() ? co_await 3 : co_await 4;
  co_yield 5;
  try {
    co_await 6;
  } catch (...) {
    use(7);
  }
  while (co_await 8)
    use(y);
  co_return y;
}
