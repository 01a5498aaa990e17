// Tries of C libraries: some say by a true int that they have taken the lock,
// others by zero.
// RUN: %check_all lock-leak %s
typedef int gboolean;
typedef union _GMutex { void *p; unsigned i[2]; } GMutex;
typedef struct _GRWLock { void *p; unsigned i[2]; } GRWLock;
gboolean g_mutex_trylock(GMutex *);
void g_mutex_unlock(GMutex *);
gboolean g_rw_lock_writer_trylock(GRWLock *);
void g_rw_lock_writer_unlock(GRWLock *);
#include <pthread.h>

static GMutex queue;
static GRWLock rows;
static pthread_mutex_t tail = PTHREAD_MUTEX_INITIALIZER;
static int size;

int refused_ok(void) {
  if (!g_mutex_trylock(&queue))
    return -1;
  ++size;
  g_mutex_unlock(&queue);
  return 0;
}
int early_bad(void) {
  // CHECK: c-tries.c:[[@LINE+1]]:8: warning: lock 'queue' stays locked when 'early_bad' returns early
  if (!g_mutex_trylock(&queue))
    return -1;
  if (size > 9)
    return -2;
  ++size;
  g_mutex_unlock(&queue);
  return 0;
}
int inside_bad(void) {
  // CHECK: c-tries.c:[[@LINE+1]]:7: warning: lock 'rows' stays locked when 'inside_bad' returns early
  if (g_rw_lock_writer_trylock(&rows)) {
    if (size > 9)
      return -2;
    ++size;
    g_rw_lock_writer_unlock(&rows);
  }
  return 0;
}
int inside_ok(void) {
  gboolean got = g_rw_lock_writer_trylock(&rows);
  if (got) {
    ++size;
    g_rw_lock_writer_unlock(&rows);
  }
  return got;
}
int zero_ok(void) {
  if (pthread_mutex_trylock(&tail))
    return -1;
  ++size;
  pthread_mutex_unlock(&tail);
  return 0;
}
int zero_bad(void) {
  // CHECK: c-tries.c:[[@LINE+1]]:7: warning: lock 'tail' stays locked when 'zero_bad' returns early
  if (pthread_mutex_trylock(&tail) == 0) {
    if (size > 9)
      return -2;
    ++size;
    pthread_mutex_unlock(&tail);
  }
  return 0;
}
