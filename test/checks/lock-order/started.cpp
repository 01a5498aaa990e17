// Locks that are given to a thread or a coroutine which is started: who starts it says
// which they are.
// RUN: %check_all gridlock-lock-order,gridlock-self-deadlock %s -- -std=c++20 -I%S/../Inputs
#include "mock/coroutine.h"
#include "mock/sync.h"

namespace std {
template <typename T> struct reference_wrapper {
  operator T &() const;
};
template <typename T> reference_wrapper<T> ref(T &);
} // namespace std
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
namespace cppcoro {
template <typename T> void sync_wait(T &&Task);
} // namespace cppcoro

void work(std::mutex &First, std::mutex &Second) {
  std::lock_guard<std::mutex> Outer(First);
  std::lock_guard<std::mutex> Inner(Second);
}
namespace exchanged {
std::mutex A, B;
void run_bad() {
  std::thread One(work, std::ref(A), std::ref(B));
  // CHECK-DAG: started.cpp:[[@LINE+1]]:15: warning: locks 'exchanged::A' and 'exchanged::B' are taken in opposite orders: 'exchanged::run_bad' takes 'exchanged::A' then 'exchanged::B' in what it starts, 'exchanged::run_bad' takes 'exchanged::B' then 'exchanged::A' in what it starts; instead: take them in one order everywhere
  std::thread Two(work, std::ref(B), std::ref(A));
  One.join();
  Two.join();
}
} // namespace exchanged

namespace in_one_order {
std::mutex A, B;
void run_ok() {
  std::thread One(work, std::ref(A), std::ref(B));
  std::thread Two(work, std::ref(A), std::ref(B));
  One.join();
  Two.join();
}
} // namespace in_one_order

namespace one_after_the_other {
std::mutex A, B;
void run_ok() {
  std::thread One(work, std::ref(A), std::ref(B));
  One.join();
  std::thread Two(work, std::ref(B), std::ref(A));
  Two.join();
}
} // namespace one_after_the_other

namespace by_pointer {
std::mutex A, B, C;
void both(std::mutex *First, std::mutex *Second) {
  std::lock_guard<std::mutex> Outer(*First);
  std::lock_guard<std::mutex> Inner(*Second);
}
void launch(std::mutex *First, std::mutex *Second) {
  std::thread([First, Second] { both(First, Second); }).detach();
}
void run_bad() {
  launch(&A, &B);
  // CHECK-DAG: started.cpp:[[@LINE+1]]:3: warning: locks 'by_pointer::A' and 'by_pointer::B' are taken in opposite orders
  launch(&B, &A);
}
void other_ok() { launch(&A, &C); }
} // namespace by_pointer

namespace twice {
std::mutex A, B;
void run_bad() {
  std::thread One(work, std::ref(A), std::ref(A));
  // CHECK-DAG: started.cpp:[[@LINE-1]]:15: warning: lock 'twice::A' is taken in 'work' while the same thread holds it already
  One.join();
}
void run_ok() {
  std::thread One(work, std::ref(A), std::ref(B));
  One.join();
}
} // namespace twice

task both(coro::mutex &First, coro::mutex &Second) {
  co_await First.lock();
  co_await Second.lock();
  Second.unlock();
  First.unlock();
}
void spawn(task Task);

class Store {
  coro::mutex A, B, C;

public:
  void ab_bad() { spawn(both(A, B)); }
  // CHECK-DAG: started.cpp:[[@LINE-1]]:25: warning: locks 'Store::A' and 'Store::B' are taken in opposite orders: 'Store::ab_bad' takes 'Store::A' then 'Store::B' in what it starts, 'Store::ba_bad' takes 'Store::B' then 'Store::A' in what it starts; instead: take them in one order everywhere
  task ba_bad() {
    task Made = both(B, A);
    spawn(static_cast<task &&>(Made));
    co_return;
  }
  void bc_ok() { spawn(both(B, C)); }
  task c_ok() {
    co_await C.lock();
    // Runs when it is started, not under the lock here.
    spawn(both(A, B));
    C.unlock();
  }
  void twice_bad() {
    spawn(both(C, C));
    // CHECK-DAG: started.cpp:[[@LINE-1]]:11: warning: lock 'Store::C' is taken in 'both' while the same coroutine holds it already
  }
};

namespace in_turn {
coro::mutex A, B;
// One thread runs the one to its end and then the other.
void run_ok() {
  cppcoro::sync_wait(both(A, B));
  cppcoro::sync_wait(both(B, A));
}
} // namespace in_turn

int main() {
  exchanged::run_bad();
  in_one_order::run_ok();
  one_after_the_other::run_ok();
  in_turn::run_ok();
}
