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
typedef struct uv_process_s uv_process_t;
typedef struct uv_process_options_s {
  void (*exit_cb)(uv_process_t *, long, int);
  const char *file;
} uv_process_options_t;
int uv_spawn(uv_loop_t *, uv_process_t *, const uv_process_options_t *);

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

// What uv_spawn is given stands in a structure.
static void on_exit_bad(uv_process_t *Process, long Status, int Signal) {
  (void)Process, (void)Status, (void)Signal;
  // CHECK: libuv.c:[[@LINE+1]]:3: warning: 'sleep' blocks the event loop in callback 'on_exit_bad'
  sleep(1);
}
static void never_given_ok(uv_process_t *Process, long Status, int Signal) {
  (void)Process, (void)Status, (void)Signal;
  sleep(1);
}
void (*kept)(uv_process_t *, long, int) = never_given_ok;
int spawn(uv_loop_t *Loop, uv_process_t *Process) {
  uv_process_options_t Options = {.exit_cb = on_exit_bad, .file = "x"};
  return uv_spawn(Loop, Process, &Options);
}
