// Threads of several libraries: what is used after a join needs no lock. Which
// functions join is what the catalogue says.
// RUN: %check_all unguarded-state %s
#include <pthread.h>
typedef unsigned long uv_thread_t;
int uv_thread_create(uv_thread_t *, void (*)(void *), void *);
int uv_thread_join(uv_thread_t *);
typedef struct GThread GThread;
GThread *g_thread_new(const char *, void *(*)(void *), void *);
void *g_thread_join(GThread *);

struct Count {
  pthread_mutex_t lock;
  int value;
};
static struct Count native = {PTHREAD_MUTEX_INITIALIZER, 0};
static struct Count uv = {PTHREAD_MUTEX_INITIALIZER, 0};
static struct Count glib = {PTHREAD_MUTEX_INITIALIZER, 0};
static struct Count soon = {PTHREAD_MUTEX_INITIALIZER, 0};

static void *native_work(void *unused) {
  for (int i = 0; i < 10; ++i) {
    pthread_mutex_lock(&native.lock);
    ++native.value;
    pthread_mutex_unlock(&native.lock);
  }
  return 0;
}
static void uv_work(void *unused) {
  for (int i = 0; i < 10; ++i) {
    pthread_mutex_lock(&uv.lock);
    ++uv.value;
    pthread_mutex_unlock(&uv.lock);
  }
}
static void soon_work(void *unused) {
  for (int i = 0; i < 10; ++i) {
    pthread_mutex_lock(&soon.lock);
    ++soon.value;
    pthread_mutex_unlock(&soon.lock);
  }
}
static void *glib_work(void *unused) {
  for (int i = 0; i < 10; ++i) {
    pthread_mutex_lock(&glib.lock);
    ++glib.value;
    pthread_mutex_unlock(&glib.lock);
  }
  return 0;
}
void native_add_ok(void) {
  pthread_mutex_lock(&native.lock);
  --native.value;
  pthread_mutex_unlock(&native.lock);
}
void uv_add_ok(void) {
  pthread_mutex_lock(&uv.lock);
  --uv.value;
  pthread_mutex_unlock(&uv.lock);
}
void soon_add_ok(void) {
  pthread_mutex_lock(&soon.lock);
  --soon.value;
  pthread_mutex_unlock(&soon.lock);
}
void glib_add_ok(void) {
  pthread_mutex_lock(&glib.lock);
  --glib.value;
  pthread_mutex_unlock(&glib.lock);
}

int native_joined_ok(void) {
  pthread_t thread;
  pthread_create(&thread, 0, native_work, 0);
  native_add_ok();
  pthread_join(thread, 0);
  return native.value;
}
int uv_joined_ok(void) {
  uv_thread_t thread;
  uv_thread_create(&thread, uv_work, 0);
  uv_add_ok();
  uv_thread_join(&thread);
  return uv.value;
}
int glib_joined_ok(void) {
  GThread *thread = g_thread_new("", glib_work, 0);
  glib_add_ok();
  g_thread_join(thread);
  return glib.value;
}
int uv_early_bad(void) {
  uv_thread_t thread;
  uv_thread_create(&thread, soon_work, 0);
  soon_add_ok();
  // CHECK: joined.c:[[@LINE+1]]:{{.*}} warning: 'soon.value' is read in 'uv_early_bad' without 'soon.lock'
  int early = soon.value;
  uv_thread_join(&thread);
  return early;
}
int main(void) { return native_joined_ok() + uv_joined_ok() + glib_joined_ok() + uv_early_bad(); }
