// Function pointers that are kept with their user's data, in C.
// RUN: %check_all callback-under-lock %s
#include <pthread.h>

struct device;
struct ops {
  void (*flush)(struct device *);
};
struct device {
  pthread_mutex_t lock;
  void (*on_ready)(void *arg, int status);
  void *arg;
  const struct ops *ops;
  int status;
};

void device_set(struct device *d, void (*f)(void *, int), void *arg) {
  pthread_mutex_lock(&d->lock);
  d->on_ready = f;
  d->arg = arg;
  pthread_mutex_unlock(&d->lock);
}

void device_ready_bad(struct device *d, int status) {
  pthread_mutex_lock(&d->lock);
  d->status = status;
  d->on_ready(d->arg, status); // CHECK: device.c:[[@LINE]]:3: warning: function pointer 'device::on_ready' is invoked in 'device_ready_bad' while lock 'device::lock' is held: if it calls 'device_set'
  pthread_mutex_unlock(&d->lock);
}

void device_ready_ok(struct device *d, int status) {
  pthread_mutex_lock(&d->lock);
  void (*f)(void *, int) = d->on_ready;
  void *arg = d->arg;
  pthread_mutex_unlock(&d->lock);
  f(arg, status);
}

// A table of operations belongs to the device.
void device_flush_ok(struct device *d) {
  pthread_mutex_lock(&d->lock);
  d->ops->flush(d);
  pthread_mutex_unlock(&d->lock);
}
