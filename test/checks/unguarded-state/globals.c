// Globals and fields of structures, in C.
// RUN: %check_all unguarded-state %s
#include <pthread.h>
#include <stdlib.h>

struct queue {
  pthread_mutex_t lock;
  int length;
};
static pthread_mutex_t stats_lock = PTHREAD_MUTEX_INITIALIZER;
static int hits, misses, started;

void hit_ok(void) {
  pthread_mutex_lock(&stats_lock);
  hits++;
  pthread_mutex_unlock(&stats_lock);
}

void hit_twice_ok(void) {
  pthread_mutex_lock(&stats_lock);
  hits += 2;
  pthread_mutex_unlock(&stats_lock);
}

int total_bad(void) {
  // CHECK-DAG: globals.c:[[@LINE+1]]:10: warning: 'hits' is read in 'total_bad' without 'stats_lock', which 2 of the 3 functions that use it hold
  return hits;
}

// No lock at all, before the threads.
void main_ok(void) { started = 1; }
int started_ok(void) { return started; }

void push_ok(struct queue *q) {
  pthread_mutex_lock(&q->lock);
  q->length++;
  pthread_mutex_unlock(&q->lock);
}

int pop_ok(struct queue *q) {
  pthread_mutex_lock(&q->lock);
  if (q->length == 0) {
    pthread_mutex_unlock(&q->lock);
    return 0;
  }
  q->length--;
  pthread_mutex_unlock(&q->lock);
  return 1;
}

void drop_bad(struct queue *q) {
  // CHECK-DAG: globals.c:[[@LINE+1]]:6: warning: 'queue::length' is written in 'drop_bad' without 'queue::lock', which 2 of the 3 functions that use it hold
  q->length = 0;
}

// Nobody else knows it yet.
static struct queue *allocate(void) { return malloc(sizeof(struct queue)); }
struct queue *make_ok(void) {
  struct queue *q = allocate();
  pthread_mutex_init(&q->lock, 0);
  q->length = 0;
  return q;
}
