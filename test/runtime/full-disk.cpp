// Where records can't be written, or no more of them, the program goes on as without the
// monitor, the reason is said once, and the report reads what there is: a full disk, a limit
// on file sizes, a directory that is read-only, one that a chroot has put out of reach.
// RUN: %victim %s -o %t.exe
// RUN: rm -rf %t.limited %t.read-only %t.chroot; mkdir %t.read-only %t.chroot; chmod 555 %t.read-only
// RUN: env GRIDLOCK_OPTIONS=verbosity=0 %gridlock run --output %t.limited -- sh -c 'ulimit -f 400; exec %t.exe' > %t.out 2> %t.err
// RUN: %FileCheck --check-prefix=OUT %s < %t.out
// RUN: %FileCheck --check-prefix=LIMIT %s < %t.err
// RUN: %gridlock report %t.limited | %FileCheck --check-prefix=REPORT %s
// LIMIT: records are lost, nothing more is written to {{.*}}: file size limit reached
// LIMIT-NOT: records are lost
// REPORT: called from stalls_bad
// A full disk: a small file system of the test's own, where that is allowed.
// RUN: rm -rf %t.disk; mkdir %t.disk
// RUN: unshare -rm sh -c 'mount -t tmpfs -o size=200k none %t.disk' 2> /dev/null || exit 0; \
// RUN:   unshare -rm sh -c 'mount -t tmpfs -o size=200k none %t.disk && cd %t.disk && \
// RUN:   LD_PRELOAD=%monitor_so GRIDLOCK_OPTIONS=dir=%t.disk/records:verbosity=0 %t.exe > %t.disk-out 2> %t.disk-err; \
// RUN:   %gridlock report %t.disk/records > %t.disk-report' && \
// RUN:   %FileCheck --check-prefix=OUT %s < %t.disk-out && %FileCheck --check-prefix=FULL %s < %t.disk-err && \
// RUN:   %FileCheck --check-prefix=REPORT %s < %t.disk-report
// FULL: records are lost, nothing more is written to {{.*}}: no space left on the device
// FULL-NOT: records are lost
// A directory that can't be written to (root may): the name of a file in its place.
// RUN: touch %t.file; env LD_PRELOAD=%monitor_so GRIDLOCK_OPTIONS=dir=%t.file/records:verbosity=0 %t.exe > %t.out 2> %t.err
// RUN: %FileCheck --check-prefix=OUT %s < %t.out
// RUN: %FileCheck --check-prefix=NOWHERE %s < %t.err
// NOWHERE: records are lost, nothing more is written to {{.*}}: not a directory
// RUN: unshare -rm true 2> /dev/null || exit 0; \
// RUN:   unshare -rm sh -c 'mount --bind %t.read-only %t.read-only && mount -o remount,ro,bind %t.read-only && \
// RUN:   LD_PRELOAD=%monitor_so GRIDLOCK_OPTIONS=dir=%t.read-only/records:verbosity=0 %t.exe > %t.out 2> %t.err' && \
// RUN:   %FileCheck --check-prefix=OUT %s < %t.out && %FileCheck --check-prefix=READ-ONLY %s < %t.err
// READ-ONLY: records are lost, nothing more is written to {{.*}}: {{read-only file system|no such directory}}
// A program that confines itself after its start keeps its record file.
// RUN: rm -rf %t.r; unshare -r true 2> /dev/null || exit 0; unshare -r env LD_PRELOAD=%monitor_so GRIDLOCK_OPTIONS=dir=%t.r:verbosity=0 \
// RUN:   %t.exe %t.chroot > %t.out && %FileCheck --check-prefix=OUT %s < %t.out && %gridlock report %t.r | %FileCheck --check-prefix=REPORT %s
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
