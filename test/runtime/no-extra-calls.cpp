// A loop that is not stalled, calls that don't block and locks that are free cost no system calls:
// strace sees none of the loop's thread but the program's own. (A few: the CPU time is read once for
// a millisecond in calls, which a machine under load has, and the watchdog is woken.)
// REQUIRES: strace
// RUN: %victim %s -o %t.exe && rm -rf %t.r
// RUN: strace --seccomp-bpf -f -qq -e trace=!write,read,epoll_wait,recvfrom -o %t.calls %gridlock run --output %t.r -- %t.exe
// RUN: /usr/bin/python3 %S/Inputs/between_marks.py %t.calls
// RUN: %gridlock report %t.r --format json --output %t.json
// RUN: %expect %t.json "loops[0]['iterations'] >= 20000"
#include "loop.h"
#include <mutex>
#include <shared_mutex>
#include <sys/socket.h>

static std::mutex A, B;
static std::shared_mutex C;

int main() {
  int Ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, Ends) != 0)
    return 1;
  runLoop(20010, [&](int Round) {
    if (Round == 10)
      getppid(); // from here on
    char Byte;
    if (recv(Ends[0], &Byte, 1, 0) != -1)
      std::abort();
    std::scoped_lock Both(A, B);
    std::lock_guard Three(C);
  });
  getppid(); // up to here
}
