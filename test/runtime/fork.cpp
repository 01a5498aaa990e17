// A forked child is watched in its own right and starts with empty tables; with
// follow_children=0 it is left alone, as are programs it starts.
// RUN: %victim %s -o %t.exe
// RUN: %gridlock run --output %t.records -- %t.exe > %t.out
// RUN: %gridlock report %t.records --format json --output %t.json
// RUN: %expect %t.json "len(loops) == 2 and len({l['pid'] for l in loops}) == 2" \
// RUN:   "sorted(f['function'] for f in findings) == ['child_bad', 'parent_bad']" \
// RUN:   "sorted(l['stalls'] for l in loops) == [1, 1]"
// RUN: env GRIDLOCK_OPTIONS=follow_children=0 %gridlock run --output %t.records -- %t.exe > %t.out
// RUN: %FileCheck %s < %t.out
// CHECK: preload in a started program: none
// RUN: %gridlock report %t.records --format json --output %t.json
// RUN: %expect %t.json "[f['function'] for f in findings] == ['parent_bad']" "len(loops) == 1"
#include "loop.h"

#include <sys/wait.h>

[[gnu::noinline]] void child_bad() { usleep(150000); asm(""); }
[[gnu::noinline]] void parent_bad() { usleep(130000); asm(""); }

int main() {
  runLoop(20, [](int I) { if (I == 10) parent_bad(); });
  pid_t Child = fork();
  if (Child == 0) {
    runLoop(20, [](int I) { if (I == 10) child_bad(); });
    _exit(5);
  }
  int Status;
  waitpid(Child, &Status, 0);
  if (WEXITSTATUS(Status) != 5)
    return 1;
  return std::system("echo preload in a started program: ${LD_PRELOAD:-none}");
}
