// Members that are pointers, and what is joined in a loop, in C.
// RUN: %check_all unguarded-state %s
#include <pthread.h>

struct entry {
  struct entry *next;
};
static pthread_mutex_t lru_lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry *newest;
static long taken;

void push_ok(struct entry *e) {
  pthread_mutex_lock(&lru_lock);
  e->next = newest;
  newest = e;
  pthread_mutex_unlock(&lru_lock);
}

void pop_ok(void) {
  pthread_mutex_lock(&lru_lock);
  if (newest)
    newest = newest->next;
  taken++;
  pthread_mutex_unlock(&lru_lock);
}

// What a local pointer leads to is the list's, the local itself is not.
void walk_ok(void) {
  struct entry *e;
  pthread_mutex_lock(&lru_lock);
  e = newest;
  taken = 0;
  pthread_mutex_unlock(&lru_lock);
  e = 0;
}

void drop_bad(void) {
  // CHECK-DAG: pointers.c:[[@LINE+1]]:3: warning: 'newest' is written in 'drop_bad' without 'lru_lock', which 3 of the 4 functions that use it hold
  newest = newest ? newest->next : 0;
}

// Made before others use it, as its name says.
void init_lru_ok(void) { newest = 0; }

static void *work(void *unused) {
  struct entry own;
  push_ok(&own);
  pop_ok();
  walk_ok();
  drop_bad();
  return unused;
}

// CHECK-NOT: 'main'
int main(void) {
  pthread_t threads[4];
  for (int i = 0; i < 4; ++i)
    if (pthread_create(&threads[i], 0, work, 0))
      return 1;
  for (int i = 0; i < 4; ++i)
    pthread_join(threads[i], 0);
  return taken > 0;
}
