// A callback that start-up hands to what goes through a table runs there and
// then, as far as the name of that tells; one that is handed over while threads
// run, or registered, may run at any time.
// RUN: %check_all unguarded-state %s
// RUN: %not %gridlock check %s --checks='-*,gridlock-unguarded-state' --profile strict --quiet -- -std=c11 > %t.out
// RUN: %FileCheck %s --check-prefix=STRICT < %t.out
#include <pthread.h>

struct table {
  pthread_mutex_t lock;
  int rows;
};
void db_foreach_row(const char *what, int (*use)(void *, int), void *data);
void db_set_row_hook(int (*use)(void *, int), void *data);
int sqlite3_exec(struct sqlite3 *, const char *, int (*)(void *, int, char **, char **), void *, char **);

static struct table first = {PTHREAD_MUTEX_INITIALIZER, 0};
static struct table later = {PTHREAD_MUTEX_INITIALIZER, 0};
static struct table hooked = {PTHREAD_MUTEX_INITIALIZER, 0};
static struct table stored = {PTHREAD_MUTEX_INITIALIZER, 0};

static int first_ok(void *data, int row) {
  // STRICT: going-through.c:[[@LINE+1]]:9: warning: 'first.rows' is written in 'first_ok'
  first.rows += row;
  return 0;
}
static int later_bad(void *data, int row) {
  // CHECK-DAG: going-through.c:[[@LINE+1]]:9: warning: 'later.rows' is written in 'later_bad' without
  later.rows += row;
  return 0;
}
static int hooked_bad(void *data, int row) {
  // CHECK-DAG: going-through.c:[[@LINE+1]]:10: warning: 'hooked.rows' is written in 'hooked_bad' without
  hooked.rows += row;
  return 0;
}
static int stored_ok(void *data, int count, char **values, char **names) {
  stored.rows += count;
  return 0;
}
static void *work_ok(void *unused) {
  pthread_mutex_lock(&first.lock);
  ++first.rows;
  pthread_mutex_unlock(&first.lock);
  pthread_mutex_lock(&later.lock);
  ++later.rows;
  pthread_mutex_unlock(&later.lock);
  pthread_mutex_lock(&hooked.lock);
  ++hooked.rows;
  pthread_mutex_unlock(&hooked.lock);
  pthread_mutex_lock(&stored.lock);
  ++stored.rows;
  pthread_mutex_unlock(&stored.lock);
  return 0;
}
static void drop_ok(int by) {
  pthread_mutex_lock(&first.lock);
  first.rows -= by;
  pthread_mutex_unlock(&first.lock);
  pthread_mutex_lock(&later.lock);
  later.rows -= by;
  pthread_mutex_unlock(&later.lock);
  pthread_mutex_lock(&hooked.lock);
  hooked.rows -= by;
  pthread_mutex_unlock(&hooked.lock);
  pthread_mutex_lock(&stored.lock);
  stored.rows -= by;
  pthread_mutex_unlock(&stored.lock);
}
int main(void) {
  pthread_t thread;
  db_foreach_row("first", first_ok, 0);
  db_set_row_hook(hooked_bad, 0);
  sqlite3_exec(0, "select 1", stored_ok, 0, 0);
  pthread_create(&thread, 0, work_ok, 0);
  db_foreach_row("later", later_bad, 0);
  drop_ok(1);
  pthread_join(thread, 0);
  return 0;
}
