// Listeners of all kinds of events are kept in lists of one type. Where the kind is named by a
// constant both where they are registered and where they are called, a call runs those of its kind.
// RUN: %check_all gridlock-blocking-in-callback %s --profile pedantic
#define _GNU_SOURCE
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum event { EVENT_TICK, EVENT_RESTORE, EVENT_MESSAGE };
typedef int (*listener_fn)(int event, void *data);
struct listener {
  listener_fn call;
  void *data;
  struct listener *next;
};
static struct listener *tick_list, *restore_list, *message_list;

static struct listener **list_of(enum event kind) {
  switch (kind) {
  case EVENT_TICK:
    return &tick_list;
  case EVENT_RESTORE:
    return &restore_list;
  default:
    return &message_list;
  }
}

static void listen_to(enum event kind, listener_fn call, void *data) {
  struct listener *l = malloc(sizeof *l), **list = list_of(kind);
  l->call = call;
  l->data = data;
  l->next = *list;
  *list = l;
}

// CHECK: event-kinds.c:[[@LINE+1]]:{{[0-9]+}}: warning: 'fsync' blocks the event loop
static int on_tick_bad(int event, void *data) { return event + fsync(*(int *)data); }
// Called before the loop starts.
static int on_restore_ok(int event, void *data) { return event + fsync(*(int *)data); }
// Of two kinds, one of which the loop calls.
// CHECK: event-kinds.c:[[@LINE+1]]:{{[0-9]+}}: warning: 'fdatasync' blocks the event loop
static int on_both_bad(int event, void *data) { return event + fdatasync(*(int *)data); }
// Registered by a variable: may be of any kind.
static int on_some_bad(int event, void *data) {
  // CHECK: event-kinds.c:[[@LINE+1]]:{{[0-9]+}}: warning: 'sync' blocks the event loop
  sync();
  return event + (data != 0);
}

static void restore(void) {
  for (struct listener *l = restore_list; l; l = l->next)
    l->call(EVENT_RESTORE, l->data);
}
static void tick(void) {
  for (struct listener *l = tick_list; l; l = l->next)
    l->call(EVENT_TICK, l->data);
}

static void set_up(int *file, enum event wanted) {
  listen_to(EVENT_TICK, on_tick_bad, file);
  listen_to(EVENT_RESTORE, on_restore_ok, file);
  listen_to(EVENT_TICK, on_both_bad, file);
  listen_to(EVENT_MESSAGE, on_both_bad, file);
  listen_to(wanted, on_some_bad, file);
}

static void loop(struct pollfd *fds, nfds_t count) {
  for (;;) {
    poll(fds, count, 100);
    for (nfds_t i = 0; i < count; i++)
      if (fds[i].revents)
        tick();
  }
}

int main(int argc, char **argv) {
  int file = 1;
  struct pollfd fds[1] = {{0, POLLIN, 0}};
  set_up(&file, argc > 1 ? (enum event)atoi(argv[1]) : EVENT_TICK);
  restore();
  loop(fds, 1);
}
