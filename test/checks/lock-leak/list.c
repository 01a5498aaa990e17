// Locks in the elements of a list: tried and released in one round, or left
// held in the element that is returned.
// RUN: %check_all lock-leak %s
#include <pthread.h>

extern volatile int quit;
struct peer {
  struct peer *next;
  pthread_mutex_t lock;
  int state, refs;
};
static struct peer *peers;

int sweep_ok(void) {
  int n = 0;
  for (struct peer *p = peers; p; p = p->next) {
    if (pthread_mutex_trylock(&p->lock) != 0)
      continue; // busy: next round
    if (!p->state)
      n++;
    pthread_mutex_unlock(&p->lock);
  }
  return n;
}
int sweep_bad(void) {
  int n = 0;
  for (struct peer *p = peers; p; p = p->next) {
    // CHECK-DAG: list.c:[[@LINE+1]]:9: warning: lock 'peer::lock' stays locked when 'sweep_bad' returns early, but is released on other paths
    if (pthread_mutex_trylock(&p->lock) != 0)
      continue;
    if (!p->state)
      return -1;
    n++;
    pthread_mutex_unlock(&p->lock);
  }
  return n;
}
void kill_peer(struct peer *p) {
  pthread_mutex_lock(&p->lock);
  p->state = 0;
  pthread_mutex_unlock(&p->lock);
}

struct peer *lock_any_ok(void) {
  for (struct peer *p = peers; p; p = p->next) {
    pthread_mutex_lock(&p->lock);
    if (p->state == 1)
      return p; // the caller releases
    pthread_mutex_unlock(&p->lock);
  }
  return NULL;
}
void maintain(void) {
  while (!quit) {
    struct peer *p = lock_any_ok();
    if (!p)
      continue;
    p->refs++;
    pthread_mutex_unlock(&p->lock);
  }
}
struct peer *lock_next_ok(void) {
  struct peer *p = peers;
  for (;;) {
    pthread_mutex_lock(&p->lock);
    if (p->state == 1)
      return p;
    pthread_mutex_unlock(&p->lock);
    p = p->next ? p->next : peers;
  }
}
struct peer *lock_known_bad(void) {
  for (struct peer *p = peers; p; p = p->next) {
    // CHECK-DAG: list.c:[[@LINE+1]]:5: warning: lock 'peer::lock' stays locked when 'lock_known_bad' returns early, but is released on other paths
    pthread_mutex_lock(&p->lock);
    if (p->state == 1)
      return p;
    if (p->state == 3)
      return NULL; // who gets nothing has nothing to release
    pthread_mutex_unlock(&p->lock);
  }
  return NULL;
}
void use(void) {
  struct peer *p = lock_next_ok();
  p->refs++;
  pthread_mutex_unlock(&p->lock);
  p = lock_known_bad();
  if (!p)
    return;
  p->refs++;
  pthread_mutex_unlock(&p->lock);
}
