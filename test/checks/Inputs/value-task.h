// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A task of the usual make: lazy, with a value, awaited by symmetric transfer.
#ifndef VALUE_TASK_H
#define VALUE_TASK_H

#include <coroutine>
#include <exception>
#include <utility>
template <typename T = void> struct Task;
struct PromiseBase {
  std::coroutine_handle<> Next;
  struct Final {
    bool await_ready() noexcept { return false; }
    template <typename P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> H) noexcept {
      return H.promise().Next ? H.promise().Next : std::noop_coroutine();
    }
    void await_resume() noexcept {}
  };
  std::suspend_always initial_suspend() noexcept { return {}; }
  Final final_suspend() noexcept { return {}; }
  void unhandled_exception() { std::terminate(); }
};
template <typename T> struct Task {
  struct promise_type : PromiseBase {
    T Value;
    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    void return_value(T V) { Value = V; }
  };
  explicit Task(std::coroutine_handle<promise_type> H) : H(H) {}
  Task(Task &&O) : H(std::exchange(O.H, {})) {}
  ~Task() {
    if (H)
      H.destroy();
  }
  bool await_ready() { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> C) {
    H.promise().Next = C;
    return H;
  }
  T await_resume() { return H.promise().Value; }
  std::coroutine_handle<promise_type> H;
};
template <> struct Task<void> {
  struct promise_type : PromiseBase {
    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    void return_void() {}
  };
  explicit Task(std::coroutine_handle<promise_type> H) : H(H) {}
  Task(Task &&O) : H(std::exchange(O.H, {})) {}
  ~Task() {
    if (H)
      H.destroy();
  }
  bool await_ready() { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> C) {
    H.promise().Next = C;
    return H;
  }
  void await_resume() {}
  std::coroutine_handle<promise_type> H;
};
#endif
