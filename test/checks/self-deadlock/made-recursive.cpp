// Locks that are made recursive by what their constructor, or a function that
// initialises them, is given: only these may be taken twice.
// RUN: %check_all self-deadlock %s --profile strict -- -I%S/../Inputs
#include "mock/sync.h"
#include <pthread.h>
#include <threads.h>

struct QMutex {
  enum RecursionMode { NonRecursive, Recursive };
  explicit QMutex(RecursionMode Mode = NonRecursive);
  ~QMutex();
  void lock();
  void unlock();
};

class Plain {
  QMutex Lock;
  void add() {
    Lock.lock();
    Lock.unlock();
  }

public:
  void twice_bad() {
    Lock.lock();
    // CHECK-DAG: made-recursive.cpp:[[@LINE+1]]:5: warning: lock 'Plain::Lock' is taken in 'Plain::add' while the same thread holds it already
    add();
    Lock.unlock();
  }
};

class Told {
  QMutex Lock{QMutex::NonRecursive};
  void add() {
    Lock.lock();
    Lock.unlock();
  }

public:
  void twice_bad() {
    Lock.lock();
    // CHECK-DAG: made-recursive.cpp:[[@LINE+1]]:5: warning: lock 'Told::Lock' is taken in 'Told::add' while
    add();
    Lock.unlock();
  }
};

class Member {
  QMutex Lock{QMutex::Recursive};
  void add() {
    Lock.lock();
    Lock.unlock();
  }

public:
  void twice_ok() {
    Lock.lock();
    add();
    Lock.unlock();
  }
};

class Chosen {
  QMutex Lock;
  void add() {
    Lock.lock();
    Lock.unlock();
  }

public:
  explicit Chosen(QMutex::RecursionMode Mode) : Lock(Mode) {}
  void twice_ok() {
    Lock.lock();
    add();
    Lock.unlock();
  }
};

class Pointed {
  QMutex *Lock;
  QMutex *Other;
  void add() {
    Lock->lock();
    Lock->unlock();
  }
  void addOther() {
    Other->lock();
    Other->unlock();
  }

public:
  Pointed() : Lock(new QMutex(QMutex::Recursive)), Other(new QMutex) {}
  void twice_ok() {
    Lock->lock();
    add();
    Lock->unlock();
  }
  void twice_bad() {
    Other->lock();
    // CHECK-DAG: made-recursive.cpp:[[@LINE+1]]:5: warning: lock 'Pointed::Other->' is taken in 'Pointed::addOther' while
    addOther();
    Other->unlock();
  }
};

void locals_ok() {
  QMutex Lock(QMutex::Recursive);
  Lock.lock();
  Lock.lock();
  Lock.unlock();
  Lock.unlock();
}
void locals_bad() {
  QMutex Lock;
  Lock.lock();
  // CHECK-DAG: made-recursive.cpp:[[@LINE+1]]:8: warning: lock 'Lock' is taken in 'locals_bad' while
  Lock.lock();
  Lock.unlock();
  Lock.unlock();
}

static pthread_mutex_t Listed = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t Usual = PTHREAD_MUTEX_INITIALIZER;
static void addListed() {
  pthread_mutex_lock(&Listed);
  pthread_mutex_unlock(&Listed);
}
static void addUsual() {
  pthread_mutex_lock(&Usual);
  pthread_mutex_unlock(&Usual);
}
void listed_ok() {
  pthread_mutex_lock(&Listed);
  addListed();
  pthread_mutex_unlock(&Listed);
}
void usual_bad() {
  pthread_mutex_lock(&Usual);
  // CHECK-DAG: made-recursive.cpp:[[@LINE+1]]:3: warning: lock 'Usual' is taken in 'addUsual' while
  addUsual();
  pthread_mutex_unlock(&Usual);
}

static mtx_t Again, Once;
void setUp() {
  mtx_init(&Again, mtx_plain | mtx_recursive);
  mtx_init(&Once, mtx_plain);
}
void again_ok() {
  mtx_lock(&Again);
  mtx_lock(&Again);
  mtx_unlock(&Again);
  mtx_unlock(&Again);
}
void once_bad() {
  mtx_lock(&Once);
  // CHECK-DAG: made-recursive.cpp:[[@LINE+1]]:3: warning: lock 'Once' is taken in 'once_bad' while
  mtx_lock(&Once);
  mtx_unlock(&Once);
  mtx_unlock(&Once);
}

Plain A;
Told B;
Member C;
Pointed D;
// CHECK-NOT: _ok
