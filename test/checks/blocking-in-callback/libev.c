// Callbacks that are kept in a member of a library's structure, where its loop finds them.
// RUN: %check_all blocking-in-callback %s -- -isystem %S/../Inputs/mock
#include <ev.h>

#include <unistd.h>

static void on_readable_bad(struct ev_loop *Loop, ev_io *Watcher, int Events) {
  // CHECK: libev.c:[[@LINE+2]]:3: warning: 'sleep' blocks the event loop in callback 'on_readable_bad'
  // CHECK: note: it is kept in 'ev_io::cb' here, to be run by an event loop
  sleep(1);
}

struct connection {
  ev_io Io;
  void (*cb)(struct ev_loop *, ev_io *, int);
};

// Of the same name, in a structure of one's own.
static void own_member_ok(struct ev_loop *Loop, ev_io *Watcher, int Events) { sleep(1); }

static void chosen_bad(struct ev_loop *Loop, ev_io *Watcher, int Events) {
  // CHECK: libev.c:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in callback 'chosen_bad'
  sleep(1);
}
static void chosen_ok(struct ev_loop *Loop, ev_io *Watcher, int Events) {}

void start(struct ev_loop *Loop, struct connection *C, int Fd, int First) {
  ev_io Local;
  ev_io_init(&C->Io, on_readable_bad, Fd);
  ev_io_start(Loop, &C->Io);
  C->cb = own_member_ok;
  ev_init(&Local, First ? chosen_bad : chosen_ok);
}
