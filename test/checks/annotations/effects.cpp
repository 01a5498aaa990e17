// Clang's own attributes for what blocks: a nonblocking function must not, and needs no
// look at its body from its callers.
// RUN: %check_all gridlock-blocking-in-callback %s -- -I%root/runtime-monitor/include -Wno-unknown-attributes
#include <gridlock/annotations.h>

#include <unistd.h>

int answer() [[clang::blocking]];
void safe() [[clang::nonblocking]];
void allocates() [[clang::nonblocking(false)]];

// CHECK: effects.cpp:[[@LINE+1]]:44: warning: 'sleep' blocks{{.*}}marked as non-blocking
void render_bad() [[clang::nonblocking]] { sleep(1); }
void render_ok() [[clang::nonblocking]] { safe(); }
void ordinary_ok() { sleep(1); }

GRIDLOCK_RUNS_ON_LOOP void caller_bad() {
  answer(); // CHECK: effects.cpp:[[@LINE]]:3: warning: 'answer' blocks the event loop
  allocates(); // CHECK: effects.cpp:[[@LINE]]:3: warning: 'allocates' blocks the event loop
}
GRIDLOCK_RUNS_ON_LOOP void caller_ok() {
  render_bad();
  safe();
}
