// Values that somebody waits for, locks behind a pointer, and a writer that
// never takes the lock.
// RUN: %check_all unguarded-state %s -- -I%S/../Inputs
#include "mock/condition.h"
#include "mock/sync.h"

struct Worker {
  std::mutex Lock;
  std::condition_variable Wake;
  bool Stop = false;
  bool Pause = false;
  int Rounds = 0;

  void loop_ok() {
    std::unique_lock<std::mutex> Hold(Lock);
    while (!Stop)
      Wake.wait(Hold);
    Rounds = 0;
  }
  void stop_bad() {
    // CHECK-DAG: waited-for.cpp:[[@LINE+1]]:5: warning: 'Worker::Stop' is written in 'Worker::stop_bad' without 'Worker::Lock', with which a thread tests it before it waits
    Stop = true;
    Wake.notify_all();
  }
  void wait_ok() {
    std::unique_lock<std::mutex> Hold(Lock);
    Wake.wait(Hold, [this] { return !Pause; });
  }
  void pause_bad() {
    // CHECK-DAG: waited-for.cpp:[[@LINE+1]]:5: warning: 'Worker::Pause' is written in 'Worker::pause_bad' without 'Worker::Lock'
    Pause = true;
  }
  void resume_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    Pause = false;
  }
  // Nobody waits for it, and most do without the lock.
  void rounds_ok() { Rounds = 1; }
};

// The lock is kept behind a pointer, for others to hold it too.
struct Holder {
  std::mutex *Lock;
  long Value = 0;
  void add_ok() {
    std::lock_guard<std::mutex> Hold(*Lock);
    ++Value;
  }
  void sub_ok() {
    std::lock_guard<std::mutex> Hold(*Lock);
    --Value;
  }
  // CHECK-DAG: waited-for.cpp:[[@LINE+1]]:29: warning: 'Holder::Value' is read in 'Holder::value_bad' without 'Holder::Lock
  long value_bad() { return Value; }
};

// A helper that takes the lock on some paths, and says so.
struct Entered {
  std::mutex Lock;
  int Rows = 0;
  bool enter() {
    Lock.lock();
    if (Rows == 0) {
      Lock.unlock();
      return false;
    }
    return true;
  }
  void leave() { Lock.unlock(); }
  void take_ok() {
    if (!enter())
      return;
    --Rows;
    leave();
  }
  void add_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    ++Rows;
  }
  void clear_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    Rows = 0;
  }
  void drop_bad() {
    // CHECK-DAG: waited-for.cpp:[[@LINE+1]]:7: warning: 'Entered::Rows' is written in 'Entered::drop_bad' without 'Entered::Lock'
    --Rows;
  }
};

// Readers have the lock, the one that writes does not, in a thread.
struct Routes {
  std::mutex Lock;
  long Table = 0;
  long Size = 0;
  long find_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    return Table + Size;
  }
  long all_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    return Table + Size;
  }
  void update_bad() {
    // CHECK-DAG: waited-for.cpp:[[@LINE+1]]:5: warning: 'Routes::Table' is written in 'Routes::update_bad' without 'Routes::Lock'
    Table = 1;
  }
  // No thread is seen to get there.
  void configure_ok() { Size = 2; }
};
// CHECK-NOT: configure_ok
// CHECK-NOT: rounds_ok

Routes TheRoutes;
void start_ok() {
  std::thread([] { TheRoutes.update_bad(); }).detach();
}
