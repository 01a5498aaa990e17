// A lock that is taken again while it is held: that is one finding, of
// self-deadlock, and none of what seems left of it.
// RUN: %check_all lock-leak %s
#include <pthread.h>

static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;
static int open_files;

int upgrade_ok(int n) {
  pthread_mutex_lock(&table);
  if (!open_files) {
    pthread_mutex_lock(&table);
    open_files = n;
    pthread_mutex_unlock(&table);
  } else
    pthread_mutex_unlock(&table);
  return open_files;
}

int later_bad(int n) {
  pthread_mutex_lock(&table);
  if (!open_files) {
    pthread_mutex_lock(&table);
    open_files = n;
    pthread_mutex_unlock(&table);
  } else
    pthread_mutex_unlock(&table);
  // CHECK: repeated.c:[[@LINE+1]]:3: warning: lock 'table' stays locked when 'later_bad' returns early
  pthread_mutex_lock(&table);
  if (n < 0)
    return -1;
  pthread_mutex_unlock(&table);
  return open_files;
}
// CHECK-NOT: warning: {{.*}}_ok'
