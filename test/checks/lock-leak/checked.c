// Functions of C libraries that take a lock, or say by an error that they have not.
// RUN: %check_all lock-leak %s
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <threads.h>

static pthread_mutex_t queue = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rows = PTHREAD_RWLOCK_INITIALIZER;
static mtx_t tail;
static int size;

int direct_ok(void) {
  if (pthread_mutex_lock(&queue))
    return -EINVAL;
  ++size;
  pthread_mutex_unlock(&queue);
  return 0;
}
int compared_ok(void) {
  if (pthread_rwlock_rdlock(&rows) != 0)
    return -1;
  int Now = size;
  pthread_rwlock_unlock(&rows);
  return Now;
}
int inside_ok(void) {
  if (pthread_mutex_lock(&queue) == 0) {
    ++size;
    pthread_mutex_unlock(&queue);
    return 0;
  }
  return -1;
}
int kept_ok(void) {
  int Error = pthread_mutex_lock(&queue);
  if (Error != 0)
    return -Error;
  ++size;
  pthread_mutex_unlock(&queue);
  return 0;
}
int assigned_ok(void) {
  int Error;
  if ((Error = pthread_mutex_lock(&queue)) != 0)
    goto out;
  ++size;
  pthread_mutex_unlock(&queue);
out:
  return Error;
}
int named_ok(void) {
  if (mtx_lock(&tail) != thrd_success)
    return -1;
  ++size;
  mtx_unlock(&tail);
  return 0;
}
int died_ok(void) {
  int Error = pthread_mutex_lock(&queue);
  if (Error == EOWNERDEAD)
    pthread_mutex_consistent(&queue);
  else if (Error)
    return Error;
  ++size;
  pthread_mutex_unlock(&queue);
  return 0;
}
// Who calls it holds nothing, whatever it returns.
int calls_ok(int Limit) {
  if (direct_ok())
    return -1;
  return Limit;
}
int early_bad(int Limit) {
  // CHECK: checked.c:[[@LINE+1]]:7: warning: lock 'queue' stays locked when 'early_bad' returns early
  if (pthread_mutex_lock(&queue))
    return -1;
  if (size > Limit)
    return -2;
  pthread_mutex_unlock(&queue);
  return 0;
}
int kept_bad(int Limit) {
  // CHECK: checked.c:[[@LINE+1]]:15: warning: lock 'queue' stays locked when 'kept_bad' returns early
  int Error = pthread_mutex_lock(&queue);
  if (Error != 0)
    return Error;
  int Full = size > Limit;
  if (Full)
    return Full;
  pthread_mutex_unlock(&queue);
  return 0;
}
// CHECK-NOT: warning: {{.*}}_ok'
