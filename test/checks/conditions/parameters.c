// What decides may be a parameter: then it is what those pass that run on the loop. Constant
// structures of namespace scope; flags behind a pointer.
// RUN: %check_all gridlock-blocking-in-callback %s --profile strict -- -I%root/runtime-monitor/include
#define _GNU_SOURCE
#include <gridlock/annotations.h>

#include <sys/file.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <time.h>

static char buffer[64];

static long receive_ok(int fd, int flags) { return recv(fd, buffer, 1, flags); }
// CHECK: parameters.c:[[@LINE+1]]:58: warning: 'recv' may block
static long receive_some_bad(int fd, int flags) { return recv(fd, buffer, 1, flags); }
// CHECK: parameters.c:[[@LINE+1]]:72: warning: 'recv' may block
static long receive_changed_bad(int fd, int flags) { flags = 0; return recv(fd, buffer, 1, flags); }
static int lock_ok(int fd, int how) { return flock(fd, how); }
// CHECK: parameters.c:[[@LINE+1]]:47: warning: 'flock' blocks
static int lock_bad(int fd, int how) { return flock(fd, how); }
// CHECK: parameters.c:[[@LINE+1]]:51: warning: 'flock' may block
static int lock_any_bad(int fd, int how) { return flock(fd, how); }

static const struct timespec zero = {0, 0}, second = {1, 0};
static struct timespec changing = {0, 0};

// Over more than one call, where it is handed on as it is.
static long deep_ok(int fd, int flags) { return recv(fd, buffer, 1, flags); }
static long middle_ok(int fd, int flags) { return deep_ok(fd, flags); }
// CHECK: parameters.c:[[@LINE+1]]:52: warning: 'flock' blocks
static int deep_bad(int fd, int how) { return fd + flock(fd, how); }
static int middle_bad(int fd, int how) { return deep_bad(fd, how); }
static int other_bad(int fd, int how) { return middle_bad(fd, how); }

// What everybody on the loop decides by a constant.
// CHECK: parameters.c:[[@LINE+1]]:52: warning: 'flock' blocks
static void stop_bad(int fd, int wait) { if (wait) flock(fd, LOCK_EX); }
static void stop_ok(int fd, int wait) { if (wait) flock(fd, LOCK_EX); }
static void stop_after_ok(int fd, int wait) { if (!wait) return; flock(fd, LOCK_EX); }
// CHECK: parameters.c:[[@LINE+1]]:86: warning: 'flock' blocks
static void stop_changed_bad(int fd, int wait) { if (fd > 3) { wait = 1; } if (wait) flock(fd, LOCK_EX); }

GRIDLOCK_RUNS_ON_LOOP void on_ready(int fd, int how) {
  stop_bad(fd, 0);
  stop_bad(fd, fd > 2);
  stop_ok(fd, 0);
  stop_after_ok(fd, 0);
  stop_changed_bad(fd, 0);
  middle_ok(fd, MSG_DONTWAIT);
  middle_bad(fd, LOCK_EX | LOCK_NB);
  other_bad(fd, LOCK_EX);
  receive_ok(fd, MSG_DONTWAIT);
  receive_some_bad(fd, MSG_DONTWAIT);
  receive_some_bad(fd, 0);
  receive_changed_bad(fd, MSG_DONTWAIT);
  lock_ok(fd, LOCK_EX | LOCK_NB);
  lock_bad(fd, LOCK_EX);
  lock_any_bad(fd, how);
}

GRIDLOCK_RUNS_ON_LOOP void constants(void) {
  nanosleep(&zero, 0);
  // CHECK: parameters.c:[[@LINE+1]]:3: warning: 'nanosleep' blocks
  nanosleep(&second, 0);
  // CHECK: parameters.c:[[@LINE+1]]:3: warning: 'nanosleep' blocks
  nanosleep(&changing, 0);
}

GRIDLOCK_RUNS_ON_LOOP void semaphores(int id) {
  struct sembuf now = {0, -1, IPC_NOWAIT}, later = {0, -1, 0};
  semop(id, &now, 1);
  // CHECK: parameters.c:[[@LINE+1]]:3: warning: 'semop' blocks
  semop(id, &later, 1);
}

// Who is on no loop doesn't count.
void start_up(int fd) {
  receive_ok(fd, 0);
  lock_ok(fd, LOCK_EX);
  middle_ok(fd, 0);
  stop_ok(fd, 1);
  stop_after_ok(fd, 1);
  changing.tv_sec = 1;
}
