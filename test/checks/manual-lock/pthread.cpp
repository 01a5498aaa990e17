// Locks of C and lock classes of the program's own: from the strict profile on.
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

class Mutex {
  pthread_mutex_t Inner;

public:
  void lock() { pthread_mutex_lock(&Inner); }
  void unlock() { pthread_mutex_unlock(&Inner); }
};

class Hold {
  Mutex &Held;

public:
  explicit Hold(Mutex &M) : Held(M) { Held.lock(); }
  ~Hold() { Held.unlock(); }
};

struct Store {
  Mutex Lock;
  int Size;

  void grow_bad() {
    // CHECK: pthread.cpp:[[@LINE+1]]:10: warning: lock 'Store::Lock' is taken and released by hand in 'Store::grow_bad'
    Lock.lock();
    ++Size;
    Lock.unlock();
  }
  void grow_ok() {
    Hold Now(Lock);
    ++Size;
  }
  void enter() { Lock.lock(); }
  void leave() { Lock.unlock(); }
  void inside_ok() {
    enter();
    ++Size;
    leave();
  }
};
