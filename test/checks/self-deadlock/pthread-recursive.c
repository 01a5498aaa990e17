// In a program that sets mutex types, any pthread mutex may be recursive.
// RUN: %check_all self-deadlock %s
#define _GNU_SOURCE
#include <pthread.h>

static pthread_mutex_t table;

void setup(void) {
  pthread_mutexattr_t how;
  pthread_mutexattr_init(&how);
  pthread_mutexattr_settype(&how, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&table, &how);
}

void twice_ok(void) {
  pthread_mutex_lock(&table);
  pthread_mutex_lock(&table);
  pthread_mutex_unlock(&table);
  pthread_mutex_unlock(&table);
}
