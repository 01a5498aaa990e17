// Locks of C in C++ need a guard of the program's own: from the strict profile on.
// RUN: %check_all manual-lock %s --profile strict
#include <pthread.h>

static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;
int size;

void add_bad() {
  // CHECK: pthread.cpp:[[@LINE+1]]:3: warning: lock 'table' is taken and released by hand in 'add_bad'
  pthread_mutex_lock(&table);
  ++size;
  pthread_mutex_unlock(&table);
}

void enter_ok() { pthread_mutex_lock(&table); }
void leave_ok() { pthread_mutex_unlock(&table); }
