// Condition variables of the program's own that know their mutex by a pointer.
// RUN: %check_all blocking-under-lock %s --
#include <condition_variable>
#include <mutex>

struct Mutex {
  void lock() { Own.lock(); }
  void unlock() { Own.unlock(); }
  std::mutex Own;
};
struct MutexLock {
  explicit MutexLock(Mutex *M) : Held(M) { Held->lock(); }
  ~MutexLock() { Held->unlock(); }
  Mutex *Held;
};
struct CondVar {
  explicit CondVar(Mutex *M) : Bound(M) {}
  void wait() {
    std::unique_lock<std::mutex> Lock(Bound->Own, std::adopt_lock);
    // CHECK: bound-condition.cpp:[[@LINE+1]]:12: warning: 'std::condition_variable::wait' gives back its own lock only, while one of 'Database::Catalog.Own' and 'Database::Rows.Own' is held: 'Database::drop_bad' reaches it through 1 call
    Signal.wait(Lock);
    Lock.release();
  }
  void pause() {
    std::unique_lock<std::mutex> Lock(Bound->Own, std::adopt_lock);
    Signal.wait(Lock);
    Lock.release();
  }
  std::condition_variable Signal;
  Mutex *Bound;
};

class Database {
  Mutex Catalog, Rows;
  CondVar Idle{&Rows};
  int Running = 0;

public:
  void drop_bad() {
    MutexLock First(&Catalog);
    MutexLock Second(&Rows);
    while (Running)
      Idle.wait();
  }
  void drop_ok() {
    {
      MutexLock First(&Catalog);
    }
    MutexLock Second(&Rows);
    while (Running)
      Idle.pause();
  }
};
