// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The part of <coroutine> that tests need, and four coroutine types: `task` starts
// lazily, `eager_task` at once; `fire_and_forget` can't be awaited; `generator` yields.
#ifndef MOCK_COROUTINE_H
#define MOCK_COROUTINE_H
#pragma GCC system_header

namespace std {
template <typename R, typename...> struct coroutine_traits {
  using promise_type = typename R::promise_type;
};
template <typename P = void> struct coroutine_handle;
template <> struct coroutine_handle<void> {
  static coroutine_handle from_address(void *P) noexcept { return {P}; }
  void *address() const noexcept { return Frame; }
  void resume() const { __builtin_coro_resume(Frame); }
  void *Frame;
};
template <typename P> struct coroutine_handle {
  static coroutine_handle from_address(void *A) noexcept { return {A}; }
  operator coroutine_handle<>() const noexcept { return {Frame}; }
  void *Frame;
};
struct suspend_always {
  bool await_ready() const noexcept { return false; }
  void await_suspend(coroutine_handle<>) const noexcept {}
  void await_resume() const noexcept {}
};
struct suspend_never {
  bool await_ready() const noexcept { return true; }
  void await_suspend(coroutine_handle<>) const noexcept {}
  void await_resume() const noexcept {}
};
} // namespace std

template <typename Start> struct basic_task {
  struct promise_type {
    basic_task get_return_object() { return {}; }
    Start initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
  basic_task() = default;
  basic_task(basic_task &&) noexcept {}
  ~basic_task() {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  void await_resume() const noexcept {}
};
using task = basic_task<std::suspend_always>;
using eager_task = basic_task<std::suspend_never>;

struct fire_and_forget {
  struct promise_type {
    fire_and_forget get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};

struct generator {
  struct promise_type {
    generator get_return_object() { return {}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(int) { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
  bool next();
};

#endif
