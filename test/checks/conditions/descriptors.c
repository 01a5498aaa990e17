// Descriptors that don't block: made so, switched here or in a helper, or asked before.
// RUN: %check_all gridlock-blocking-in-callback %s --profile strict -- -I%root/runtime-monitor/include
#define _GNU_SOURCE
#include <gridlock/annotations.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

static char buffer[64];

GRIDLOCK_RUNS_ON_LOOP void made_bad(void) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  // CHECK: descriptors.c:[[@LINE+1]]:3: warning: 'recv' blocks
  recv(fd, buffer, sizeof buffer, 0);
  int event = eventfd(0, EFD_CLOEXEC);
  // CHECK: descriptors.c:[[@LINE+1]]:3: warning: 'read' blocks
  read(event, buffer, 8);
}
GRIDLOCK_RUNS_ON_LOOP void made_ok(int listener) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  recv(fd, buffer, sizeof buffer, 0);
  int peer = accept4(fd, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
  recv(peer, buffer, sizeof buffer, 0);
  int event = eventfd(0, EFD_NONBLOCK);
  read(event, buffer, 8);
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  read(timer, buffer, 8);
  int ends[2];
  pipe2(ends, O_NONBLOCK);
  read(ends[0], buffer, 1);
  int twin = dup(fd);
  recv(twin, buffer, sizeof buffer, 0);
}

static int set_nonblocking(int fd) {
  int flags = fcntl(fd, F_GETFL, 0);
  if (flags < 0)
    return -1;
  return fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}
static int with_variable(int fd) {
  int flags = fcntl(fd, F_GETFL);
  flags |= O_NONBLOCK;
  return fcntl(fd, F_SETFL, flags);
}
static void with_ioctl(int fd) {
  int on = 1;
  ioctl(fd, FIONBIO, &on);
}
static void twice_removed(int fd) { set_nonblocking(fd); }
static void set_blocking(int fd) { fcntl(fd, F_SETFL, 0); }
static void keep(int fd) { setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, buffer, 4); }

GRIDLOCK_RUNS_ON_LOOP void helper_bad(int fd, int other) {
  set_nonblocking(fd);
  set_blocking(fd);
  // CHECK: descriptors.c:[[@LINE+1]]:3: warning: 'recv' blocks
  recv(fd, buffer, sizeof buffer, 0);
  // CHECK: descriptors.c:[[@LINE+1]]:3: warning: 'recv' may block
  recv(other, buffer, sizeof buffer, 0);
}
GRIDLOCK_RUNS_ON_LOOP void helper_ok(int a, int b, int c, int d) {
  set_nonblocking(a);
  with_variable(b);
  with_ioctl(c);
  twice_removed(d);
  keep(a);
  recv(a, buffer, sizeof buffer, 0);
  recv(b, buffer, sizeof buffer, 0);
  recv(c, buffer, sizeof buffer, 0);
  recv(d, buffer, sizeof buffer, 0);
}
GRIDLOCK_RUNS_ON_LOOP void switched_off_bad(int fd) {
  int on = 0;
  ioctl(fd, FIONBIO, &on);
  // CHECK: descriptors.c:[[@LINE+1]]:3: warning: 'recv' blocks
  recv(fd, buffer, sizeof buffer, 0);
}

static int connected(int nonblocking) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0)
    return -1;
  set_nonblocking(fd);
  return fd;
}
static int plain(void) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  return fd;
}
GRIDLOCK_RUNS_ON_LOOP void returned_bad(void) {
  int fd = plain();
  // CHECK: descriptors.c:[[@LINE+1]]:3: warning: 'recv' blocks
  recv(fd, buffer, sizeof buffer, 0);
}
GRIDLOCK_RUNS_ON_LOOP void returned_ok(void) {
  int fd = connected(1);
  recv(fd, buffer, sizeof buffer, 0);
}

struct session {
  int fd;
  int log;
};
void session_start(struct session *s) {
  s->fd = socket(AF_INET, SOCK_STREAM, 0);
  set_nonblocking(s->fd);
  s->log = open("log", O_WRONLY);
}
GRIDLOCK_RUNS_ON_LOOP void field_bad(struct session *s) {
  // CHECK: descriptors.c:[[@LINE+1]]:3: warning: 'write' may block
  write(s->log, buffer, 1);
}
GRIDLOCK_RUNS_ON_LOOP void field_ok(struct session *s) {
  recv(s->fd, buffer, sizeof buffer, 0);
}

GRIDLOCK_RUNS_ON_LOOP void polled_bad(int fd) {
  struct pollfd p = {fd, POLLIN, 0};
  if (poll(&p, 1, 0) > 0)
    recv(fd, buffer, sizeof buffer, 0);
  // CHECK: descriptors.c:[[@LINE+1]]:3: warning: 'recv' may block
  recv(fd, buffer, sizeof buffer, 0);
}
GRIDLOCK_RUNS_ON_LOOP void polled_ok(int fd) {
  struct pollfd p = {fd, POLLIN, 0};
  int ready = poll(&p, 1, 0);
  if (ready <= 0)
    return;
  recv(fd, buffer, sizeof buffer, 0);
}

GRIDLOCK_RUNS_ON_LOOP void flags_bad(int fd) {
  int flags = MSG_NOSIGNAL;
  // CHECK: descriptors.c:[[@LINE+1]]:3: warning: 'recv' may block
  recv(fd, buffer, sizeof buffer, flags);
}
GRIDLOCK_RUNS_ON_LOOP void flags_ok(int fd) {
  int flags = MSG_DONTWAIT;
  recv(fd, buffer, sizeof buffer, flags);
  recv(fd, buffer, sizeof buffer, MSG_NOSIGNAL | MSG_DONTWAIT);
}

// BIOs of OpenSSL: BIO_do_connect and BIO_set_nbio are macros for BIO_ctrl.
typedef struct bio_st BIO;
BIO *BIO_new_connect(const char *);
long BIO_ctrl(BIO *, int, long, void *);
int BIO_read(BIO *, void *, int);
GRIDLOCK_RUNS_ON_LOOP void bio_bad(BIO *memory) {
  BIO *b = BIO_new_connect("host:443");
  // CHECK: descriptors.c:[[@LINE+1]]:3: warning: 'BIO_ctrl' blocks
  BIO_ctrl(b, 101, 0, 0);
  // CHECK: descriptors.c:[[@LINE+1]]:3: warning: 'BIO_read' blocks
  BIO_read(b, buffer, 1);
  // CHECK: descriptors.c:[[@LINE+1]]:3: warning: 'BIO_read' may block
  BIO_read(memory, buffer, 1);
}
GRIDLOCK_RUNS_ON_LOOP void bio_ok(void) {
  BIO *b = BIO_new_connect("host:443");
  BIO_ctrl(b, 102, 1, 0);
  BIO_ctrl(b, 101, 0, 0);
  BIO_read(b, buffer, 1);
}
