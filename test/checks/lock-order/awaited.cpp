// Locks that are awaited are in the same order graph; the catalogue knows the
// library's mutex by name.
// RUN: %check_all lock-order %s -- -std=c++20 -I%S/../Inputs
#include "mock/coroutine.h"

namespace coro {
struct scoped_lock {
  scoped_lock(scoped_lock &&) noexcept;
  ~scoped_lock();
  void unlock();
};
template <typename T> struct lock_operation {
  bool await_ready() noexcept;
  void await_suspend(std::coroutine_handle<>) noexcept;
  T await_resume();
};
struct mutex {
  lock_operation<scoped_lock> scoped_lock();
  lock_operation<void> lock();
  void unlock();
};
} // namespace coro

namespace guards {
coro::mutex A, B;
task ab_bad() {
  auto First = co_await A.scoped_lock();
  // CHECK: awaited.cpp:[[@LINE+1]]:17: warning: locks 'guards::A' and 'guards::B' are taken in opposite orders
  auto Second = co_await B.scoped_lock();
}
task ba_bad() {
  co_await B.lock();
  co_await A.lock();
  A.unlock();
  B.unlock();
}
} // namespace guards

namespace released {
coro::mutex A, B;
task ab_ok() {
  auto First = co_await A.scoped_lock();
  auto Second = co_await B.scoped_lock();
}
task unlocked_ok() {
  auto First = co_await B.scoped_lock();
  First.unlock();
  auto Second = co_await A.scoped_lock();
}
task block_ok() {
  {
    auto First = co_await B.scoped_lock();
  }
  co_await A.lock();
  A.unlock();
}
} // namespace released

namespace through_task {
coro::mutex A, B;
task inner() {
  auto Second = co_await B.scoped_lock();
}
task ab_bad() {
  auto First = co_await A.scoped_lock();
  // CHECK: awaited.cpp:[[@LINE+1]]:12: warning: locks 'through_task::A' and 'through_task::B' are taken in opposite orders
  co_await inner();
}
task ba_bad() {
  auto First = co_await B.scoped_lock();
  auto Second = co_await A.scoped_lock();
}
} // namespace through_task

namespace given_back {
// The awaitable gives back the lock that its maker took.
struct Queue {
  coro::mutex Lock, Other;
  struct operation {
    Queue &Of;
    explicit operation(Queue &Q) : Of(Q) {}
    bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<>) noexcept { Of.Lock.unlock(); }
    void await_resume() noexcept {}
  };
  task push_ok() {
    co_await Lock.lock();
    co_await operation{*this};
    auto Hold = co_await Other.scoped_lock();
  }
  task pop_ok() {
    auto Hold = co_await Other.scoped_lock();
    auto Inner = co_await Lock.scoped_lock();
  }
};
void use(Queue &Q) {
  Q.push_ok();
  Q.pop_ok();
}
} // namespace given_back
