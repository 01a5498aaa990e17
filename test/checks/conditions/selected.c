// What select has told of a descriptor.
// RUN: %check_all gridlock-blocking-in-callback %s --profile strict -- -I%root/runtime-monitor/include
#include <gridlock/annotations.h>

#include <sys/select.h>
#include <sys/socket.h>

static char buffer[64];

GRIDLOCK_RUNS_ON_LOOP void asked_ok(int fd, int other) {
  fd_set set;
  struct timeval now = {0, 0};
  FD_ZERO(&set);
  FD_SET(fd, &set);
  FD_SET(other, &set);
  if (select(10, &set, 0, 0, &now) > 0 && FD_ISSET(fd, &set))
    recv(fd, buffer, 1, 0);
  if (!FD_ISSET(other, &set))
    return;
  recv(other, buffer, 1, 0);
}

GRIDLOCK_RUNS_ON_LOOP void asked_bad(int fd, int other) {
  fd_set set, unused;
  struct timeval now = {0, 0};
  FD_ZERO(&set);
  FD_SET(fd, &set);
  FD_ZERO(&unused);
  if (select(10, &set, 0, 0, &now) <= 0)
    return;
  if (FD_ISSET(fd, &set)) {
    recv(fd, buffer, 1, 0);
    // CHECK: selected.c:[[@LINE+1]]:5: warning: 'recv' may block
    recv(fd, buffer, 1, 0);
    // CHECK: selected.c:[[@LINE+1]]:5: warning: 'recv' may block
    recv(other, buffer, 1, 0);
  } else {
    // CHECK: selected.c:[[@LINE+1]]:5: warning: 'recv' may block
    recv(fd, buffer, 1, 0);
  }
  if (FD_ISSET(other, &unused))
    // CHECK: selected.c:[[@LINE+1]]:5: warning: 'recv' may block
    recv(other, buffer, 1, 0);
}
// CHECK-NOT: warning:
