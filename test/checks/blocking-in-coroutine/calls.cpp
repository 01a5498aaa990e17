// Through calls: functions, lambdas, callables, implicit calls and overrides.
// RUN: %check_all blocking-in-coroutine %s -- -I%S/../Inputs
#include "mock/coroutine.h"
#include "mock/sync.h"

#include <unistd.h>

static void deepest() {
  // CHECK: calls.cpp:[[@LINE+4]]:3: warning: 'sleep' blocks the event loop: coroutine 'chain_bad' reaches it through 2 calls
  // CHECK: note: coroutine 'chain_bad' starts here
  // CHECK: note: 'chain_bad' calls 'middle' here
  // CHECK: note: 'middle' calls 'deepest' here
  sleep(1);
}
static void middle() { deepest(); }
task chain_bad() {
  middle();
  co_return;
}

static void only_from_thread() { sleep(1); }
task thread_ok() {
  std::thread Worker([] { only_from_thread(); });
  Worker.detach();
  co_return;
}

task lambda_bad() {
  // CHECK: calls.cpp:[[@LINE+1]]:29: warning: 'sleep' blocks the event loop: coroutine 'lambda_bad' reaches it through 1 call
  auto Nap = [](int Time) { sleep(Time); };
  Nap(1);
  co_return;
}

task lambda_not_called_ok() {
  auto Nap = [] { sleep(1); };
  (void)Nap;
  co_return;
}

template <typename F> void apply(F Run) { Run(); }
task template_bad() {
  // CHECK: calls.cpp:[[@LINE+1]]:14: warning: 'sleep' blocks the event loop: coroutine 'template_bad' reaches it through 2 calls
  apply([] { sleep(1); });
  co_return;
}

static void nap() {
  // CHECK: calls.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop: coroutine 'pointer_bad' reaches it through 1 call
  sleep(1);
}
static void call(void (*Run)()) { Run(); }
task pointer_bad() {
  call(&nap);
  co_return;
}

struct Opens {
  // CHECK: calls.cpp:[[@LINE+1]]:13: warning: 'sleep' blocks the event loop: coroutine 'implicit_bad' reaches it through 1 call
  Opens() { sleep(1); }
  // CHECK: calls.cpp:[[@LINE+1]]:14: warning: 'sleep' blocks the event loop: coroutine 'implicit_bad' reaches it through 1 call
  ~Opens() { sleep(1); }
};
task implicit_bad() {
  Opens Object;
  co_return;
}

struct Store {
  virtual ~Store();
  virtual void load() = 0;
};
struct DiskStore : Store {
  // CHECK: calls.cpp:[[@LINE+1]]:26: warning: 'sleep' blocks the event loop: coroutine 'override_bad' reaches it through 1 call
  void load() override { sleep(1); }
};
task override_bad(Store &S) {
  S.load();
  co_return;
}

task child() { co_return; }
task awaits_ok() { co_await child(); }
