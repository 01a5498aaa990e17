// The usual server: coroutines that are spawned on the executor of their spawner run on
// the loop, whatever the completion token is.
// RUN: %check_all blocking-in-coroutine %s
#include <coroutine>
#include <unistd.h>

namespace boost::asio {
template <typename T> struct awaitable {
  struct promise_type {
    awaitable get_return_object() { return {}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
};
struct any_io_executor {};
struct io_context {};
struct detached_t {};
constexpr detached_t detached{};
template <typename E, typename T, typename Token> void co_spawn(E &&, awaitable<T>, Token &&) {}
} // namespace boost::asio
using namespace boost::asio;

awaitable<void> session_bad() {
  // CHECK: spawned.cpp:[[@LINE+1]]:3: warning: 'usleep' blocks the event loop in coroutine 'session_bad'
  usleep(5000);
  co_return;
}
awaitable<void> notified_bad() {
  // CHECK: spawned.cpp:[[@LINE+1]]:3: warning: 'usleep' blocks the event loop in coroutine 'notified_bad'
  usleep(5000);
  co_return;
}
awaitable<void> listener_ok(any_io_executor executor) {
  co_spawn(executor, session_bad(), detached);
  co_return;
}
void serve_ok(io_context &io, any_io_executor executor) {
  co_spawn(io, listener_ok(executor), detached);
  co_spawn(io, notified_bad(), [] {});
}
