// One of an array of locks, also by helpers; tries that are compared with an
// error, which is what they fail with.
// RUN: %check_all lock-leak %s
#include <errno.h>
#include <pthread.h>

static pthread_mutex_t locks[16];
static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
static int rows[16], full;

static void item_lock(unsigned h) { pthread_mutex_lock(&locks[h % 16]); }
static void item_unlock(unsigned h) { pthread_mutex_unlock(&locks[h % 16]); }

int get_bad(unsigned h) {
  int r;
  // CHECK-DAG: elements.c:[[@LINE+1]]:3: warning: lock 'locks[...]' stays locked when 'get_bad' returns early, but is released on other paths
  item_lock(h);
  if (!rows[h % 16])
    return -1;
  r = rows[h % 16];
  item_unlock(h);
  return r;
}

int get_ok(unsigned h) {
  int r = -1;
  item_lock(h);
  if (rows[h % 16])
    r = rows[h % 16];
  item_unlock(h);
  return r;
}

void clear_all_ok(void) {
  for (unsigned i = 0; i < 16; ++i)
    item_lock(i);
  full = 0;
  for (unsigned i = 0; i < 16; ++i)
    item_unlock(i);
}

int busy_ok(void) {
  if (pthread_mutex_trylock(&one) == EBUSY)
    return 0;
  full++;
  pthread_mutex_unlock(&one);
  return 1;
}

int busy_bad(void) {
  // CHECK-DAG: elements.c:[[@LINE+1]]:7: warning: lock 'one' stays locked when 'busy_bad' returns early, but is released on other paths
  if (pthread_mutex_trylock(&one) == EBUSY)
    return 0;
  if (full)
    return 2;
  pthread_mutex_unlock(&one);
  return 1;
}
// CHECK-NOT: _ok
