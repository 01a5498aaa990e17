// A mutex that is awaited twice, directly and in a task that is awaited; locks that a
// callee gives back.
// RUN: %check_all self-deadlock %s -- -std=c++20 -I%S/../Inputs
#include "mock/coroutine.h"
#include "mock/sync.h"

namespace coro {
template <typename T> struct lock_operation {
  bool await_ready() noexcept;
  void await_suspend(std::coroutine_handle<>) noexcept;
  T await_resume();
};
struct mutex {
  lock_operation<void> lock();
  void unlock();
};
} // namespace coro

struct Queue {
  coro::mutex Lock;
  struct operation {
    Queue &Of;
    explicit operation(Queue &Q) : Of(Q) {}
    bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<>) noexcept { Of.Lock.unlock(); }
    void await_resume() noexcept {}
  };
  struct pause {
    bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<>) noexcept {}
    void await_resume() noexcept {}
  };
  task wake() {
    co_await Lock.lock();
    Lock.unlock();
  }
  task push_ok() {
    co_await Lock.lock();
    co_await operation{*this};
    co_await wake();
  }
  task push_bad() {
    co_await Lock.lock();
    co_await pause{};
    // CHECK: awaited.cpp:[[@LINE+1]]:14: warning: lock 'Queue::Lock' is taken in 'Queue::wake' while the same coroutine holds it already
    co_await wake();
  }
};
void use(Queue &Q) {
  Q.push_ok();
  Q.push_bad();
}

namespace adopted {
std::mutex Table;
// Gives back what its caller took.
void finish() { std::lock_guard<std::mutex> Hold(Table, std::adopt_lock); }
void look() { std::lock_guard<std::mutex> Hold(Table); }
void given_back_ok() {
  Table.lock();
  finish();
  look();
}
void look_first_bad() {
  Table.lock();
  // CHECK: awaited.cpp:[[@LINE+1]]:3: warning: lock 'adopted::Table' is taken in 'adopted::look' while the same thread holds it already
  look();
  finish();
}
} // namespace adopted
