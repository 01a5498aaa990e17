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
  // CHECK: pthread.c:{{.*}}: warning: locks 'log_lock' and 'queue::lock' are taken in opposite orders: 'flush_bad' takes 'log_lock' then 'queue::lock', 'push_bad' takes 'queue::lock' then 'log_lock'; instead: take them in one order everywhere [gridlock
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

// One thread that takes both orders by itself waits for nobody; two do.
typedef unsigned long uv_thread_t;
int uv_thread_create(uv_thread_t *, void (*)(void *), void *);
int uv_thread_join(uv_thread_t *);
static pthread_mutex_t only_first = PTHREAD_MUTEX_INITIALIZER, only_second = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t both_first = PTHREAD_MUTEX_INITIALIZER, both_second = PTHREAD_MUTEX_INITIALIZER;
static void one_thread_ok(void *unused) {
  pthread_mutex_lock(&only_first);
  pthread_mutex_lock(&only_second);
  pthread_mutex_unlock(&only_second);
  pthread_mutex_unlock(&only_first);
  pthread_mutex_lock(&only_second);
  pthread_mutex_lock(&only_first);
  pthread_mutex_unlock(&only_first);
  pthread_mutex_unlock(&only_second);
}
static void there_bad(void *unused) {
  pthread_mutex_lock(&both_first);
  pthread_mutex_lock(&both_second);
  pthread_mutex_unlock(&both_second);
  pthread_mutex_unlock(&both_first);
}
static void back_bad(void *unused) {
  pthread_mutex_lock(&both_second);
  // CHECK: pthread.c:[[@LINE+1]]:{{.*}} warning: locks 'both_first' and 'both_second' are taken in opposite orders
  pthread_mutex_lock(&both_first);
  pthread_mutex_unlock(&both_first);
  pthread_mutex_unlock(&both_second);
}
void run_uv(void) {
  uv_thread_t one, there, back;
  uv_thread_create(&one, one_thread_ok, 0);
  uv_thread_join(&one);
  uv_thread_create(&there, there_bad, 0);
  uv_thread_create(&back, back_bad, 0);
  uv_thread_join(&there);
  uv_thread_join(&back);
}
