// C code: cleanup by goto, helpers.
// RUN: %check_all lock-leak %s
#include <pthread.h>
#include <stdlib.h>

struct queue {
  pthread_mutex_t lock;
  int size;
};
static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;

int cleanup_ok(struct queue *q, int wrong) {
  int result = -1;
  pthread_mutex_lock(&q->lock);
  if (wrong)
    goto out;
  if (q->size == 0)
    goto out;
  result = 0;
out:
  pthread_mutex_unlock(&q->lock);
  return result;
}

int missed_bad(struct queue *q, int wrong) {
  int result = -1;
  // CHECK: cleanup.c:[[@LINE+1]]:3: warning: lock 'queue::lock' stays locked when 'missed_bad' returns early{{.*}}; instead: release it on every way out [gridlock
  pthread_mutex_lock(&q->lock);
  if (wrong)
    return result;
  if (q->size == 0)
    goto out;
  result = 0;
out:
  pthread_mutex_unlock(&q->lock);
  return result;
}

void aborts_ok(int wrong) {
  pthread_mutex_lock(&table);
  if (wrong)
    abort();
  pthread_mutex_unlock(&table);
}

// Hand over hand.
struct node {
  pthread_mutex_t lock;
  struct node *next;
};

void walk_ok(struct node *n) {
  pthread_mutex_lock(&n->lock);
  while (n->next) {
    struct node *before = n;
    n = n->next;
    pthread_mutex_lock(&n->lock);
    pthread_mutex_unlock(&before->lock);
  }
  pthread_mutex_unlock(&n->lock);
}
