// A lambda that a coroutine hands to what it awaits runs for that coroutine, not for another
// that awaits the same type.
// RUN: %check_all blocking-in-coroutine %s -- -I%S/../Inputs
#include "lazy-task.h"

#include <functional>

#include <unistd.h>

class CallbackAwaiter {
public:
  explicit CallbackAwaiter(std::function<void(std::coroutine_handle<>)> F) : Start(std::move(F)) {}
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> H) { Start(H); }
  void await_resume() {}

private:
  std::function<void(std::coroutine_handle<>)> Start;
};

task accepting_ok() {
  co_await CallbackAwaiter{[](std::coroutine_handle<> H) { H.resume(); }};
}
task connecting_bad() {
  co_await CallbackAwaiter{[](std::coroutine_handle<> H) {
    // CHECK: kept-lambdas.cpp:[[@LINE+1]]:5: warning: 'sleep' blocks the event loop: coroutine 'connecting_bad' reaches it through 1 call
    sleep(1);
    H.resume();
  }};
}
task closing_ok() {
  co_await CallbackAwaiter{[](std::coroutine_handle<> H) { H.resume(); }};
}
