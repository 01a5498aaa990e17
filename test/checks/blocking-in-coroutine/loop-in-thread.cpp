// A loop that has a thread of its own is a loop still: what it resumes is back on it.
// RUN: %check_all blocking-in-coroutine %s -- -std=c++20 -I%S/../Inputs
#include "lazy-task.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include <sys/epoll.h>
#include <unistd.h>

class Loop {
public:
  void run() {
    epoll_event Events[8];
    for (;;) {
      while (!Ready.empty()) {
        auto H = Ready.front();
        Ready.pop_front();
        H.resume();
      }
      epoll_wait(Poll, Events, 8, -1);
    }
  }
  struct Schedule {
    Loop &On;
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> H) { On.Ready.push_back(H); }
    void await_resume() {}
  };
  Schedule schedule() { return {*this}; }

private:
  int Poll = epoll_create1(0);
  std::deque<std::coroutine_handle<>> Ready;
};

class Worker {
public:
  void run() {
    for (;;) {
      std::unique_lock Lock(Mutex);
      Changed.wait(Lock, [this] { return !Ready.empty(); });
      auto H = Ready.front();
      Ready.pop_front();
      Lock.unlock();
      H.resume();
    }
  }
  struct Schedule {
    Worker &On;
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> H) {
      std::lock_guard Guard(On.Mutex);
      On.Ready.push_back(H);
      On.Changed.notify_one();
    }
    void await_resume() {}
  };
  Schedule schedule() { return {*this}; }

private:
  std::mutex Mutex;
  std::condition_variable Changed;
  std::deque<std::coroutine_handle<>> Ready;
};

task back_bad(Loop &L, Worker &W) {
  co_await W.schedule();
  sleep(1);
  co_await L.schedule();
  // CHECK: loop-in-thread.cpp:[[@LINE+1]]:3: warning: 'usleep' blocks the event loop in coroutine 'back_bad'
  usleep(2);
}

task away_ok(Loop &L, Worker &W) {
  co_await L.schedule();
  co_await W.schedule();
  sleep(3);
}

int main() {
  Loop L;
  Worker W;
  std::thread A([&] { L.run(); }), B([&] { W.run(); });
  back_bad(L, W);
  away_ok(L, W);
  A.join();
  B.join();
}
