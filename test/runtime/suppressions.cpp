// Suppressions in the sanitizers' grammar: by function, file or module of any frame; what
// is not named is still reported.
// RUN: rm -rf %t.r %t.named
// RUN: %victim %s -o %t.exe
// RUN: %gridlock run --output %t.r -- %t.exe
// RUN: %gridlock report %t.r | %FileCheck --check-prefix=ALL %s
// ALL-NOT: suppressed
// ALL: 1 process, 1 event loop, 5 findings, 1 contended lock
//
// RUN: printf '# a comment\n\n  blocking-in-callback:quiet_ok  \nloop-stall:^quiet*stall_ok$\nlock-order:nothing\nblocking-in-callback:^et_ok\n' > %t.some
// RUN: %gridlock report %t.r --suppressions %t.some --format json --output %t.json
// RUN: %expect %t.json "summary['suppressed'] == 2" \
// RUN:   "[f['function'] for f in by['gridlock-blocking-in-callback']] == ['calls_bad']" "'gridlock-loop-stall' not in by" \
// RUN:   "len(by['gridlock-lock-contention']) == 1" "len(summary['remarks']) == 2"
// RUN: %gridlock report %t.r --suppressions %t.some | %FileCheck --check-prefix=SOME %s
// SOME-NOT: quiet
// SOME: in calls_bad at
// SOME: remark: {{.*}}.some:5: the suppression 'lock-order:nothing' matched nothing
// SOME: remark: {{.*}}.some:6: the suppression 'blocking-in-callback:^et_ok' matched nothing
// SOME: 3 findings (2 suppressed), 1 contended lock
//
// By source file, by what holds the lock, by the calling module.
// RUN: printf 'lock-contention:holds\nblocking-under-lock:holds\nloop-stall:suppressions.cpp$\n' > %t.more
// RUN: %gridlock report %t.r --suppressions %t.more | %FileCheck --check-prefix=MORE %s
// MORE-NOT: {{lock-contention|under-lock}}
// MORE: 2 findings (3 suppressed), 1 contended lock
// RUN: printf 'called_from_lib:suppressions.cpp*exe\n' > %t.lib
// RUN: %gridlock report %t.r --suppressions %t.lib | %FileCheck --check-prefix=LIB %s
// LIB: {{[01]}} finding{{s?}} ({{[345]}} suppressed)
//
// Named with the run, they are the report's; a file given to the report counts instead.
// RUN: cp %t.more %t.kept; %gridlock run --suppressions %t.kept --output %t.named -- %t.exe
// RUN: %gridlock report %t.named | %FileCheck --check-prefix=MORE %s
// RUN: %gridlock report %t.named --suppressions %t.lib | %FileCheck --check-prefix=LIB %s
// RUN: printf 'bogus:x\n' > %t.kept; not %gridlock report %t.named 2>&1 | %FileCheck --check-prefix=BOGUS %s
// BOGUS: gridlock: error: {{.*}}.kept:1: unknown kind 'bogus'; the kinds are: blocking-in-callback, {{.*}}lock-order, loop-stall{{.*}} (named when the program was run
//
// One clear error each, and exit status 2, before the program runs.
// RUN: printf '\nlock-order\n' > %t.bad; %gridlock run --suppressions %t.bad --output %t.named -- %t.exe > %t.out 2>&1; test $? = 2
// RUN: %FileCheck --check-prefix=GRAMMAR %s < %t.out
// GRAMMAR: gridlock: error: {{.*}}.bad:2: 'lock-order' is no suppression; write kind:pattern
// RUN: %gridlock report %t.r --suppressions %t.missing > %t.out 2>&1; test $? = 2
// RUN: %FileCheck --check-prefix=MISSING %s < %t.out
// MISSING: gridlock: error: the suppressions '{{.*}}.missing' cannot be read: No such file or directory
#include "loop.h"
#include <chrono>
#include <mutex>
#include <thread>

#define APART [[gnu::noinline]]
static std::mutex Mutex;

APART void spin() {
  const auto End = std::chrono::steady_clock::now() + std::chrono::milliseconds(400);
  while (std::chrono::steady_clock::now() < End)
    ;
}
APART void quiet_stall_ok() { spin(); asm(""); }
APART void quiet_ok() { usleep(120000); asm(""); }
APART void calls_bad() { usleep(130000); asm(""); }
APART void holds() { std::lock_guard Guard(Mutex); usleep(60000); }
APART void waits_bad() { std::lock_guard Guard(Mutex); asm(""); }

int main() {
  runLoop(10, [](int Round) {
    if (Round == 5)
      quiet_ok();
    if (Round == 6)
      calls_bad();
    if (Round == 7)
      quiet_stall_ok();
  });
  std::thread Holder(holds);
  usleep(20000);
  std::thread Waiter(waits_bad);
  Holder.join();
  Waiter.join();
}
