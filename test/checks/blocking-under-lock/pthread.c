// The same in C.
// RUN: %check_all blocking-under-lock %s
#include <pthread.h>
#include <unistd.h>

static pthread_mutex_t Mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t Other = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t Condition = PTHREAD_COND_INITIALIZER;
struct pool {
  pthread_mutex_t lock;
  pthread_cond_t idle;
  int busy;
};

void sleep_bad(void) {
  pthread_mutex_lock(&Mutex);
  // CHECK: pthread.c:[[@LINE+1]]:3: warning: 'sleep' blocks while 'Mutex' is held in 'sleep_bad'
  sleep(1);
  pthread_mutex_unlock(&Mutex);
}

int sleep_ok(int Fail) {
  pthread_mutex_lock(&Mutex);
  if (Fail)
    goto out;
  pthread_mutex_unlock(&Mutex);
  sleep(1);
  return 0;
out:
  pthread_mutex_unlock(&Mutex);
  return -1;
}

void wait_ok(void) {
  pthread_mutex_lock(&Mutex);
  pthread_cond_wait(&Condition, &Mutex);
  pthread_mutex_unlock(&Mutex);
}

void pool_wait_ok(struct pool *P) {
  pthread_mutex_lock(&P->lock);
  while (P->busy)
    pthread_cond_wait(&P->idle, &P->lock);
  pthread_mutex_unlock(&P->lock);
}

void wait_bad(void) {
  pthread_mutex_lock(&Other);
  pthread_mutex_lock(&Mutex);
  // CHECK: pthread.c:[[@LINE+1]]:3: warning: 'pthread_cond_wait' gives back its own lock only, while 'Other' is held in 'wait_bad'
  pthread_cond_wait(&Condition, &Mutex);
  pthread_mutex_unlock(&Mutex);
  pthread_mutex_unlock(&Other);
}
