// Every kind of lock: contended ones are reported with the function that waits and the
// operation, timed ones time out as without the monitor, and uncontended ones are not listed.
// RUN: %cc -g -O1 -pthread %s -o %t.exe
// RUN: %gridlock run --output %t.records -- %t.exe > %t.out
// RUN: %FileCheck %s < %t.out
// CHECK: timed out: 5 of 5
// CHECK: all taken
// RUN: %gridlock report %t.records --format json --output %t.json
// RUN: %expect %t.json "sorted(w['function'] for l in locks for w in l['waiters']) == \
// RUN:     ['clockrdlock_bad', 'clockwrlock_bad', 'mtx_bad', 'mtx_timed_bad', 'mutex_clock_bad', \
// RUN:      'mutex_timed_bad', 'rdlock_bad', 'recursive_bad', 'spin_bad', 'timedrdlock_bad', 'timedwrlock_bad', 'wrlock_bad']" \
// RUN:   "all(w['max_ns'] >= 5 * ms for l in locks for w in l['waiters'])" \
// RUN:   "'holds_bad' in [h['function'] for l in locks for h in l['holders']]" \
// RUN:   "'_ok' not in str([(l['waiters'], l['holders']) for l in locks]) and '_ok' not in str(findings)" \
// RUN:   "'uncontended_ok' in [h['function'] for h in report['holds']]"
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#define APART __attribute__((noinline))
static struct timespec in(clockid_t clock, int milliseconds) {
  struct timespec until;
  clock_gettime(clock, &until);
  until.tv_nsec += milliseconds * 1000000L;
  until.tv_sec += until.tv_nsec / 1000000000;
  until.tv_nsec %= 1000000000;
  return until;
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_rwlock_t rw = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static mtx_t plain;
static int limit; // of timed waits, in ms

static APART int recursive_bad(void) { return pthread_mutex_lock(&recursive); }
static APART int mutex_timed_bad(void) {
  struct timespec until = in(CLOCK_REALTIME, limit);
  return pthread_mutex_timedlock(&mutex, &until);
}
static APART int mutex_clock_bad(void) {
  struct timespec until = in(CLOCK_MONOTONIC, limit);
  return pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &until);
}
static APART int rdlock_bad(void) { return pthread_rwlock_rdlock(&rw); }
static APART int wrlock_bad(void) { return pthread_rwlock_wrlock(&rw); }
static APART int timedrdlock_bad(void) {
  struct timespec until = in(CLOCK_REALTIME, limit);
  return pthread_rwlock_timedrdlock(&rw, &until);
}
static APART int timedwrlock_bad(void) {
  struct timespec until = in(CLOCK_REALTIME, limit);
  return pthread_rwlock_timedwrlock(&rw, &until);
}
static APART int clockrdlock_bad(void) {
  struct timespec until = in(CLOCK_MONOTONIC, limit);
  return pthread_rwlock_clockrdlock(&rw, CLOCK_MONOTONIC, &until);
}
static APART int clockwrlock_bad(void) {
  struct timespec until = in(CLOCK_MONOTONIC, limit);
  return pthread_rwlock_clockwrlock(&rw, CLOCK_MONOTONIC, &until);
}
static APART int spin_bad(void) { return pthread_spin_lock(&spin); }
static APART int mtx_bad(void) { return mtx_lock(&plain); }
static APART int mtx_timed_bad(void) {
  struct timespec until = in(CLOCK_REALTIME, limit);
  return mtx_timedlock(&plain, &until) == thrd_timedout ? ETIMEDOUT : 0;
}

static void lock_all(void) {
  pthread_mutex_lock(&mutex);
  pthread_mutex_lock(&recursive);
  pthread_mutex_lock(&recursive);
  pthread_rwlock_wrlock(&rw);
  pthread_spin_lock(&spin);
  mtx_lock(&plain);
}
static APART void holds_bad(void) {
  mtx_unlock(&plain);
  pthread_spin_unlock(&spin);
  pthread_rwlock_unlock(&rw);
  pthread_mutex_unlock(&recursive);
  pthread_mutex_unlock(&recursive);
  pthread_mutex_unlock(&mutex);
}

static int released(int (*take)(void)) {
  if (take == recursive_bad)
    return pthread_mutex_unlock(&recursive);
  if (take == mutex_timed_bad || take == mutex_clock_bad)
    return pthread_mutex_unlock(&mutex);
  if (take == spin_bad)
    return pthread_spin_unlock(&spin);
  if (take == mtx_bad || take == mtx_timed_bad)
    return mtx_unlock(&plain);
  return pthread_rwlock_unlock(&rw);
}

static int (*taking)(void);
static volatile int result;
static void *take_it(void *started) {
  *(volatile int *)started = 1;
  result = taking();
  if (result == 0)
    released(taking);
  return NULL;
}
static int other_thread_takes(int (*take)(void), int hold) {
  volatile int started = 0;
  pthread_t other;
  taking = take;
  lock_all();
  pthread_create(&other, NULL, take_it, (void *)&started);
  while (!started)
    usleep(100);
  if (hold)
    usleep(30000);
  else
    pthread_join(other, NULL);
  holds_bad();
  if (hold)
    pthread_join(other, NULL);
  return result;
}

static APART void uncontended_ok(void) {
  lock_all();
  holds_bad();
  struct timespec until = in(CLOCK_MONOTONIC, 1000);
  pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &until);
  pthread_mutex_unlock(&mutex);
  pthread_rwlock_rdlock(&rw);
  pthread_rwlock_tryrdlock(&rw);
  pthread_rwlock_unlock(&rw);
  pthread_rwlock_unlock(&rw);
}

int main(void) {
  int (*timed[])(void) = {mutex_timed_bad, mutex_clock_bad, timedrdlock_bad, clockwrlock_bad, mtx_timed_bad};
  int (*all[])(void) = {recursive_bad,   mutex_timed_bad, mutex_clock_bad, rdlock_bad,      wrlock_bad,   timedrdlock_bad,
                        timedwrlock_bad, clockrdlock_bad, clockwrlock_bad, spin_bad,        mtx_bad,      mtx_timed_bad};
  pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
  mtx_init(&plain, mtx_timed);
  uncontended_ok();
  int out = 0;
  limit = 10;
  for (unsigned i = 0; i < sizeof timed / sizeof *timed; ++i)
    out += other_thread_takes(timed[i], 0) == ETIMEDOUT;
  printf("timed out: %d of 5\n", out);
  limit = 10000;
  for (unsigned i = 0; i < sizeof all / sizeof *all; ++i)
    if (other_thread_takes(all[i], 1) != 0)
      return 1;
  puts("all taken");
  return 0;
}
