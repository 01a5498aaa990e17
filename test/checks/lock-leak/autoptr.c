// A pointer that stands for the lock that a function has taken, and gives it
// back where it is cleaned up: GMutexLocker.
// RUN: %check_all lock-leak %s
typedef union _GMutex { void *p; unsigned i[2]; } GMutex;
typedef struct _GRWLock { void *p; unsigned i[2]; } GRWLock;
typedef void GMutexLocker;
typedef void GRWLockReaderLocker;
void g_mutex_lock(GMutex *);
void g_mutex_unlock(GMutex *);
GMutexLocker *g_mutex_locker_new(GMutex *);
void g_mutex_locker_free(GMutexLocker *);
void glib_autoptr_cleanup_GMutexLocker(GMutexLocker **);
GRWLockReaderLocker *g_rw_lock_reader_locker_new(GRWLock *);
void glib_autoptr_cleanup_GRWLockReaderLocker(GRWLockReaderLocker **);
#define g_autoptr(T) __attribute__((cleanup(glib_autoptr_cleanup_##T))) T *

static GMutex queue;
static GRWLock rows;
static int size;

int early_ok(int wanted) {
  g_autoptr(GMutexLocker) hold = g_mutex_locker_new(&queue);
  if (size < wanted)
    return -1;
  size -= wanted;
  return size;
}
int read_ok(int wanted) {
  g_autoptr(GRWLockReaderLocker) hold = g_rw_lock_reader_locker_new(&rows);
  if (size < wanted)
    return -1;
  return size;
}
int freed_ok(int wanted) {
  GMutexLocker *hold = g_mutex_locker_new(&queue);
  if (size < wanted) {
    g_mutex_locker_free(hold);
    return -1;
  }
  g_mutex_locker_free(hold);
  return size;
}
int sometimes_ok(int wanted) {
  g_autoptr(GMutexLocker) hold = 0;
  if (wanted > 0)
    hold = g_mutex_locker_new(&queue);
  if (size < wanted)
    return -1;
  return size;
}
int locked_bad(int wanted) {
  // CHECK: autoptr.c:[[@LINE+1]]:3: warning: lock 'queue' stays locked when 'locked_bad' returns early
  g_mutex_lock(&queue);
  if (size < wanted)
    return -1;
  g_mutex_unlock(&queue);
  return size;
}
