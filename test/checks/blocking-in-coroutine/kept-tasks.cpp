// Tasks that are kept in containers and members before they are run: where what takes them out
// runs them. Also those that only ever run on threads of the program's own.
// RUN: %check_all blocking-in-coroutine %s -- -std=c++20 -I%S/../Inputs
#include "value-task.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include <sys/epoll.h>
#include <unistd.h>

namespace coro {
struct thread_pool {
  void spawn_detached(Task<>);
};
struct scheduler {
  void spawn_detached(Task<>);
};
} // namespace coro

Task<> pushed_ok() {
  sleep(1);
  co_return;
}
Task<> emplaced_ok() {
  sleep(1);
  co_return;
}
void spawns_all_ok(coro::thread_pool &Pool) {
  std::vector<Task<>> Tasks;
  Tasks.push_back(pushed_ok());
  Tasks.emplace_back(emplaced_ok());
  for (Task<> &T : Tasks)
    Pool.spawn_detached(std::move(T));
}

Task<> pushed_for_loop_bad() {
  // CHECK: kept-tasks.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'pushed_for_loop_bad'
  sleep(1);
  co_return;
}
Task<> for_either_bad() {
  // CHECK: kept-tasks.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'for_either_bad'
  sleep(1);
  co_return;
}
void spawns_some_ok(coro::thread_pool &Pool, coro::scheduler &Loop, bool Near) {
  std::vector<Task<>> Tasks;
  Tasks.push_back(pushed_for_loop_bad());
  for (Task<> &T : Tasks)
    Loop.spawn_detached(std::move(T));
  std::vector<Task<>> Others;
  Others.push_back(for_either_bad());
  for (Task<> &T : Others)
    if (Near)
      Loop.spawn_detached(std::move(T));
    else
      Pool.spawn_detached(std::move(T));
}

// Never taken out again.
Task<> forgotten_bad() {
  // CHECK: kept-tasks.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'forgotten_bad'
  sleep(1);
  co_return;
}
void forgets_ok() {
  static std::vector<Task<>> Tasks;
  Tasks.push_back(forgotten_bad());
}

// The program's own threads.
class Workers {
public:
  void add(Task<> T) { Queue.push_back(std::move(T)); }
  void work() {
    while (!Queue.empty()) {
      Task<> T = std::move(Queue.front());
      Queue.pop_front();
      T.H.resume();
    }
  }

private:
  std::deque<Task<>> Queue;
};
// ... and its own loop.
class Loop {
public:
  void add(Task<> T) { Queue.push_back(std::move(T)); }
  void run() {
    epoll_event Events[8];
    for (;;) {
      epoll_wait(Poll, Events, 8, -1);
      while (!Queue.empty()) {
        Task<> T = std::move(Queue.front());
        Queue.pop_front();
        T.H.resume();
      }
    }
  }

private:
  int Poll = epoll_create1(0);
  std::deque<Task<>> Queue;
};
// ... and one that main runs, which waits on a condition variable.
class Scheduler {
public:
  void add(Task<> T) { Queue.push_back(std::move(T)); }
  void run() {
    for (;;) {
      std::unique_lock Lock(Mutex);
      Wake.wait(Lock, [this] { return !Queue.empty(); });
      Task<> T = std::move(Queue.front());
      Queue.pop_front();
      Lock.unlock();
      T.H.resume();
    }
  }

private:
  std::mutex Mutex;
  std::condition_variable Wake;
  std::deque<Task<>> Queue;
};
struct Timer {
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<>);
  void await_resume() {}
};

Task<> part_ok() {
  sleep(1);
  co_return;
}
Task<> queued_ok() {
  sleep(1);
  co_await part_ok();
}
Task<> queued_for_loop_bad() {
  // CHECK: kept-tasks.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'queued_for_loop_bad'
  sleep(1);
  co_return;
}
Task<> queued_for_main_bad() {
  // CHECK: kept-tasks.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'queued_for_main_bad'
  sleep(1);
  co_return;
}
// What it awaits may take it to a loop.
Task<> comes_back_bad() {
  co_await Timer{};
  // CHECK: kept-tasks.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in coroutine 'comes_back_bad'
  sleep(1);
}
int main() {
  static Workers Pool;
  static Loop Own;
  Pool.add(queued_ok());
  Pool.add(comes_back_bad());
  Own.add(queued_for_loop_bad());
  std::thread([] { Pool.work(); }).detach();
  Scheduler Turns;
  Turns.add(queued_for_main_bad());
  Turns.run();
  Own.run();
}
