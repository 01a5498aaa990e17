// The macros of gridlock/annotations.h on functions, methods, lambdas and parameters.
// RUN: %check_all gridlock-blocking-in-callback %s -- -I%root/runtime-monitor/include
#include <gridlock/annotations.h>

#include <unistd.h>

GRIDLOCK_BLOCKING int wait_for_answer();
GRIDLOCK_NONBLOCKING void trace(const char *Text) { write(2, Text, 1); }
void plain(const char *Text) { write(2, Text, 1); }

GRIDLOCK_RUNS_ON_LOOP void blocking_bad() {
  // CHECK: functions.cpp:[[@LINE+1]]:3: warning: 'wait_for_answer' blocks the event loop{{.*}}; instead: call it on a thread that may block
  wait_for_answer();
}
GRIDLOCK_RUNS_ON_LOOP void nonblocking_bad() {
  sleep(1); // CHECK: functions.cpp:[[@LINE]]:3: warning: 'sleep' blocks the event loop
  trace("");
}
GRIDLOCK_RUNS_ON_LOOP void nonblocking_ok() { trace(""); }
void nowhere_ok() { wait_for_answer(); }

struct Handler {
  GRIDLOCK_RUNS_ON_LOOP virtual void onRequest() = 0;
  virtual void onIdle() = 0;
  GRIDLOCK_BLOCKING virtual void load() = 0;
};
struct Own : Handler {
  // CHECK: functions.cpp:[[@LINE+1]]:31: warning: 'sleep' blocks the event loop
  void onRequest() override { sleep(1); }
  void onIdle() override { sleep(1); } // ok
  void load() override;
};
// CHECK: functions.cpp:[[@LINE+1]]:53: warning: 'Own::load' blocks the event loop
GRIDLOCK_RUNS_ON_LOOP void override_bad(Own &O) { O.load(); }

template <typename F> void defer(GRIDLOCK_RUNS_ON_LOOP F Later) {}
template <typename F> void hand_over(GRIDLOCK_OFFLOADS F Job) {}
template <typename F> GRIDLOCK_OFFLOADS void on_pool(F Job) {}
template <typename F> void unknown(F Job) {}

void parameter_bad() {
  // CHECK: functions.cpp:[[@LINE+1]]:14: warning: 'sleep' blocks the event loop
  defer([] { sleep(1); });
}
GRIDLOCK_RUNS_ON_LOOP void parameter_ok() {
  hand_over([] { sleep(1); });
  on_pool([] { sleep(1); });
  unknown([] { sleep(1); });
}

void lambda_bad() {
  auto Tick = []() GRIDLOCK_RUNS_ON_LOOP {
    sleep(1); // CHECK: functions.cpp:[[@LINE]]:5: warning: 'sleep' blocks the event loop
  };
  (void)Tick;
}
void lambda_ok() {
  auto Tick = []() { sleep(1); };
  (void)Tick;
}
