// A callback that sleeps is found with the function that sleeps and what it called, the
// same in all three ways of having the monitor; one that sleeps shortly is not.
// RUN: %three_ways %s
// RUN: for w in preloaded shared static; do %expect %t.$w.json \
// RUN:   "len(findings) == 1" \
// RUN:   "findings[0]['rule'] == 'gridlock-blocking-in-callback'" \
// RUN:   "findings[0]['function'] == 'sleeps_bad'" \
// RUN:   "findings[0]['operation'] == 'posix-sleep/usleep'" \
// RUN:   "findings[0]['file'].endswith('stall-off-cpu.cpp') and findings[0]['line'] == 23" \
// RUN:   "findings[0]['count'] == 2 and 145 * ms <= findings[0]['worst_ns'] < 2000 * ms" \
// RUN:   "stack(findings[0])[-1] == 'main'" \
// RUN:   "loops[0]['iterations'] >= 35 and loops[0]['stalls'] == 2" || exit 1; done
// The fingerprint does not depend on the way either.
// RUN: grep fingerprint %t.preloaded.json > %t.a; grep fingerprint %t.shared.json > %t.b
// RUN: grep fingerprint %t.static.json > %t.c; diff %t.a %t.b; diff %t.a %t.c
// RUN: %FileCheck %s < %t.preloaded.txt
// CHECK: runLoop {{.*}} posix-socket/epoll_wait
// CHECK: stall-off-cpu.cpp:23: warning: the event loop {{.*}} was blocked here by posix-sleep/usleep 2 times, worst {{.*}} [gridlock-blocking-in-callback]
// CHECK-NEXT: in sleeps_bad at {{.*}}stall-off-cpu.cpp:23
#include "loop.h"

[[gnu::noinline]] void sleeps_bad() {
  usleep(150000);
  asm("");
}
[[gnu::noinline]] void sleeps_ok() {
  usleep(1000);
  asm("");
}

int main() {
  runLoop(40, [](int I) {
    if (I == 10 || I == 30)
      sleeps_bad();
    else
      sleeps_ok();
  });
}
