// Leaks of common shapes in C, each beside its correct form.
// RUN: %check_all lock-leak %s --profile strict
#define _GNU_SOURCE // rwlocks and spin locks in any dialect of C
#include <pthread.h>
#include <stdlib.h>

struct page {
  pthread_mutex_t lock;
  int used;
  struct page *next;
};
struct engine {
  pthread_mutex_t lock;
  struct page *pages;
  int count;
};
static pthread_mutex_t shards[16];
static pthread_mutex_t state = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t config = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t counters;
int ready(void);
void work(void);

// Elements by a variable.
int shard_bad(int i) {
  // CHECK: planted.c:[[@LINE+1]]:3: warning: lock 'shards[...]' stays locked when 'shard_bad' returns early
  pthread_mutex_lock(&shards[i]);
  if (ready())
    return -1;
  pthread_mutex_unlock(&shards[i]);
  return 0;
}

int shard_ok(int i) {
  pthread_mutex_lock(&shards[i]);
  int result = ready() ? -1 : 0;
  pthread_mutex_unlock(&shards[i]);
  return result;
}

void next_round_bad(void) {
  for (int i = 0; i < 16; i++) {
    // CHECK: planted.c:[[@LINE+1]]:5: warning: lock 'shards[...]' stays locked when 'next_round_bad' goes on with the next round of a loop
    pthread_mutex_lock(&shards[i]);
    if (ready())
      // CHECK: planted.c:[[@LINE-2]]:5: note: it is taken again here while still held
      continue;
    pthread_mutex_unlock(&shards[i]);
  }
}

void all_ok(void) {
  for (int i = 0; i < 16; i++)
    pthread_mutex_lock(&shards[i]);
  work();
  for (int i = 0; i < 16; i++)
    pthread_mutex_unlock(&shards[i]);
}

void found_ok(int wanted) {
  int i;
  for (i = 0; i < 16; i++) {
    pthread_mutex_lock(&shards[i]);
    if (i == wanted)
      break;
    pthread_mutex_unlock(&shards[i]);
  }
  if (i < 16)
    pthread_mutex_unlock(&shards[i]);
}

// A pointer that the loop moves on.
int pages_bad(struct engine *e) {
  int used = 0;
  for (struct page *p = e->pages; p; p = p->next) {
    // CHECK: planted.c:[[@LINE+1]]:5: warning: lock 'page::lock' stays locked when 'pages_bad'
    pthread_mutex_lock(&p->lock);
    if (p->used == 0)
      continue;
    used += p->used;
    pthread_mutex_unlock(&p->lock);
  }
  return used;
}

int pages_ok(struct engine *e) {
  int used = 0;
  for (struct page *p = e->pages; p; p = p->next) {
    pthread_mutex_lock(&p->lock);
    if (p->used == 0) {
      pthread_mutex_unlock(&p->lock);
      continue;
    }
    used += p->used;
    pthread_mutex_unlock(&p->lock);
  }
  return used;
}

int in_one_case_bad(struct engine *e, int what) {
  // CHECK: planted.c:[[@LINE+1]]:3: warning: lock 'engine::lock' stays locked when 'in_one_case_bad'
  pthread_mutex_lock(&e->lock);
  switch (what) {
  case 0:
    e->count = 0;
    pthread_mutex_unlock(&e->lock);
    break;
  case 1:
    e->count = 1;
    break;
  default:
    pthread_mutex_unlock(&e->lock);
  }
  return 0;
}

int two_switches_ok(struct engine *e, int what) {
  switch (what) {
  case 1:
    pthread_mutex_lock(&e->lock);
    break;
  }
  work();
  switch (what) {
  case 1:
    pthread_mutex_unlock(&e->lock);
    break;
  }
  return 0;
}

// Changed by the call, so the two tests are of different values.
int error_branch_bad(struct engine *e) {
  int error = 0;
  // CHECK: planted.c:[[@LINE+1]]:3: warning: lock 'engine::lock' stays locked when 'error_branch_bad' returns early
  pthread_mutex_lock(&e->lock);
  e->count = (int)strtol("1", NULL, error);
  extern void check(struct engine *, int *);
  check(e, &error);
  if (error)
    return error;
  pthread_mutex_unlock(&e->lock);
  return 0;
}

int try_bad(struct engine *e) {
  // CHECK: planted.c:[[@LINE+1]]:7: warning: lock 'engine::lock' stays locked when 'try_bad' returns early
  if (pthread_mutex_trylock(&e->lock) != 0)
    return 0;
  if (e->count == 0)
    return -1;
  pthread_mutex_unlock(&e->lock);
  return 1;
}

int try_ok(struct engine *e) {
  int got = pthread_mutex_trylock(&e->lock);
  work();
  if (got == 0)
    pthread_mutex_unlock(&e->lock);
  return got;
}

int shared_bad(int key) {
  // CHECK: planted.c:[[@LINE+1]]:3: warning: lock 'config' stays locked when 'shared_bad' returns early
  pthread_rwlock_rdlock(&config);
  if (key < 0)
    return -1;
  pthread_rwlock_unlock(&config);
  return 0;
}

int spin_bad(int key) {
  // CHECK: planted.c:[[@LINE+1]]:3: warning: lock 'counters' stays locked when 'spin_bad' returns early
  pthread_spin_lock(&counters);
  if (key < 0)
    return -1;
  pthread_spin_unlock(&counters);
  return 0;
}

// Neither this function nor a caller releases it; others do after use.
void forgotten_bad(void) {
  // CHECK: planted.c:[[@LINE+1]]:3: warning: lock 'state' stays locked when 'forgotten_bad' ends, and neither it nor a caller releases it
  pthread_mutex_lock(&state);
  work();
}

void remembered_ok(void) {
  pthread_mutex_lock(&state);
  work();
  pthread_mutex_unlock(&state);
}

// Helpers that take and release for others.
static pthread_mutex_t stats = PTHREAD_MUTEX_INITIALIZER;
void stats_begin(void) { pthread_mutex_lock(&stats); }
void stats_end(void) { pthread_mutex_unlock(&stats); }

int by_helper_bad(int key) {
  // CHECK: planted.c:[[@LINE+1]]:3: warning: lock 'stats' stays locked when 'by_helper_bad' returns early
  stats_begin();
  if (key < 0)
    return -1;
  stats_end();
  return 0;
}

int by_helper_ok(int key) {
  stats_begin();
  if (key >= 0)
    work();
  stats_end();
  return 0;
}

// One pauses, another resumes; a third that leaks is still told.
static pthread_mutex_t worker = PTHREAD_MUTEX_INITIALIZER;
static void worker_pause(void) { pthread_mutex_lock(&worker); }
static void worker_resume(void) { pthread_mutex_unlock(&worker); }
void rest_ok(void) {
  worker_pause();
  work();
  worker_resume();
}
static int worker_start_bad(void) {
  // CHECK: planted.c:[[@LINE+1]]:3: warning: lock 'worker' stays locked when 'worker_start_bad' returns early
  pthread_mutex_lock(&worker);
  if (ready())
    return -1;
  pthread_mutex_unlock(&worker);
  return 0;
}
int main(void) { return worker_start_bad(); }
