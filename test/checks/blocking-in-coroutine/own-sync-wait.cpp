// A task that a function starts and then waits for, as one called sync_wait does, runs on the
// thread of its caller: where that is no loop's, it may block.
// RUN: %check_all blocking-in-coroutine %s -- -std=c++20 -I%S/../Inputs
#include "value-task.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <semaphore>
#include <sys/epoll.h>
#include <thread>
#include <unistd.h>
#include <vector>

// A wrapper and an event.
struct Event {
  std::mutex M;
  std::condition_variable C;
  bool Set = false;
  void set() {
    std::lock_guard G(M);
    Set = true;
    C.notify_all();
  }
  void wait() {
    std::unique_lock L(M);
    // CHECK: own-sync-wait.cpp:[[@LINE+1]]:7: warning: 'std::condition_variable::wait' blocks the event loop: coroutine 'waits_on_loop_ok' reaches it
    C.wait(L, [this] { return Set; });
  }
};
struct SyncTask {
  struct promise_type {
    Event *E = nullptr;
    SyncTask get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    struct Done {
      bool await_ready() noexcept { return false; }
      void await_suspend(std::coroutine_handle<promise_type> H) noexcept {
        H.promise().E->set();
      }
      void await_resume() noexcept {}
    };
    Done final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  void start(Event &E) {
    H.promise().E = &E;
    H.resume();
  }
  std::coroutine_handle<promise_type> H;
};
template <typename A> SyncTask make_sync(A &&Awaited) {
  co_await std::forward<A>(Awaited);
}
template <typename A> void sync_wait(A &&Awaited) {
  Event E;
  auto T = make_sync(std::forward<A>(Awaited));
  T.start(E);
  E.wait();
}
// An eager wrapper and a semaphore.
struct Detached {
  struct promise_type {
    Detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};
template <typename T> T run_blocking(Task<T> Job) {
  std::binary_semaphore Done(0);
  T Result{};
  auto Wrap = [&]() -> Detached {
    Result = co_await std::move(Job);
    Done.release();
  };
  Wrap();
  Done.acquire();
  return Result;
}
// A promise and its future.
int get(Task<int> Job) {
  std::promise<int> P;
  auto F = P.get_future();
  [](Task<int> J, std::promise<int> P) -> Detached {
    P.set_value(co_await std::move(J));
  }(std::move(Job), std::move(P));
  return F.get();
}
// Runs an event loop until it is done.
void block_on(Task<> Job) {
  int Poll = epoll_create1(0);
  epoll_event Events[8];
  Job.H.resume();
  while (!Job.H.done()) {
    int N = epoll_wait(Poll, Events, 8, -1);
    for (int I = 0; I < N; ++I)
      std::coroutine_handle<>::from_address(Events[I].data.ptr).resume();
  }
}
// Has a loop run it.
struct Loop {
  std::mutex M;
  std::vector<std::coroutine_handle<>> Q;
  int Poll = epoll_create1(0);
  void post(std::coroutine_handle<> H) {
    std::lock_guard G(M);
    Q.push_back(H);
  }
  void run() {
    epoll_event Events[8];
    for (;;) {
      epoll_wait(Poll, Events, 8, -1);
      std::vector<std::coroutine_handle<>> Now;
      {
        std::lock_guard G(M);
        Now.swap(Q);
      }
      for (auto H : Now)
        H.resume();
    }
  }
};
struct LoopAwaiter {
  Loop &L;
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> H) { L.post(H); }
  void await_resume() {}
};
SyncTask on_loop(Loop &L, Task<> J) { co_await std::move(J); }
void run_on_loop(Loop &L, Task<> Job) {
  Event E;
  SyncTask T = on_loop(L, std::move(Job));
  T.H.promise().E = &E;
  L.post(T.H);
  E.wait();
}
Task<> waited_for_ok() {
  sleep(1);
  co_return;
}
Task<int> inner_ok() {
  sleep(1);
  co_return 1;
}
Task<int> awaits_inner_ok() {
  int A = co_await inner_ok();
  sleep(1);
  co_return A;
}
Task<int> promised_ok() {
  sleep(1);
  co_return 1;
}
// The function that waits runs an event loop meanwhile.
Task<> driven_bad() {
  // CHECK: own-sync-wait.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop in coroutine 'driven_bad'
  sleep(1);
  co_return;
}
// ... hands it to one.
Task<> handed_over_bad() {
  // CHECK: own-sync-wait.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop in coroutine 'handed_over_bad'
  sleep(1);
  co_return;
}
// Also awaited by what a loop runs.
Task<> on_both_bad() {
  // CHECK: own-sync-wait.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop in coroutine 'on_both_bad'
  sleep(1);
  co_return;
}
Task<> on_the_loop_ok(Loop &L) {
  co_await LoopAwaiter{L};
  co_await on_both_bad();
}
// Goes on on a loop.
Task<> goes_there_bad(Loop &L) {
  co_await LoopAwaiter{L};
  // CHECK: own-sync-wait.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop in coroutine 'goes_there_bad'
  sleep(2);
}
// Nobody knows where it goes on.
struct Timer {
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<>);
  void await_resume() {}
};
Task<> timed_bad() {
  co_await Timer{};
  // CHECK: own-sync-wait.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop in coroutine 'timed_bad'
  sleep(1);
}
// Waited for on a loop: runs there.
Task<> waited_for_on_loop_bad() {
  // CHECK: own-sync-wait.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop in coroutine 'waited_for_on_loop_bad'
  sleep(1);
  co_return;
}
Task<> waits_on_loop_ok(Loop &L) {
  co_await LoopAwaiter{L};
  sync_wait(waited_for_on_loop_bad());
}
int main() {
  static Loop L;
  std::thread T([] { L.run(); });
  sync_wait(waited_for_ok());
  run_blocking(awaits_inner_ok());
  get(promised_ok());
  block_on(driven_bad());
  run_on_loop(L, handed_over_bad());
  sync_wait(on_both_bad());
  sync_wait(goes_there_bad(L));
  run_on_loop(L, on_the_loop_ok(L));
  run_on_loop(L, waits_on_loop_ok(L));
  sync_wait(timed_bad());
  T.join();
}
