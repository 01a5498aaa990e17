// Timeouts of zero, also in a structure that is passed by address; flags that say not to wait.
// RUN: %check_all gridlock-blocking-in-callback %s -- -I%root/runtime-monitor/include
#define _GNU_SOURCE
#include <gridlock/annotations.h>

#include <poll.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <time.h>

static char buffer[64];

GRIDLOCK_RUNS_ON_LOOP void structure_bad(fd_set *set) {
  struct timespec second = {1, 0};
  // CHECK: timeouts.c:[[@LINE+1]]:3: warning: 'nanosleep' blocks
  nanosleep(&second, 0);
  struct timeval later;
  later.tv_sec = 0;
  later.tv_usec = 500;
  // CHECK: timeouts.c:[[@LINE+1]]:3: warning: 'select' blocks
  select(1, set, 0, 0, &later);
  struct timespec changed = {0, 0};
  changed.tv_sec = 2;
  // CHECK: timeouts.c:[[@LINE+1]]:3: warning: 'nanosleep' blocks
  nanosleep(&changed, 0);
  struct timespec now = {0, 0};
  clock_gettime(CLOCK_MONOTONIC, &now);
  // CHECK: timeouts.c:[[@LINE+1]]:3: warning: 'nanosleep' blocks
  nanosleep(&now, 0);
}
GRIDLOCK_RUNS_ON_LOOP void structure_ok(fd_set *set) {
  struct timespec none = {0, 0};
  nanosleep(&none, 0);
  struct timeval zero;
  zero.tv_sec = 0;
  zero.tv_usec = 0;
  select(1, set, 0, 0, &zero);
  static const struct timespec never = {0};
  pselect(1, set, 0, 0, &never, 0);
}

GRIDLOCK_RUNS_ON_LOOP void number_bad(int epoll, struct epoll_event *events) {
  int timeout = 0;
  timeout = 100;
  // CHECK: timeouts.c:[[@LINE+1]]:3: warning: 'epoll_wait' blocks
  epoll_wait(epoll, events, 1, timeout);
}
GRIDLOCK_RUNS_ON_LOOP void number_ok(int epoll, struct epoll_event *events) {
  int timeout = 0;
  epoll_wait(epoll, events, 1, timeout);
}

GRIDLOCK_RUNS_ON_LOOP void flag_bad(int queue, int fd, int pid) {
  // CHECK: timeouts.c:[[@LINE+1]]:3: warning: 'msgrcv' blocks
  msgrcv(queue, buffer, sizeof buffer - sizeof(long), 0, 0);
  // CHECK: timeouts.c:[[@LINE+1]]:3: warning: 'flock' blocks
  flock(fd, LOCK_EX);
  // CHECK: timeouts.c:[[@LINE+1]]:3: warning: 'waitpid' blocks
  waitpid(pid, 0, 0);
}
GRIDLOCK_RUNS_ON_LOOP void flag_ok(int queue, int fd, int pid) {
  msgrcv(queue, buffer, sizeof buffer - sizeof(long), 0, IPC_NOWAIT);
  flock(fd, LOCK_EX | LOCK_NB);
  flock(fd, LOCK_UN);
  waitpid(pid, 0, WNOHANG);
}
