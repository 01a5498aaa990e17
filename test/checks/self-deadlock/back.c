// By a pointer back to its owner, an object's part takes the owner's lock.
// RUN: %check_all self-deadlock %s
#include <pthread.h>

struct log;
struct store {
  pthread_mutex_t lock;
  struct log *log;
  int dirty;
};
struct log {
  pthread_mutex_t lock;
  struct store *owner;
};
static void checkpoint(struct log *l) {
  pthread_mutex_lock(&l->owner->lock);
  l->owner->dirty = 0;
  pthread_mutex_unlock(&l->owner->lock);
}
void sync_bad(struct store *s) {
  pthread_mutex_lock(&s->lock);
  // CHECK: back.c:[[@LINE+1]]:3: warning: lock 'store::lock' is taken in 'checkpoint' while the same thread holds it already
  checkpoint(s->log);
  pthread_mutex_unlock(&s->lock);
}
void sync_ok(struct store *s) {
  pthread_mutex_lock(&s->lock);
  s->dirty = 1;
  pthread_mutex_unlock(&s->lock);
  checkpoint(s->log);
}
void other_ok(struct store *s, struct store *t) {
  pthread_mutex_lock(&s->lock);
  checkpoint(t->log);
  pthread_mutex_unlock(&s->lock);
}

// A pipe knows both of its ends: which one it is, nobody can tell.
struct end;
struct pipe {
  struct end *reader, *writer;
};
struct end {
  pthread_mutex_t lock;
  struct pipe *pipe;
  int open;
};
static void close_reader(struct pipe *p) {
  pthread_mutex_lock(&p->reader->lock);
  p->reader->open = 0;
  pthread_mutex_unlock(&p->reader->lock);
}
void close_ok(struct end *writer) {
  pthread_mutex_lock(&writer->lock);
  writer->open = 0;
  close_reader(writer->pipe);
  pthread_mutex_unlock(&writer->lock);
}
// CHECK-NOT: _ok
