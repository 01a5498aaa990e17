// Calls that the constants of a function's callers decide on; and what copies,
// moves and assignments run.
// RUN: %check_all blocking-in-coroutine %s -- -I%S/../Inputs
#include "mock/coroutine.h"

#include <unistd.h>

static void slow_bad() {
  // CHECK: decided.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop: coroutine 'save_bad' reaches it through 2 calls
  sleep(1);
}
static void slow_ok() { sleep(1); }

static void flush_ok(bool Wait) {
  if (Wait)
    slow_ok();
}
static void close_ok(bool Wait) {
  if (!Wait)
    return;
  slow_ok();
}
static void flush_bad(bool Wait) {
  if (Wait)
    slow_bad();
}
task save_ok() {
  flush_ok(false);
  close_ok(false);
  co_return;
}
void save_in_thread_ok() {
  flush_ok(true);
  close_ok(true);
}
task save_bad() {
  flush_bad(true);
  co_return;
}

enum class how { now, later, never };
static void write_ok(how How) {
  switch (How) {
  case how::now:
    sleep(2);
    break;
  case how::later:
    slow_ok();
    break;
  default:
    break;
  }
}
static void write_rest_ok(how How) {
  switch (How) {
  case how::never:
    break;
  default:
    slow_ok();
  }
}
static void write_bad(how How) {
  switch (How) {
  case how::now:
    // CHECK: decided.cpp:[[@LINE+1]]:5: warning: 'sleep' blocks the event loop: coroutine 'write_all_bad' reaches it through 1 call
    sleep(3);
    break;
  default:
    // CHECK: decided.cpp:[[@LINE+1]]:5: warning: 'sleep' blocks the event loop: coroutine 'write_all_bad' reaches it through 1 call
    sleep(4);
  }
}
task write_all_ok() {
  write_ok(how::never);
  write_rest_ok(how::never);
  co_return;
}
task write_all_bad() {
  write_bad(how::now);
  write_bad(how::never);
  co_return;
}

struct copied {
  copied();
  copied(const copied &) {
    // CHECK: decided.cpp:[[@LINE+1]]:5: warning: 'sleep' blocks the event loop: coroutine 'copies_bad' reaches it through 1 call
    sleep(5);
  }
  copied &operator=(const copied &) = default;
};
struct assigned {
  assigned();
  assigned &operator=(int) {
    // CHECK: decided.cpp:[[@LINE+1]]:5: warning: 'sleep' blocks the event loop: coroutine 'assigns_bad' reaches it through 1 call
    sleep(6);
    return *this;
  }
};
struct holder {
  assigned Part;
  copied Other;
};
void take(copied);
task copies_bad() {
  copied One;
  take(One);
  co_return;
}
task assigns_bad() {
  assigned One;
  One = 3;
  co_return;
}
task assigns_ok() {
  copied One, Two;
  One = Two;
  holder Three, Four;
  Three.Part = Four.Part;
  co_return;
}
// CHECK-NOT: warning: {{.*}}_ok'
