// A function that waits for threads on every way, at any depth, is a join for
// who calls it.
// RUN: %check_all unguarded-state %s
#include <pthread.h>

struct Count {
  pthread_mutex_t lock;
  int value;
};
static struct Count early = {PTHREAD_MUTEX_INITIALIZER, 0};
static struct Count maybe = {PTHREAD_MUTEX_INITIALIZER, 0};
static struct Count other = {PTHREAD_MUTEX_INITIALIZER, 0};
static struct Count late = {PTHREAD_MUTEX_INITIALIZER, 0};
static pthread_t workers[4];

void late_more_ok(void);
static void *work_ok(void *unused) {
  pthread_mutex_lock(&early.lock);
  ++early.value;
  pthread_mutex_unlock(&early.lock);
  pthread_mutex_lock(&maybe.lock);
  ++maybe.value;
  pthread_mutex_unlock(&maybe.lock);
  pthread_mutex_lock(&other.lock);
  ++other.value;
  pthread_mutex_unlock(&other.lock);
  pthread_mutex_lock(&late.lock);
  ++late.value;
  pthread_mutex_unlock(&late.lock);
  return 0;
}
static void *helper_ok(void *unused) { return 0; }

static void start(void) {
  for (int i = 0; i < 4; ++i)
    pthread_create(&workers[i], 0, work_ok, 0);
}
static void join_all(void) {
  for (int i = 0; i < 4; ++i)
    pthread_join(workers[i], 0);
}
static void stop(int verbose) {
  if (verbose)
    late_more_ok();
  join_all();
}
static void maybe_stop(int now) {
  if (now)
    join_all();
}
// The workers go on.
static void by_helper(void) {
  pthread_t helper;
  pthread_create(&helper, 0, helper_ok, 0);
  pthread_join(helper, 0);
}

// CHECK-DAG: joined-by-call.c:[[@LINE+1]]:{{.*}} warning: 'early.value' is read in 'early_bad' without 'early.lock'
static int early_bad(void) { return early.value; }
// CHECK-DAG: joined-by-call.c:[[@LINE+1]]:{{.*}} warning: 'maybe.value' is read in 'maybe_bad' without 'maybe.lock'
static int maybe_bad(void) { return maybe.value; }
// CHECK-DAG: joined-by-call.c:[[@LINE+1]]:{{.*}} warning: 'other.value' is read in 'other_bad' without 'other.lock'
static int other_bad(void) { return other.value; }
static int save(int all) { return all ? late.value + early.value : maybe.value + other.value; }
static int by_pointer_ok(int (*how)(int)) { return how(1); }

void early_more_ok(void) {
  pthread_mutex_lock(&early.lock);
  ++early.value;
  pthread_mutex_unlock(&early.lock);
}
void maybe_more_ok(void) {
  pthread_mutex_lock(&maybe.lock);
  ++maybe.value;
  pthread_mutex_unlock(&maybe.lock);
}
void other_more_ok(void) {
  pthread_mutex_lock(&other.lock);
  ++other.value;
  pthread_mutex_unlock(&other.lock);
}
void late_more_ok(void) {
  pthread_mutex_lock(&late.lock);
  ++late.value;
  pthread_mutex_unlock(&late.lock);
}

int main(int argc, char **argv) {
  start();
  int sum = early_bad();
  maybe_stop(argc);
  sum += maybe_bad();
  by_helper();
  sum += other_bad();
  stop(argc);
  sum += save(0);
  sum += by_pointer_ok(save);
  return sum;
}
// CHECK-NOT: warning: {{.*}} in 'save'
