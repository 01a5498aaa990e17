// A parameter says whether a descriptor is to block, by a branch or within the flags.
// RUN: %check_all gridlock-blocking-in-callback %s --profile strict -- -I%root/runtime-monitor/include
#define _GNU_SOURCE
#include <gridlock/annotations.h>

#include <fcntl.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

static char buffer[64];

static int by_branch(int fd, int on) {
  int flags = fcntl(fd, F_GETFL);
  if (on)
    flags |= O_NONBLOCK;
  else
    flags &= ~O_NONBLOCK;
  return fcntl(fd, F_SETFL, flags);
}
static int by_bits(int fd, bool on) { return fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | (on ? O_NONBLOCK : 0)); }
static int by_variable(int fd, bool block) {
  int flags = fcntl(fd, F_GETFL);
  flags = block ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
  return fcntl(fd, F_SETFL, flags);
}
static int by_both(int fd, bool on) {
  int flags = fcntl(fd, F_GETFL);
  return fcntl(fd, F_SETFL, (flags & ~O_NONBLOCK) | (on ? O_NONBLOCK : 0));
}
static int made(bool on) { return socket(AF_INET, SOCK_STREAM | (on ? SOCK_NONBLOCK : 0), 0); }
enum mode { Waits = 1, Doesnt = 2 };
static void by_name(int fd, enum mode m) {
  if (m == Doesnt)
    fcntl(fd, F_SETFL, O_NONBLOCK);
  else
    fcntl(fd, F_SETFL, 0);
}
static void wrapped(int fd, bool on) { by_branch(fd, on); }

GRIDLOCK_RUNS_ON_LOOP void chosen_bad(int a, int b, int c, int d, int e, int f, int g, int h, int any) {
  by_branch(a, 0);
  // CHECK: chosen-modes.c:[[@LINE+1]]:3: warning: 'recv' blocks
  recv(a, buffer, 1, 0);
  by_bits(b, false);
  // CHECK: chosen-modes.c:[[@LINE+1]]:3: warning: 'recv' may block
  recv(b, buffer, 1, 0);
  by_variable(c, true);
  // CHECK: chosen-modes.c:[[@LINE+1]]:3: warning: 'recv' blocks
  recv(c, buffer, 1, 0);
  by_name(d, Waits);
  // CHECK: chosen-modes.c:[[@LINE+1]]:3: warning: 'recv' blocks
  recv(d, buffer, 1, 0);
  wrapped(e, false);
  // CHECK: chosen-modes.c:[[@LINE+1]]:3: warning: 'recv' blocks
  recv(e, buffer, 1, 0);
  by_branch(f, any);
  // CHECK: chosen-modes.c:[[@LINE+1]]:3: warning: 'recv' may block
  recv(f, buffer, 1, 0);
  by_both(g, false);
  // CHECK: chosen-modes.c:[[@LINE+1]]:3: warning: 'recv' blocks
  recv(g, buffer, 1, 0);
  fcntl(h, F_SETFL, (fcntl(h, F_GETFL) & ~O_NONBLOCK) | any);
  // CHECK: chosen-modes.c:[[@LINE+1]]:3: warning: 'recv' may block
  recv(h, buffer, 1, 0);
  // CHECK: chosen-modes.c:[[@LINE+1]]:3: warning: 'connect' blocks
  connect(made(false), 0, 0);
}

GRIDLOCK_RUNS_ON_LOOP void chosen_ok(int a, int b, int c, int d, int e, int f, int g) {
  by_branch(a, 1);
  recv(a, buffer, 1, 0);
  by_bits(b, true);
  recv(b, buffer, 1, 0);
  by_variable(c, false);
  recv(c, buffer, 1, 0);
  by_name(d, Doesnt);
  recv(d, buffer, 1, 0);
  wrapped(e, true);
  recv(e, buffer, 1, 0);
  by_both(f, true);
  recv(f, buffer, 1, 0);
  fcntl(g, F_SETFL, (fcntl(g, F_GETFL) & ~O_NONBLOCK) | O_NONBLOCK);
  recv(g, buffer, 1, 0);
  connect(made(true), 0, 0);
}
// CHECK-NOT: warning:
