// C code: pthread mutexes, a lock taken and given back by helpers.
// RUN: %check_all lock-order %s
#include <pthread.h>

struct queue {
  pthread_mutex_t lock;
};
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

static void enter(struct queue *q) { pthread_mutex_lock(&q->lock); }
static void leave(struct queue *q) { pthread_mutex_unlock(&q->lock); }

void push_bad(struct queue *q) {
  enter(q);
  // CHECK: pthread.c:{{.*}}: warning: locks 'log_lock' and 'queue::lock' are taken in opposite orders: 'flush_bad' takes 'log_lock' then 'queue::lock', 'push_bad' takes 'queue::lock' then 'log_lock'
  pthread_mutex_lock(&log_lock);
  pthread_mutex_unlock(&log_lock);
  leave(q);
}

void flush_bad(struct queue *q) {
  pthread_mutex_lock(&log_lock);
  pthread_mutex_lock(&q->lock);
  pthread_mutex_unlock(&q->lock);
  pthread_mutex_unlock(&log_lock);
}

void pop_ok(struct queue *q) {
  enter(q);
  leave(q);
  pthread_mutex_lock(&log_lock);
  pthread_mutex_unlock(&log_lock);
}
