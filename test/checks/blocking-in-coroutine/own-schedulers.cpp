// An awaiter of the program's own that has its coroutine resumed by threads takes it off the
// loop; one that has it resumed by a loop does not, and brings it back.
// RUN: %check_all blocking-in-coroutine %s -- -std=c++20 -I%S/../Inputs
#include "lazy-task.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include <sys/epoll.h>
#include <unistd.h>

class Pool {
public:
  Pool() {
    Threads.emplace_back([this] { work(); });
  }
  void enqueue(std::function<void()> Job) {
    std::lock_guard Guard(Mutex);
    Jobs.push_back(std::move(Job));
  }
  struct Schedule {
    Pool &On;
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> H) {
      On.enqueue([H] { H.resume(); });
    }
    void await_resume() {}
  };
  Schedule schedule() { return {*this}; }

private:
  void work() {
    for (;;) {
      std::unique_lock Lock(Mutex);
      Ready.wait(Lock, [this] { return !Jobs.empty(); });
      std::function<void()> Job = std::move(Jobs.front());
      Jobs.pop_front();
      Lock.unlock();
      Job();
    }
  }
  std::mutex Mutex;
  std::condition_variable Ready;
  std::deque<std::function<void()>> Jobs;
  std::vector<std::thread> Threads;
};

// Keeps handles as they are.
class Loop {
public:
  void run() {
    epoll_event Events[8];
    for (;;) {
      epoll_wait(Poll, Events, 8, -1);
      std::deque<std::coroutine_handle<>> Now;
      Now.swap(Waiting);
      for (std::coroutine_handle<> H : Now)
        H.resume();
    }
  }
  struct Turn {
    Loop &On;
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> H) { On.Waiting.push_back(H); }
    void await_resume() {}
  };
  Turn turn() { return {*this}; }

private:
  int Poll = epoll_create1(0);
  std::deque<std::coroutine_handle<>> Waiting;
};

task away_ok(Pool &Threads) {
  co_await Threads.schedule();
  sleep(1);
}

task before_bad(Pool &Threads) {
  // CHECK: own-schedulers.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'before_bad'
  sleep(1);
  co_await Threads.schedule();
}

task turn_bad(Loop &Own) {
  co_await Own.turn();
  // CHECK: own-schedulers.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'turn_bad'
  sleep(1);
}

task back_bad(Pool &Threads, Loop &Own) {
  co_await Threads.schedule();
  sleep(1);
  co_await Own.turn();
  // CHECK: own-schedulers.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'back_bad'
  sleep(2);
}
