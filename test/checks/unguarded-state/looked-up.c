// A lookup returns what it has found locked, or nothing. It leaves its loop with the lock held, so
// that at its end the lock is held on one path only; who gives it back has had it.
// RUN: %check_all unguarded-state %s
#include <pthread.h>
#include <string.h>

struct entry {
  pthread_mutex_t lock;
  struct entry *next;
  const char *name;
  int state;
};
static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry *list;

static struct entry *find_locked(const char *name) {
  struct entry *e;
  pthread_mutex_lock(&list_lock);
  for (e = list; e; e = e->next)
    if (strcmp(e->name, name) == 0) {
      pthread_mutex_lock(&e->lock);
      break;
    }
  pthread_mutex_unlock(&list_lock);
  return e;
}

static struct entry *find(const char *name) {
  struct entry *e;
  pthread_mutex_lock(&list_lock);
  for (e = list; e && strcmp(e->name, name) != 0; e = e->next)
    ;
  pthread_mutex_unlock(&list_lock);
  return e;
}

int state_ok(const char *name) {
  struct entry *e = find_locked(name);
  int state;
  if (!e)
    return -1;
  state = e->state;
  pthread_mutex_unlock(&e->lock);
  return state;
}

int state_bad(const char *name) {
  struct entry *e = find(name);
  // CHECK: looked-up.c:[[@LINE+1]]:{{[0-9]+}}: warning: 'entry::state' is read in 'state_bad' without 'entry::lock'
  return e ? e->state : -1;
}

void set_ok(struct entry *e, int state) {
  pthread_mutex_lock(&e->lock);
  e->state = state;
  pthread_mutex_unlock(&e->lock);
}
int add_ok(struct entry *e) {
  int now;
  pthread_mutex_lock(&e->lock);
  now = ++e->state;
  pthread_mutex_unlock(&e->lock);
  return now;
}
void clear_ok(struct entry *e) {
  pthread_mutex_lock(&e->lock);
  e->state = 0;
  pthread_mutex_unlock(&e->lock);
}
