// Every kind of mutex, robust, shared and priority-inheriting ones too, and spin locks: under
// the monitor, which takes free ones itself, they hold the same bytes after every step, and
// every call returns the same as without it.
// RUN: %cc -g -O1 -pthread %s -o %t.exe
// RUN: %t.exe > %t.bare
// RUN: rm -rf %t.records; timeout 60 %gridlock run --output %t.records -- %t.exe > %t.watched
// RUN: diff %t.bare %t.watched
// RUN: %FileCheck %s < %t.bare
// CHECK-COUNT-8: owner died: EOWNERDEAD
// CHECK: lock of a lost one ENOTRECOVERABLE
// CHECK: spin: 0, held 1, try EBUSY, free 1
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *name(int rc) { return rc ? strerrorname_np(rc) : "0"; }
static void show(const char *step, int rc, const pthread_mutex_t *m) {
  // Robust and priority-inheriting ones keep a thread's number in the word itself.
  int word = m->__data.__lock & 0x3fffffff;
  printf("  %s %s: lock %d, count %u, users %u, mine %d\n", step, name(rc), word > 2 ? 1 : word,
         m->__data.__count, m->__data.__nusers, m->__data.__owner == gettid());
}
static void *tries(void *m) {
  show("try", pthread_mutex_trylock(m), m);
  show("unlock of another's", pthread_mutex_unlock(m), m);
  return NULL;
}
static void *leaves(void *m) {
  show("by another thread:", pthread_mutex_lock(m), m);
  return NULL;
}
static void elsewhere(void *(*run)(void *), void *m) {
  pthread_t other;
  pthread_create(&other, NULL, run, m);
  pthread_join(other, NULL);
}

static void use(int kind, int robust, int shared, int protocol) {
  pthread_mutexattr_t how;
  pthread_mutexattr_init(&how);
  pthread_mutexattr_settype(&how, kind);
  pthread_mutexattr_setrobust(&how, robust ? PTHREAD_MUTEX_ROBUST : PTHREAD_MUTEX_STALLED);
  pthread_mutexattr_setpshared(&how, shared ? PTHREAD_PROCESS_SHARED : PTHREAD_PROCESS_PRIVATE);
  pthread_mutexattr_setprotocol(&how, protocol);
  pthread_mutex_t m;
  pthread_mutex_init(&m, &how);
  printf("kind %d, robust %d, shared %d, protocol %d\n", kind, robust, shared, protocol);
  for (int round = 0; round < 3; ++round) { // timed, then not
    show("lock", pthread_mutex_lock(&m), &m);
    show("try again", pthread_mutex_trylock(&m), &m);
    int twice = kind == PTHREAD_MUTEX_RECURSIVE || kind == PTHREAD_MUTEX_ERRORCHECK;
    if (twice)
      show("lock again", pthread_mutex_lock(&m), &m);
    if (kind != PTHREAD_MUTEX_NORMAL && kind != PTHREAD_MUTEX_ADAPTIVE_NP)
      elsewhere(tries, &m); // others let anybody unlock
    while (m.__data.__owner == gettid())
      show("unlock", pthread_mutex_unlock(&m), &m);
  }
  if (kind == PTHREAD_MUTEX_ERRORCHECK)
    show("unlock of a free one", pthread_mutex_unlock(&m), &m);
  if (!robust)
    return;
  elsewhere(leaves, &m);
  printf("owner died: %s\n", name(pthread_mutex_lock(&m)));
  show("consistent", pthread_mutex_consistent(&m), &m);
  show("unlock", pthread_mutex_unlock(&m), &m);
  elsewhere(leaves, &m);
  printf("owner died: %s\n", name(pthread_mutex_lock(&m)));
  show("unlock", pthread_mutex_unlock(&m), &m);
  show("lock of a lost one", pthread_mutex_lock(&m), &m);
}

int main(void) {
  for (int kind = 0; kind <= 3; ++kind) {
    use(kind, 0, 0, PTHREAD_PRIO_NONE);
    use(kind, 0, 1, PTHREAD_PRIO_NONE);
    use(kind, 1, 0, PTHREAD_PRIO_NONE);
    use(kind, 0, 0, PTHREAD_PRIO_INHERIT);
  }
  pthread_spinlock_t s;
  pthread_spin_init(&s, PTHREAD_PROCESS_PRIVATE);
  const pthread_spinlock_t fresh = s;
  for (int round = 0; round < 3; ++round) {
    const char *took = name(pthread_spin_lock(&s));
    const int held = s != fresh;
    const char *tried = name(pthread_spin_trylock(&s));
    pthread_spin_unlock(&s);
    printf("spin: %s, held %d, try %s, free %d\n", took, held, tried, s == fresh);
  }
  return 0;
}
