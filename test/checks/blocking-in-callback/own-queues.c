// A rule of the user's own says that a function waits for events, or forks.
// RUN: %not %gridlock check %s --rules %S/Inputs/queues.yaml --checks='-*,gridlock-blocking-in-callback' --profile strict --quiet -- -std=gnu11 > %t.out
// RUN: %FileCheck %s --implicit-check-not=warning: < %t.out
// RUN: %gridlock check %s --checks='-*,gridlock-blocking-in-callback' --profile strict --quiet -- -std=gnu11
#include <unistd.h>

struct queue_event {
  void (*handle)(struct queue_event *);
};
int queue_wait(int, struct queue_event *);
int queue_poll(int *, int);
int task_split(void);

// CHECK: own-queues.c:[[@LINE+1]]:{{[0-9]+}}: warning: 'usleep' blocks the event loop
static void reply_bad(void) { usleep(1); }
static void snapshot_ok(void) {
  if (task_split() == 0) {
    usleep(2);
    _exit(0);
  }
}
void server(int queue) {
  struct queue_event event;
  while (queue_wait(queue, &event) > 0) {
    reply_bad();
    snapshot_ok();
  }
}

// CHECK: own-queues.c:[[@LINE+1]]:{{[0-9]+}}: warning: 'usleep' blocks the event loop
static void serve_bad(void) { usleep(3); }
void several(int *all, int count) {
  while (queue_poll(all, count) > 0)
    serve_bad();
}
static void answer_ok(void) { usleep(4); }
void client(int one) {
  while (queue_poll(&one, 1) > 0)
    answer_ok();
}
