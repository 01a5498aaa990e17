// Callbacks of C libraries are functions.
// RUN: %check_all blocking-in-callback %s
#include <unistd.h>

typedef struct uv_timer_s uv_timer_t;
typedef struct uv_loop_s uv_loop_t;
typedef struct uv_work_s uv_work_t;
typedef void (*uv_timer_cb)(uv_timer_t *);
typedef void (*uv_work_cb)(uv_work_t *);
typedef void (*uv_after_work_cb)(uv_work_t *, int);
int uv_timer_start(uv_timer_t *, uv_timer_cb, unsigned long, unsigned long);
int uv_queue_work(uv_loop_t *, uv_work_t *, uv_work_cb, uv_after_work_cb);

static void on_timer_bad(uv_timer_t *Timer) {
  (void)Timer;
  // CHECK: libuv.c:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in callback 'on_timer_bad'
  sleep(1);
}

static void work_ok(uv_work_t *Work) {
  (void)Work;
  sleep(1);
}

static void after_work_bad(uv_work_t *Work, int Status) {
  (void)Work;
  (void)Status;
  // CHECK: libuv.c:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in callback 'after_work_bad'
  sleep(1);
}

void start(uv_loop_t *Loop, uv_timer_t *Timer, uv_work_t *Work) {
  uv_timer_start(Timer, on_timer_bad, 0, 100);
  uv_queue_work(Loop, Work, work_ok, after_work_bad);
}
