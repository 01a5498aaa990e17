// The wait's own loop stands in the loop of a worker, which writes as well.
// RUN: %check_all unguarded-state %s -- -I%S/../Inputs
#include <pthread.h>

struct server {
  pthread_mutex_t lock;
  pthread_cond_t ready;
  int *first;
  int ending;
  int rounds;
};

static void *work_ok(void *arg) {
  struct server *s = arg;
  for (;;) {
    pthread_mutex_lock(&s->lock);
    while (!s->first && !s->ending)
      pthread_cond_wait(&s->ready, &s->lock);
    if (!s->first) {
      pthread_mutex_unlock(&s->lock);
      return 0;
    }
    s->first = 0;
    if (s->rounds > 3)
      s->rounds = 0;
    pthread_mutex_unlock(&s->lock);
  }
}

void end_bad(struct server *s) {
  // CHECK-DAG: waited-in-loop.c:[[@LINE+1]]:6: warning: 'server::ending' is written in 'end_bad' without 'server::lock', with which a thread tests it before it waits
  s->ending = 1;
  pthread_cond_broadcast(&s->ready);
}

// Nobody waits for it.
void rounds_ok(struct server *s) { s->rounds = 1; }

static struct server the_server;
void start_ok(pthread_t *thread) {
  pthread_create(thread, 0, work_ok, &the_server);
}
// CHECK-NOT: rounds_ok
