// Where records can't be written, or no more of them, the program goes on as without the
// monitor, the reason is said once, and the report reads what there is: a limit on
// file sizes, a directory that can't be made. Full and read-only disks: full-disk-mounted.test.
// RUN: %victim %s -o %t.exe
// RUN: rm -rf %t.limited
// RUN: env GRIDLOCK_OPTIONS=verbosity=0 %gridlock run --output %t.limited -- sh -c 'ulimit -f 400; exec %t.exe' > %t.out 2> %t.err
// RUN: %FileCheck --check-prefix=OUT %s < %t.out
// RUN: %FileCheck --check-prefix=LIMIT %s < %t.err
// RUN: %gridlock report %t.limited | %FileCheck --check-prefix=REPORT %s
// LIMIT: records are lost, nothing more is written to {{.*}}: file size limit reached
// LIMIT-NOT: records are lost
// REPORT: called from stalls_bad
// A directory that can't be written to (root may): the name of a file in its place.
// RUN: touch %t.file; env LD_PRELOAD=%monitor_so GRIDLOCK_OPTIONS=dir=%t.file/records %t.exe > %t.out 2> %t.err
// RUN: %FileCheck --check-prefix=OUT %s < %t.out
// RUN: %FileCheck --check-prefix=NOWHERE %s < %t.err
// NOWHERE: records are lost, nothing more is written to {{.*}}: not a directory
// NOWHERE-NOT: see them
// OUT: 30 rounds
#include "loop.h"

#include <cstdio>

[[gnu::noinline]] static void stalls_bad(int Depth) {
  volatile char Room[4096]; // large stacks fill the disk
  Room[0] = 1;
  if (Depth > 0)
    stalls_bad(Depth - 1);
  else
    usleep(120000);
  Room[1] = Room[0];
}

int main(int Count, char **Arguments) {
  if (Count > 1 && (chroot(Arguments[1]) != 0 || chdir("/") != 0))
    return 1;
  int Rounds = 0;
  runLoop(30, [&](int I) {
    ++Rounds;
    if (I % 4 == 3)
      stalls_bad(8);
  });
  std::printf("%d rounds\n", Rounds);
}
