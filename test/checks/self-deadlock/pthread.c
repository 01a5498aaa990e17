// C code; the program makes no recursive mutexes.
// RUN: %check_all self-deadlock %s --profile strict
#include <pthread.h>

static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;
struct queue {
  pthread_mutex_t lock;
  struct queue *next;
};

static int count(struct queue *q) {
  pthread_mutex_lock(&q->lock);
  pthread_mutex_unlock(&q->lock);
  return 0;
}

int push_bad(struct queue *q) {
  pthread_mutex_lock(&q->lock);
  // CHECK: pthread.c:[[@LINE+1]]:11: warning: lock 'queue::lock' is taken in 'count' while the same thread holds it already
  int n = count(q);
  pthread_mutex_unlock(&q->lock);
  return n;
}

int push_ok(struct queue *q, struct queue *other) {
  pthread_mutex_lock(&q->lock);
  int n = count(other);
  pthread_mutex_unlock(&q->lock);
  return n + count(q);
}

void all_ok(struct queue *q) {
  for (; q; q = q->next)
    pthread_mutex_lock(&q->lock);
}

int early_ok(int wrong) {
  pthread_mutex_lock(&table);
  if (wrong)
    goto out;
out:
  pthread_mutex_unlock(&table);
  pthread_mutex_lock(&table);
  pthread_mutex_unlock(&table);
  return 0;
}

static int shown(struct queue *q, int fd) {
  if (fd == -1)
    return q->next != 0;
  pthread_mutex_lock(&q->lock);
  pthread_mutex_unlock(&q->lock);
  return 0;
}

int told_ok(struct queue *q) {
  pthread_mutex_lock(&q->lock);
  int n = shown(q, -1);
  pthread_mutex_unlock(&q->lock);
  return n;
}

int sometimes_bad(struct queue *q, int fd) {
  pthread_mutex_lock(&q->lock);
  // CHECK: pthread.c:[[@LINE+1]]:11: warning: lock 'queue::lock' is taken in 'shown' while
  int n = shown(q, fd);
  pthread_mutex_unlock(&q->lock);
  return n;
}
