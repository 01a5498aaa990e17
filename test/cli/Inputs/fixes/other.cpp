// Tasks that coroutines of another kind, or temporaries, can't be awaited as.
#include "work.h"

struct Tied {
  struct promise_type {
    Tied get_return_object() { return {}; }
    std::suspend_always initial_suspend() { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<promise_type>) {}
  void await_resume() {}
};
struct Kept {
  struct promise_type : Tied::promise_type {
    Kept get_return_object() { return {}; }
  };
  Task operator co_await() & { return {}; }
};
template <class T> struct Generic {
  struct promise_type {
    Generic get_return_object() { return {}; }
    std::suspend_always initial_suspend() { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() {}
  };
  struct awaiter {
    bool await_ready() { return false; }
    template <class P> void await_suspend(std::coroutine_handle<P>) {}
    void await_resume() {}
  };
  awaiter operator co_await() && { return {}; }
};

Tied tied();
Kept kept();
Generic<int> generic();

Task in_task() {
  tied();
  kept();
  generic();
  co_return;
}
Tied in_tied() {
  tied();
  work(3);
  co_return;
}
