// Own event loops whose wait is one of several behind a pointer, and tables of callbacks with
// their user data.
// RUN: %check_all gridlock-blocking-in-callback %s
#define _GNU_SOURCE
#include <sys/epoll.h>
#include <poll.h>
#include <unistd.h>

struct loop;
typedef void (*handler)(struct loop *, int fd, void *user);
struct backend {
  int (*wait)(struct loop *, int timeout);
  void (*name)(void);
};
struct loop {
  const struct backend *backend;
  int epoll;
  struct {
    handler call;
    void *user;
    int ready;
  } slots[64];
};

static int wait_epoll(struct loop *l, int timeout) {
  struct epoll_event events[8];
  int n = epoll_wait(l->epoll, events, 8, timeout);
  for (int i = 0; i < n; ++i)
    l->slots[events[i].data.fd].ready = 1;
  return n;
}
static int wait_poll(struct loop *l, int timeout) {
  struct pollfd fds[64];
  return poll(fds, 64, timeout);
}
static void name_ok(void) { sleep(1); }
const struct backend backends[] = {{wait_epoll, name_ok}, {wait_poll, name_ok}};

void watch(struct loop *l, int fd, handler call, void *user) {
  l->slots[fd].call = call;
  l->slots[fd].user = user;
}

void run(struct loop *l) {
  l->backend->name();
  for (;;)
    if (l->backend->wait(l, 100) > 0)
      for (int i = 0; i < 64; ++i)
        if (l->slots[i].ready)
          l->slots[i].call(l, i, l->slots[i].user);
}

struct client {
  void (*on_line)(struct client *, char *);
};
// CHECK: backends.c:[[@LINE+1]]:{{[0-9]+}}: warning: 'usleep' blocks the event loop: the loop of 'run' reaches it through 2 calls
static void line_bad(struct client *c, char *line) { usleep(1000); }
static void line_ok(struct client *c, char *line) {}
static void client_readable(struct loop *l, int fd, void *user) {
  struct client *c = user;
  c->on_line(c, 0);
}
static void listener_bad(struct loop *l, int fd, void *user) {
  struct client *c = user;
  c->on_line = fd ? line_bad : line_ok;
  watch(l, fd, client_readable, c);
  // CHECK: backends.c:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop: the loop of 'run' reaches it through 1 call
  sleep(1);
}
void start(struct loop *l, struct client *c) {
  l->backend = &backends[0];
  watch(l, 3, listener_bad, c);
}

// What is behind the pointer waits for no descriptors.
struct timer {
  int (*wait)(void);
};
static int wait_a_second(void) { return (int)sleep(1); }
void poll_ok(struct timer *t) {
  t->wait = wait_a_second;
  while (t->wait() == 0)
    sleep(1);
}
