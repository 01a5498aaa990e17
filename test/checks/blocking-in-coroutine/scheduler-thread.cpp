// A thread that resumes one coroutine after the other and waits for points in time is an event
// loop of coroutines, as is the only one that resumes any; several threads of a pool are none.
// RUN: %check_all blocking-in-coroutine %s -- -std=c++20 -I%S/../Inputs
#include "value-task.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include <sys/epoll.h>
#include <unistd.h>

using Clock = std::chrono::steady_clock;

// With timers.
class Scheduler {
public:
  struct Sleep {
    Scheduler &On;
    Clock::time_point At;
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> H) { On.Timers.emplace(At, H); }
    void await_resume() {}
  };
  Sleep sleep(int Seconds) { return {*this, Clock::now() + std::chrono::seconds(Seconds)}; }
  void spawn(Task<> T) { Ready.push_back(std::move(T)); }
  void run() {
    for (;;) {
      {
        std::unique_lock Lock(Mutex);
        if (Ready.empty() && !Timers.empty())
          Wake.wait_until(Lock, Timers.begin()->first);
      }
      while (!Ready.empty()) {
        Task<> T = std::move(Ready.front());
        Ready.pop_front();
        T.H.resume();
      }
      while (!Timers.empty() && Timers.begin()->first <= Clock::now()) {
        std::coroutine_handle<> H = Timers.begin()->second;
        Timers.erase(Timers.begin());
        H.resume();
      }
    }
  }

private:
  std::mutex Mutex;
  std::condition_variable Wake;
  std::deque<Task<>> Ready;
  std::multimap<Clock::time_point, std::coroutine_handle<>> Timers;
};

// Without, in several threads.
class Pool {
public:
  explicit Pool(int N) {
    for (int I = 0; I < N; ++I)
      Threads.emplace_back([this] { run(); });
  }
  struct Turn {
    Pool &On;
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> H) { On.Ready.push_back(H); }
    void await_resume() {}
  };
  Turn turn() { return {*this}; }

private:
  void run() {
    for (;;) {
      std::unique_lock Lock(Mutex);
      Wake.wait(Lock, [this] { return !Ready.empty(); });
      std::coroutine_handle<> H = Ready.front();
      Ready.pop_front();
      Lock.unlock();
      H.resume();
    }
  }
  std::mutex Mutex;
  std::condition_variable Wake;
  std::deque<std::coroutine_handle<>> Ready;
  std::vector<std::thread> Threads;
};

// One thread without timers, beside a loop: made to block in.
class Worker {
public:
  Worker() : Thread([this] { run(); }) {}
  struct Turn {
    Worker &On;
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> H) { On.Ready.push_back(H); }
    void await_resume() {}
  };
  Turn turn() { return {*this}; }

private:
  void run() {
    for (;;) {
      std::unique_lock Lock(Mutex);
      Wake.wait(Lock, [this] { return !Ready.empty(); });
      std::coroutine_handle<> H = Ready.front();
      Ready.pop_front();
      Lock.unlock();
      H.resume();
    }
  }
  std::mutex Mutex;
  std::condition_variable Wake;
  std::deque<std::coroutine_handle<>> Ready;
  std::thread Thread;
};

// A thread for each that awaits it.
struct NewThread {
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> H) {
    std::thread([H] { H.resume(); }).detach();
  }
  void await_resume() {}
};

void epoll_loop_ok(int Poll, std::function<void(int)> &Then) {
  epoll_event Events[8];
  for (;;) {
    int N = epoll_wait(Poll, Events, 8, -1);
    for (int I = 0; I < N; ++I)
      Then(Events[I].data.fd);
  }
}

Task<> first_step_bad() {
  // CHECK: scheduler-thread.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'first_step_bad'
  sleep(1);
  co_return;
}
Task<> after_timer_bad(Scheduler &S) {
  co_await S.sleep(1);
  // CHECK: scheduler-thread.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'after_timer_bad'
  sleep(1);
}
Task<> on_pool_ok(Pool &P) {
  co_await P.turn();
  sleep(1);
}
Task<> on_worker_ok(Worker &W) {
  co_await W.turn();
  sleep(1);
}
Task<> on_own_thread_ok() {
  co_await NewThread{};
  sleep(1);
}
Task<> there_and_back_bad(Scheduler &S, Pool &P) {
  co_await P.turn();
  sleep(1);
  co_await S.sleep(1);
  // CHECK: scheduler-thread.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'there_and_back_bad'
  sleep(2);
}

int main() {
  Scheduler S;
  Pool P(4);
  Worker W;
  S.spawn(first_step_bad());
  S.spawn(after_timer_bad(S));
  S.spawn(on_pool_ok(P));
  S.spawn(on_worker_ok(W));
  S.spawn(on_own_thread_ok());
  S.spawn(there_and_back_bad(S, P));
  std::thread Runner([&] { S.run(); });
  Runner.join();
}
