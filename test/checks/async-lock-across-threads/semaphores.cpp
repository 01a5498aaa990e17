// Locks and semaphores that coroutines of one shard await, and timers of a Qt
// loop, which threads use.
// RUN: %check_all async-lock-across-threads %s -- -std=c++20 -I%S/../Inputs
#include "mock/coroutine.h"
#include "mock/sync.h"

namespace seastar {
template <typename E, typename C> struct basic_semaphore {
  explicit basic_semaphore(unsigned long);
  task wait(unsigned long N = 1);
  void signal(unsigned long N = 1);
};
using semaphore = basic_semaphore<int, int>;
struct shared_mutex {
  task lock();
  void unlock();
};
} // namespace seastar
void work();

class Limiter {
  seastar::semaphore Units{4}, Own{1};
  seastar::shared_mutex Table;

public:
  task handle() {
    co_await Units.wait();
    work();
    Units.signal();
  }
  task update() {
    co_await Table.lock();
    work();
    Table.unlock();
  }
  void refill_bad() {
    // CHECK-DAG: semaphores.cpp:[[@LINE+1]]:11: warning: 'Limiter::Units', a 'seastar::basic_semaphore' that belongs to an event loop, is used by 'Limiter::refill_bad' on another thread: it is not safe for threads, and the loop may use it at the same time; instead: seastar::alien::run_on its shard
    Units.signal();
  }
  void unlock_bad() {
    // CHECK-DAG: semaphores.cpp:[[@LINE+1]]:11: warning: 'Limiter::Table', a 'seastar::shared_mutex' that belongs to an event loop, is used by 'Limiter::unlock_bad' on another thread
    Table.unlock();
  }
  // Nothing on the loop uses it.
  void own_ok() { Own.signal(); }
  void start() {
    std::thread([this] { refill_bad(); }).detach();
    std::thread([this] { unlock_bad(); }).detach();
    std::thread([this] { own_ok(); }).detach();
  }
};

// The loop gives back what the loop has taken.
class Gate {
  seastar::semaphore Units{1};
  void done_ok() { Units.signal(); }

public:
  task pass() {
    co_await Units.wait();
    work();
    done_ok();
  }
  void start() {
    std::thread([] { work(); }).detach();
  }
};

// A lock that is meant for threads.
class Shared {
  std::mutex Lock;
  int Size = 0;
  void add_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    ++Size;
  }

public:
  task handle() {
    add_ok();
    co_return;
  }
  void start() {
    std::thread([this] { add_ok(); }).detach();
  }
};
// CHECK-NOT: _ok
