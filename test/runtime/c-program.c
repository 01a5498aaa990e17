// A C program, compiled and linked as C.
// RUN: %three_ways --status 3 %s
// RUN: for w in preloaded shared static; do %expect %t.$w.json \
// RUN:   "[f['function'] for f in findings] == ['slow_bad']" \
// RUN:   "findings[0]['operation'] == 'posix-sleep/nanosleep'" \
// RUN:   "loops[0]['wait'] == 'posix-socket/poll'" || exit 1; done
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

__attribute__((noinline)) void slow_bad(void) {
  struct timespec time = {0, 150000000};
  nanosleep(&time, NULL);
  __asm__("");
}

int main(void) {
  int fds[2];
  if (pipe(fds) != 0)
    return 1;
  for (int i = 0; i < 20; ++i) {
    struct pollfd watched = {fds[0], POLLIN, 0};
    char byte = 0;
    if (write(fds[1], &byte, 1) != 1 || poll(&watched, 1, -1) != 1 || read(fds[0], &byte, 1) != 1)
      abort();
    if (i == 10)
      slow_bad();
  }
  return 3;
}
