// Tables of functions that objects point to, as C has them in place of classes. What start-up
// code works through may block in one of them; a table that only the loop uses may not.
// RUN: %check_all gridlock-blocking-in-callback %s
// RUN: %not %gridlock check %s --checks='-*,gridlock-blocking-in-callback' --profile strict --quiet -- -std=gnu11 > %t.out
// RUN: %FileCheck %s --check-prefix=STRICT < %t.out
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct stream;
struct stream_ops {
  long (*read)(struct stream *, char *);
  long (*write)(struct stream *, const char *);
};
struct stream {
  const struct stream_ops *ops;
  int fd;
};
static long socket_read(struct stream *s, char *b) { return recv(s->fd, b, 8, MSG_DONTWAIT); }
static long socket_write(struct stream *s, const char *b) { return send(s->fd, b, 8, MSG_DONTWAIT); }
static long file_read(struct stream *s, char *b) { return *b + fsync(s->fd); }
// STRICT: tables.c:[[@LINE+1]]:{{[0-9]+}}: warning: 'fsync' blocks the event loop
static long file_write_ok(struct stream *s, const char *b) { return *b + fsync(s->fd); }
static const struct stream_ops socket_ops = {socket_read, socket_write};
static const struct stream_ops file_ops = {file_read, file_write_ok};

struct backend;
struct backend_ops {
  int (*start)(struct backend *);
  int (*put)(struct backend *, int);
};
struct backend {
  const struct backend_ops *ops;
};
static int memory_start(struct backend *b) { return b != 0; }
static int memory_put(struct backend *b, int v) { return b != 0 && v; }
static int disk_start(struct backend *b) { return b != 0; }
// CHECK: tables.c:[[@LINE+1]]:{{[0-9]+}}: warning: 'sleep' blocks the event loop
static int disk_put_bad(struct backend *b, int v) { return b != 0 && sleep((unsigned)v); }
static const struct backend_ops memory_ops = {memory_start, memory_put};
static const struct backend_ops disk_ops = {disk_start, disk_put_bad};

static void serve(struct stream *s, struct backend *b) {
  char buffer[8];
  if (s->ops->read(s, buffer) > 0)
    s->ops->write(s, buffer);
  b->ops->put(b, buffer[0]);
}

static void loop(struct stream *s, struct backend *b) {
  struct epoll_event events[4];
  int poll = epoll_create1(0);
  for (;;) {
    int count = epoll_wait(poll, events, 4, -1);
    for (int i = 0; i < count; i++)
      serve(s, b);
  }
}

static void load(struct stream *s) {
  char buffer[8];
  while (s->ops->read(s, buffer) > 0) {
  }
}

int main(int argc, char **argv) {
  struct stream config = {&file_ops, 3}, client = {&socket_ops, 4};
  struct backend memory = {&memory_ops}, disk = {&disk_ops};
  struct backend *b = argc > 1 ? &disk : &memory;
  load(&config);
  b->ops->start(b);
  loop(&client, b);
}
