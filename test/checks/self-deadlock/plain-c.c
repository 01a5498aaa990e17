// Locks of C libraries that a function takes which is given their address: by
// their types, and by how they are made.
// RUN: %check_all self-deadlock %s
typedef union _GMutex { void *p; unsigned i[2]; } GMutex;
typedef struct _GRWLock { void *p; unsigned i[2]; } GRWLock;
typedef struct _GRecMutex { void *p; unsigned i[2]; } GRecMutex;
void g_mutex_lock(GMutex *);
void g_mutex_unlock(GMutex *);
void g_rec_mutex_lock(GRecMutex *);
void g_rec_mutex_unlock(GRecMutex *);
void g_rw_lock_writer_lock(GRWLock *);
void g_rw_lock_writer_unlock(GRWLock *);

#include <pthread.h>
typedef pthread_mutex_t uv_mutex_t;
int uv_mutex_init(uv_mutex_t *);
int uv_mutex_init_recursive(uv_mutex_t *);
void uv_mutex_lock(uv_mutex_t *);
void uv_mutex_unlock(uv_mutex_t *);

struct store {
  GMutex items;
  GRWLock rows;
  GRecMutex deep;
  uv_mutex_t plain, again;
};
static uv_mutex_t journal, tree;

void make_ok(struct store *s) {
  uv_mutex_init(&s->plain);
  uv_mutex_init_recursive(&s->again);
  uv_mutex_init(&journal);
  uv_mutex_init_recursive(&tree);
}

void items_bad(struct store *s) {
  g_mutex_lock(&s->items);
  // CHECK: plain-c.c:[[@LINE+1]]:3: warning: lock 'store::items' is taken in 'items_bad' while the same thread holds it already
  g_mutex_lock(&s->items);
  g_mutex_unlock(&s->items);
  g_mutex_unlock(&s->items);
}
void pointer_bad(GMutex *m) {
  g_mutex_lock(m);
  // CHECK: plain-c.c:[[@LINE+1]]:3: warning: lock 'm' is taken in 'pointer_bad' while the same thread holds it already
  g_mutex_lock(m);
  g_mutex_unlock(m);
  g_mutex_unlock(m);
}
void rows_bad(struct store *s) {
  g_rw_lock_writer_lock(&s->rows);
  // CHECK: plain-c.c:[[@LINE+1]]:3: warning: lock 'store::rows' is taken in 'rows_bad' while the same thread holds it already
  g_rw_lock_writer_lock(&s->rows);
  g_rw_lock_writer_unlock(&s->rows);
  g_rw_lock_writer_unlock(&s->rows);
}
void deep_ok(struct store *s) {
  g_rec_mutex_lock(&s->deep);
  g_rec_mutex_lock(&s->deep);
  g_rec_mutex_unlock(&s->deep);
  g_rec_mutex_unlock(&s->deep);
}
void plain_bad(struct store *s) {
  uv_mutex_lock(&s->plain);
  // CHECK: plain-c.c:[[@LINE+1]]:3: warning: lock 'store::plain' is taken in 'plain_bad' while the same thread holds it already
  uv_mutex_lock(&s->plain);
  uv_mutex_unlock(&s->plain);
  uv_mutex_unlock(&s->plain);
}
void again_ok(struct store *s) {
  uv_mutex_lock(&s->again);
  uv_mutex_lock(&s->again);
  uv_mutex_unlock(&s->again);
  uv_mutex_unlock(&s->again);
}
void journal_bad(void) {
  uv_mutex_lock(&journal);
  // CHECK: plain-c.c:[[@LINE+1]]:3: warning: lock 'journal' is taken in 'journal_bad' while the same thread holds it already
  uv_mutex_lock(&journal);
  uv_mutex_unlock(&journal);
  uv_mutex_unlock(&journal);
}
void tree_ok(void) {
  uv_mutex_lock(&tree);
  uv_mutex_lock(&tree);
  uv_mutex_unlock(&tree);
  uv_mutex_unlock(&tree);
}
// CHECK-NOT: warning:
