// GMutexLocker holds its lock until it is cleaned up, no longer.
// RUN: %check_all self-deadlock %s
typedef union _GMutex { void *p; unsigned i[2]; } GMutex;
typedef struct _GRecMutex { void *p; unsigned i[2]; } GRecMutex;
typedef void GMutexLocker;
typedef void GRecMutexLocker;
GMutexLocker *g_mutex_locker_new(GMutex *);
void g_mutex_locker_free(GMutexLocker *);
void glib_autoptr_cleanup_GMutexLocker(GMutexLocker **);
GRecMutexLocker *g_rec_mutex_locker_new(GRecMutex *);
void glib_autoptr_cleanup_GRecMutexLocker(GRecMutexLocker **);
#define g_autoptr(T) __attribute__((cleanup(glib_autoptr_cleanup_##T))) T *

static GMutex queue;
static GRecMutex tree;
static int size;

static int get_ok(void) {
  g_autoptr(GMutexLocker) hold = g_mutex_locker_new(&queue);
  return size;
}
int twice_ok(void) { return get_ok() + get_ok(); }
int blocks_ok(int by) {
  {
    g_autoptr(GMutexLocker) hold = g_mutex_locker_new(&queue);
    size += by;
  }
  return get_ok();
}
int inside_bad(int by) {
  g_autoptr(GMutexLocker) hold = g_mutex_locker_new(&queue);
  size += by;
  // CHECK: autoptr.c:[[@LINE+1]]:10: warning: lock 'queue' is taken in 'get_ok' while the same thread holds it already
  return get_ok();
}
int again_bad(int by) {
  g_autoptr(GMutexLocker) first = g_mutex_locker_new(&queue);
  // CHECK: autoptr.c:[[@LINE+1]]:36: warning: lock 'queue' is taken in 'again_bad' while the same thread holds it already
  g_autoptr(GMutexLocker) second = g_mutex_locker_new(&queue);
  return size += by;
}
int cleared_ok(int by) {
  g_autoptr(GMutexLocker) hold = g_mutex_locker_new(&queue);
  size += by;
  {
    GMutexLocker **at = &hold, *was = *at;
    *at = 0;
    if (was)
      g_mutex_locker_free(was);
  }
  return get_ok();
}
int recursive_ok(int by) {
  g_autoptr(GRecMutexLocker) first = g_rec_mutex_locker_new(&tree);
  g_autoptr(GRecMutexLocker) second = g_rec_mutex_locker_new(&tree);
  return size += by;
}
// CHECK-NOT: warning:
