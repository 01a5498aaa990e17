// A callable that is handed over through an interface may be meant for any of its
// implementations: less sure than one that is handed to the loop itself.
// RUN: %check_all blocking-in-callback %s -- -std=c++20
// RUN: %not %gridlock check %s --checks='-*,gridlock-blocking-in-callback' --profile strict --quiet -- -std=c++20 > %t.out
// RUN: %FileCheck %s --check-prefix=STRICT < %t.out
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include <sys/epoll.h>
#include <unistd.h>

struct Executor {
  virtual ~Executor() = default;
  virtual void post(std::function<void()> F) = 0;
};

struct Loop : Executor {
  int Poll = epoll_create1(0);
  std::deque<std::function<void()>> Jobs;
  void post(std::function<void()> F) override { Jobs.push_back(std::move(F)); }
  void run() {
    epoll_event Events[8];
    for (;;) {
      epoll_wait(Poll, Events, 8, -1);
      for (auto &Job : Jobs)
        Job();
    }
  }
};

struct Pool : Executor {
  std::mutex Mutex;
  std::condition_variable Ready;
  std::deque<std::function<void()>> Jobs;
  std::thread Thread{[this] { work(); }};
  void post(std::function<void()> F) override {
    std::lock_guard Guard(Mutex);
    Jobs.push_back(std::move(F));
  }
  void work() {
    std::unique_lock Lock(Mutex);
    Ready.wait(Lock, [this] { return !Jobs.empty(); });
    Jobs.front()();
  }
};

void to_loop_bad(Loop &L) {
  // CHECK: interfaces.cpp:[[@LINE+1]]:15: warning: 'sleep' blocks the event loop
  L.post([] { sleep(1); });
}

void to_pool_ok(Pool &P) {
  P.post([] { sleep(1); });
}

void to_either_ok(Executor &E) {
  // STRICT: interfaces.cpp:[[@LINE+1]]:15: warning: 'sleep' blocks the event loop
  E.post([] { sleep(1); });
}
