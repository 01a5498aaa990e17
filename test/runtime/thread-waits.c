// The same of a C program: rows of its waits by C and POSIX means, across processes too.
// RUN: %three_ways %s
// RUN: for w in preloaded shared static; do %expect %t.$w.json "findings == []" \
// RUN:   "sorted((f['function'], f['operation'], [k['function'] for k in w['wakers']]) for w in [w for w in waits if 'join' not in w['operation']] for f in w['waiters']) == \
// RUN:      [('clock_bad', 'pthread/sem_clockwait', ['posts']), ('condition_bad', 'pthread/pthread_cond_wait', ['signals']), \
// RUN:       ('process_bad', 'pthread/sem_wait', ['main']), ('sem_bad', 'pthread/sem_wait', ['posts']), ('timed_bad', 'pthread/pthread_cond_timedwait', ['signals'])]" \
// RUN:   "all(f['max_ns'] >= 10 * ms for w in [w for w in waits if 'join' not in w['operation']] for f in w['waiters'])" || exit 1; done
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define APART __attribute__((noinline))
static sem_t semaphore, *shared;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static int given;

static struct timespec later(clockid_t clock) {
  struct timespec until;
  clock_gettime(clock, &until);
  until.tv_sec += 10;
  return until;
}

static APART void *sem_bad(void *unused) { return sem_wait(&semaphore) ? unused : NULL; }
static APART void *clock_bad(void *unused) {
  struct timespec until = later(CLOCK_MONOTONIC);
  return sem_clockwait(&semaphore, CLOCK_MONOTONIC, &until) ? unused : NULL;
}
static APART void *condition_bad(void *unused) {
  pthread_mutex_lock(&mutex);
  while (!given)
    pthread_cond_wait(&condition, &mutex);
  given = 0;
  pthread_mutex_unlock(&mutex);
  return unused;
}
static APART void *timed_bad(void *unused) {
  struct timespec until = later(CLOCK_REALTIME);
  pthread_mutex_lock(&mutex);
  while (!given)
    pthread_cond_timedwait(&condition, &mutex, &until);
  given = 0;
  pthread_mutex_unlock(&mutex);
  return unused;
}
static APART void process_bad(void) {
  if (sem_wait(shared) != 0)
    abort();
}

static APART void posts(void) { sem_post(&semaphore); }
static APART void signals(void) {
  pthread_mutex_lock(&mutex);
  given = 1;
  pthread_cond_signal(&condition);
  pthread_mutex_unlock(&mutex);
}

static void both(void *(*wait)(void *), void (*end)(void)) {
  pthread_t other;
  pthread_create(&other, NULL, wait, NULL);
  usleep(30000);
  end();
  pthread_join(other, NULL);
}

int main(void) {
  sem_init(&semaphore, 0, 0);
  both(sem_bad, posts);
  both(clock_bad, posts);
  both(condition_bad, signals);
  both(timed_bad, signals);
  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  sem_init(shared, 1, 0);
  if (fork() == 0) {
    usleep(30000);
    sem_post(shared);
    _exit(0);
  }
  process_bad();
  wait(NULL);
  return 0;
}
