// Readers that read again: a writer that waits in between stops both. POSIX lets
// a thread do so.
// RUN: %check_all self-deadlock %s -- -I%S/../Inputs
#include "mock/sync.h"
#include <pthread.h>

class Table {
  std::shared_mutex Lock, Quiet;
  pthread_rwlock_t Posix;
  int Size = 0;

public:
  int size() {
    std::shared_lock<std::shared_mutex> Hold(Lock);
    return Size;
  }
  void set(int N) {
    std::lock_guard<std::shared_mutex> Hold(Lock);
    Size = N;
  }
  int keys_bad() {
    std::shared_lock<std::shared_mutex> Hold(Lock);
    return size() + 1; // CHECK: shared.cpp:[[@LINE]]:12: warning: lock 'Table::Lock' is taken in shared mode in 'Table::size' while the same thread holds it in shared mode already
  }
  int keys_ok() {
    int N;
    {
      std::shared_lock<std::shared_mutex> Hold(Lock);
      N = Size;
    }
    return size() + N;
  }
  // Nobody writes.
  int quiet() {
    std::shared_lock<std::shared_mutex> Hold(Quiet);
    return 1;
  }
  int quietTwice_ok() {
    std::shared_lock<std::shared_mutex> Hold(Quiet);
    return quiet();
  }
  int posix() {
    pthread_rwlock_rdlock(&Posix);
    int N = Size;
    pthread_rwlock_unlock(&Posix);
    return N;
  }
  int posixTwice_ok() {
    pthread_rwlock_rdlock(&Posix);
    int N = posix();
    pthread_rwlock_unlock(&Posix);
    return N;
  }
  void posixSet(int N) {
    pthread_rwlock_wrlock(&Posix);
    Size = N;
    pthread_rwlock_unlock(&Posix);
  }
};
// CHECK-NOT: _ok
