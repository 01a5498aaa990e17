// A structure that is part of a global: its lock has two names.
// RUN: %check_all unguarded-state %s
#include <pthread.h>
struct spool { pthread_mutex_t mtx; pthread_cond_t cond; int len, draining; };
struct daemon { struct spool in, out; pthread_t w; };
static struct daemon D;
static int pop(struct spool *s) {
  pthread_mutex_lock(&s->mtx);
  while (!s->len && !s->draining) pthread_cond_wait(&s->cond, &s->mtx);
  int r = s->len--;
  pthread_mutex_unlock(&s->mtx);
  return r;
}
static void stop_ok(void) {
  pthread_mutex_lock(&D.in.mtx);
  D.in.draining = 1;
  pthread_cond_broadcast(&D.in.cond);
  pthread_mutex_unlock(&D.in.mtx);
}
static void wrong_bad(void) {
  pthread_mutex_lock(&D.out.mtx);
  // CHECK: part-of-global.c:[[@LINE+1]]:8: warning: 'spool::draining' is written in 'wrong_bad'
  D.in.draining = 1;
  pthread_mutex_unlock(&D.out.mtx);
}
static void stop_bad(void) {
  // CHECK: part-of-global.c:[[@LINE+1]]:8: warning: 'spool::draining' is written in 'stop_bad' without 'spool::mtx'
  D.in.draining = 1;
  pthread_cond_broadcast(&D.in.cond);
}
static void *work(void *a) { (void)a; while (pop(&D.in)) {} return 0; }
int main(void) { pthread_create(&D.w, 0, work, 0); stop_ok(); wrong_bad(); stop_bad(); pthread_join(D.w, 0); return 0; }
// CHECK-NOT: warning: {{.*}}_ok'
