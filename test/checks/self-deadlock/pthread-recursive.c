// In a program that makes recursive mutexes, any pthread mutex may be one, but
// those that are made without an attribute or by the usual list.
// RUN: %check_all self-deadlock %s
#define _GNU_SOURCE
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t table;
static pthread_mutex_t listed = PTHREAD_MUTEX_INITIALIZER;
struct shelf {
  pthread_mutex_t deep, flat, unknown;
};

void setup(struct shelf *s) {
  pthread_mutexattr_t how;
  pthread_mutexattr_init(&how);
  pthread_mutexattr_settype(&how, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&table, &how);
  pthread_mutex_init(&s->deep, &how);
  pthread_mutex_init(&s->flat, NULL);
}

void twice_ok(void) {
  pthread_mutex_lock(&table);
  pthread_mutex_lock(&table);
  pthread_mutex_unlock(&table);
  pthread_mutex_unlock(&table);
}
void deep_ok(struct shelf *s) {
  pthread_mutex_lock(&s->deep);
  pthread_mutex_lock(&s->deep);
  pthread_mutex_unlock(&s->deep);
  pthread_mutex_unlock(&s->deep);
}
void unknown_ok(struct shelf *s) {
  pthread_mutex_lock(&s->unknown);
  pthread_mutex_lock(&s->unknown);
  pthread_mutex_unlock(&s->unknown);
  pthread_mutex_unlock(&s->unknown);
}
void flat_bad(struct shelf *s) {
  pthread_mutex_lock(&s->flat);
  // CHECK-DAG: pthread-recursive.c:[[@LINE+1]]:3: warning: lock 'shelf::flat' is taken in 'flat_bad' while
  pthread_mutex_lock(&s->flat);
  pthread_mutex_unlock(&s->flat);
  pthread_mutex_unlock(&s->flat);
}
void listed_bad(void) {
  pthread_mutex_lock(&listed);
  // CHECK-DAG: pthread-recursive.c:[[@LINE+1]]:3: warning: lock 'listed' is taken in 'listed_bad' while
  pthread_mutex_lock(&listed);
  pthread_mutex_unlock(&listed);
  pthread_mutex_unlock(&listed);
}
// CHECK-NOT: _ok
