// Instead of a sleep, each loop has timers of its own.
// RUN: %check_all blocking-in-callback %s
#define _GNU_SOURCE
#include <time.h>
#include <unistd.h>

typedef int (*GSourceFunc)(void *);
unsigned g_idle_add(GSourceFunc, void *);
struct event_base;
struct event *event_new(struct event_base *, int, short, void (*)(int, short, void *), void *);
struct sd_event;
struct sd_event_source;
int sd_event_add_io(struct sd_event *, struct sd_event_source **, int, unsigned, int (*)(struct sd_event_source *, int, unsigned, void *), void *);

static int glib_bad(void *Data) {
  // CHECK-DAG: loop-timers.c:[[@LINE+1]]:3: warning: 'usleep' blocks the event loop in callback 'glib_bad'; instead: g_timeout_add [gridlock
  usleep(1000);
  return Data != 0;
}

static void libevent_bad(int Fd, short What, void *Data) {
  struct timespec Time = {1, 0};
  // CHECK-DAG: loop-timers.c:[[@LINE+1]]:3: warning: 'nanosleep' blocks the event loop in callback 'libevent_bad'; instead: evtimer_add of an event made by evtimer_new [gridlock
  nanosleep(&Time, 0);
}

static int sd_event_bad(struct sd_event_source *Source, int Fd, unsigned Events, void *Data) {
  // CHECK-DAG: loop-timers.c:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in callback 'sd_event_bad'; instead: sd_event_add_time_relative [gridlock
  sleep(1);
  return 0;
}

static void soon_ok(int Fd, short What, void *Data) { sleep(0); }

void start(struct event_base *Base, struct sd_event *Loop) {
  g_idle_add(glib_bad, 0);
  event_new(Base, 0, 2, libevent_bad, 0);
  event_new(Base, 1, 2, soon_ok, 0);
  sd_event_add_io(Loop, 0, 0, 1, sd_event_bad, 0);
}
// CHECK-NOT: _ok
