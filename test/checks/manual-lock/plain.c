// C has no guards.
// RUN: %check_all manual-lock %s --profile pedantic
#include <pthread.h>

static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;
int size;

void add_ok(void) {
  pthread_mutex_lock(&table);
  ++size;
  pthread_mutex_unlock(&table);
}
