// Chains of calls, recursion, callables that are run with the lock held, and
// threads that are waited for.
// RUN: %check_all self-deadlock %s -- -I%S/../Inputs
#include "mock/function.h"
#include "mock/sync.h"

struct Store {
  std::mutex Lock;
  int Left;

  void schedule() {
    std::lock_guard<std::mutex> Hold(Lock);
    --Left;
  }
  void poke() { schedule(); }
  void compact() { poke(); }
  void run_bad() {
    std::lock_guard<std::mutex> Hold(Lock);
    // CHECK: chains.cpp:[[@LINE+1]]:5: warning: lock 'Store::Lock' is taken in 'Store::schedule' while the same thread holds it already
    compact();
  }

  void recurse_bad(int N) {
    std::lock_guard<std::mutex> Hold(Lock);
    if (N > 0)
      // CHECK: chains.cpp:[[@LINE+1]]:7: warning: lock 'Store::Lock' is taken in 'Store::recurse_bad' while the same thread holds it already
      recurse_bad(N - 1);
  }
  void recurse_ok(int N) {
    {
      std::lock_guard<std::mutex> Hold(Lock);
    }
    if (N > 0)
      recurse_ok(N - 1);
  }

  template <typename F> void each(F Action) {
    std::lock_guard<std::mutex> Hold(Lock);
    Action();
  }
  void visit_bad() {
    // CHECK: chains.cpp:[[@LINE+1]]:5: warning: lock 'Store::Lock' is taken in 'Store::schedule' while the same thread holds it already
    each([this] { schedule(); });
  }
  void visit_ok(Store &Other) {
    each([this] { --Left; });
    Other.each([this] { schedule(); });
  }
  void held(const std::function<void()> &Action) {
    std::lock_guard<std::mutex> Hold(Lock);
    Action();
  }
  void kept_bad() {
    // CHECK: chains.cpp:[[@LINE+1]]:5: warning: lock 'Store::Lock' is taken in 'Store::schedule' while the same thread holds it already
    held([this] { schedule(); });
  }
};

struct Worker {
  std::mutex Lock;
  std::thread Thread;
  bool Stop = false;

  Worker() : Thread([this] { run(); }) {}
  void run() {
    for (;;) {
      std::lock_guard<std::mutex> Hold(Lock);
      if (Stop)
        return;
    }
  }
  void halt_bad() {
    std::lock_guard<std::mutex> Hold(Lock);
    Stop = true;
    // CHECK: chains.cpp:[[@LINE+1]]:12: warning: lock 'Worker::Lock' is held in 'Worker::halt_bad' while it waits for the end of a thread that takes it in 'Worker::run': both wait for ever
    Thread.join();
  }
  void halt_ok() {
    {
      std::lock_guard<std::mutex> Hold(Lock);
      Stop = true;
    }
    Thread.join();
  }
};

std::mutex Table;
void local_bad() {
  std::thread Other([] { std::lock_guard<std::mutex> Hold(Table); });
  std::lock_guard<std::mutex> Hold(Table);
  // CHECK: chains.cpp:[[@LINE+1]]:9: warning: lock 'Table' is held in 'local_bad' while it waits for the end of a thread
  Other.join();
}
void local_ok() {
  std::thread Other([] { std::lock_guard<std::mutex> Hold(Table); });
  Other.join();
  std::lock_guard<std::mutex> Hold(Table);
}
