// Functions that release a lock of their caller on some paths, and say so by
// their result.
// RUN: %check_all gridlock-lock-leak,gridlock-self-deadlock %s
#include <pthread.h>

struct queue {
  pthread_mutex_t lock;
  int length, closed;
};

// Releases it if it fails.
int check(struct queue *q) {
  if (q->length > 9) {
    pthread_mutex_unlock(&q->lock);
    return -1;
  }
  return 0;
}

int put_ok(struct queue *q) {
  pthread_mutex_lock(&q->lock);
  if (check(q) < 0)
    return -1;
  q->length++;
  pthread_mutex_unlock(&q->lock);
  return 0;
}

int put_bad(struct queue *q) {
  pthread_mutex_lock(&q->lock); // CHECK-DAG: given-back.c:[[@LINE]]:3: warning: lock 'queue::lock' stays locked when 'put_bad' returns early, but is released on other paths
  if (check(q) < 0)
    return -1;
  if (q->closed)
    return -2;
  q->length++;
  pthread_mutex_unlock(&q->lock);
  return 0;
}

// Nothing but the callee releases it.
int forgotten_bad(struct queue *q) {
  pthread_mutex_lock(&q->lock); // CHECK-DAG: given-back.c:[[@LINE]]:3: warning: lock 'queue::lock' stays locked when 'forgotten_bad' returns early
  int r = check(q);
  if (r != 0)
    return r;
  q->length++;
  return 0;
}

int kept_ok(struct queue *q) {
  int r;
  pthread_mutex_lock(&q->lock);
  r = check(q);
  if (!r) {
    q->length++;
    pthread_mutex_unlock(&q->lock);
  }
  return r;
}

int kept_bad(struct queue *q) {
  int r;
  pthread_mutex_lock(&q->lock); // CHECK-DAG: given-back.c:[[@LINE]]:3: warning: lock 'queue::lock' stays locked when 'kept_bad' returns early, but is released on other paths
  r = check(q);
  if (!r) {
    if (q->closed)
      return 1;
    pthread_mutex_unlock(&q->lock);
  }
  return r;
}

int count(struct queue *q) {
  pthread_mutex_lock(&q->lock);
  int n = q->length;
  pthread_mutex_unlock(&q->lock);
  return n;
}

int again_bad(struct queue *q) {
  pthread_mutex_lock(&q->lock);
  if (check(q))
    return -1;
  int n = count(q); // CHECK-DAG: given-back.c:[[@LINE]]:11: warning: lock 'queue::lock' is taken in 'count' while the same thread holds it already
  pthread_mutex_unlock(&q->lock);
  return n;
}

int again_ok(struct queue *q) {
  pthread_mutex_lock(&q->lock);
  if (check(q))
    return count(q);
  pthread_mutex_unlock(&q->lock);
  return 0;
}

// Whether it has been released nobody asks.
void unasked_ok(struct queue *q) {
  pthread_mutex_lock(&q->lock);
  check(q);
}
// CHECK-NOT: {{in '[A-Za-z:_]*_ok'|'[A-Za-z_]*_ok' (returns|ends)}}
