// An operation of Asio completes on the executor that is bound to its token,
// and its coroutine goes on there, whatever executor the operation is given.
// RUN: %check_all blocking-in-coroutine %s -- -I%S/../Inputs
#include "mock/asio.h"

#include <coroutine>
#include <unistd.h>

namespace boost::asio {
template <typename Executor = any_io_executor> struct use_awaitable_t {};
constexpr use_awaitable_t<> use_awaitable{};
template <typename T> struct as_tuple_t {};
template <typename T> as_tuple_t<T> as_tuple(T) { return {}; }
namespace this_coro {
struct executor_t {};
constexpr executor_t executor{};
} // namespace this_coro

template <typename T> struct awaitable {
  struct promise_type {
    struct own_executor {
      bool await_ready() { return true; }
      void await_suspend(std::coroutine_handle<>) {}
      any_io_executor await_resume();
    };
    awaitable get_return_object() { return {}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    template <typename U> awaitable<U> await_transform(awaitable<U> Task) { return Task; }
    own_executor await_transform(this_coro::executor_t) { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<>) {}
  void await_resume() {}
};
// Declared only, as what a library does is not followed.
template <typename Token> awaitable<void> switch_to(const Token &);
template <typename E, typename Token> awaitable<void> switch_to(E &, const Token &);
template <typename Token> awaitable<void> wait_for(steady_timer &, const Token &);
} // namespace boost::asio
namespace asio = boost::asio;
using asio::awaitable, asio::bind_executor, asio::use_awaitable;

awaitable<void> bound_to_pool_ok(asio::thread_pool &Pool) {
  co_await asio::switch_to(bind_executor(Pool, use_awaitable));
  sleep(1);
}
awaitable<void> given_to_loop_bound_to_pool_ok(asio::io_context &Loop, asio::thread_pool &Pool) {
  co_await asio::switch_to(Loop, bind_executor(Pool.get_executor(), use_awaitable));
  sleep(1);
}
awaitable<void> kept_token_ok(asio::thread_pool &Pool) {
  auto Token = bind_executor(Pool, use_awaitable);
  co_await asio::switch_to(Token);
  sleep(1);
}
awaitable<void> strand_of_pool_ok(asio::strand<asio::thread_pool::executor_type> &Strand) {
  co_await asio::switch_to(bind_executor(Strand, use_awaitable));
  sleep(1);
}
// An operation that is run by a pool completes where the coroutine is at home.
awaitable<void> given_to_pool_bad(asio::thread_pool &Pool) {
  co_await asio::switch_to(Pool, use_awaitable);
  // CHECK: bound-tokens.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'given_to_pool_bad'
  sleep(1);
}
awaitable<void> bound_to_loop_bad(asio::io_context &Loop, asio::thread_pool &Pool) {
  co_await asio::switch_to(bind_executor(Pool, use_awaitable));
  co_await asio::switch_to(bind_executor(Loop, use_awaitable));
  // CHECK: bound-tokens.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'bound_to_loop_bad'
  sleep(1);
}
awaitable<void> back_home_bad(asio::thread_pool &Pool) {
  auto Home = co_await asio::this_coro::executor;
  co_await asio::switch_to(bind_executor(Pool, use_awaitable));
  sleep(1);
  co_await asio::switch_to(bind_executor(Home, use_awaitable));
  // CHECK: bound-tokens.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'back_home_bad'
  sleep(1);
}
// The next operation brings it back, if its token is not bound.
awaitable<void> next_operation_bad(asio::thread_pool &Pool, asio::steady_timer &Timer) {
  co_await asio::switch_to(bind_executor(Pool, use_awaitable));
  co_await asio::wait_for(Timer, asio::as_tuple(use_awaitable));
  // CHECK: bound-tokens.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'next_operation_bad'
  sleep(1);
}
// Who awaits a coroutine goes on where it ends.
awaitable<void> to_pool_ok(asio::thread_pool &Pool) {
  co_await asio::switch_to(bind_executor(Pool, use_awaitable));
}
awaitable<void> sent_by_another_ok(asio::thread_pool &Pool) {
  co_await to_pool_ok(Pool);
  sleep(1);
}
// CHECK-NOT: warning:
