// Functions that tell by their result whether they have left a lock held.
// RUN: %check_all gridlock-lock-leak,gridlock-self-deadlock %s -- -I%S/../Inputs
#include "mock/sync.h"

class Gate {
public:
  bool tryEnter() { return Lock.try_lock(); }
  bool enterIfOpen() {
    Lock.lock();
    if (!Open) {
      Lock.unlock();
      return false;
    }
    return true;
  }
  // As in C: zero if it has the lock.
  int enterOrError() {
    Lock.lock();
    if (!Open) {
      Lock.unlock();
      return -1;
    }
    return 0;
  }
  // Tells of something else.
  bool enterAndTell() {
    Lock.lock();
    return Open;
  }
  void leave() { Lock.unlock(); }
  void use() {
    std::lock_guard<std::mutex> Hold(Lock);
    ++Count;
  }

  void again_bad() {
    if (tryEnter()) {
      use(); // CHECK: told.cpp:[[@LINE]]:7: warning: lock 'Gate::Lock' is taken in 'Gate::use' while the same thread holds it already
      leave();
    }
  }
  void notTaken_ok() {
    if (!tryEnter())
      use();
    else
      leave();
  }
  void open_bad() {
    if (enterIfOpen()) {
      use(); // CHECK: told.cpp:[[@LINE]]:7: warning: lock 'Gate::Lock' is taken in 'Gate::use' while the same thread holds it already
      leave();
    }
  }
  void error_bad() {
    int Error = enterOrError();
    if (Error != 0)
      return;
    use(); // CHECK: told.cpp:[[@LINE]]:5: warning: lock 'Gate::Lock' is taken in 'Gate::use' while the same thread holds it already
    leave();
  }
  void error_ok() {
    if (enterOrError() != 0) {
      use();
      return;
    }
    leave();
  }
  bool leak_bad(int N) {
    if (!tryEnter()) // CHECK: told.cpp:[[@LINE]]:10: warning: lock 'Gate::Lock' stays locked
      return false;
    if (N < 0)
      return false;
    Count += N;
    leave();
    return true;
  }
  bool leak_ok(int N) {
    if (!tryEnter())
      return false;
    if (N >= 0)
      Count += N;
    leave();
    return true;
  }

private:
  std::mutex Lock;
  bool Open = false;
  int Count = 0;
};
