// Locals that other threads get to know, and those that nobody else knows.
// RUN: %check_all unguarded-state %s -- -I%S/../Inputs
#include "mock/sync.h"

struct Tally {
  std::mutex Lock;
  long Sum = 0;
  void add_ok(long N) {
    std::lock_guard<std::mutex> Hold(Lock);
    Sum += N;
  }
  void reset_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    Sum = 0;
  }
  // CHECK-DAG: shared-locals.cpp:[[@LINE+1]]:27: warning: 'Tally::Sum' is read in 'Tally::sum_bad' without 'Tally::Lock'
  long sum_bad() { return Sum; }
};

// Gives itself to a thread as it is made.
struct Worker {
  std::mutex Lock;
  long Done = 0;
  Worker() {
    std::thread([this] { run_ok(); }).detach();
  }
  void run_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    ++Done;
  }
  void reset_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    Done = 0;
  }
  // CHECK-DAG: shared-locals.cpp:[[@LINE+1]]:28: warning: 'Worker::Done' is read in 'Worker::done_bad' without 'Worker::Lock'
  long done_bad() { return Done; }
};

// Nobody else knows the object.
struct Alone {
  std::mutex Lock;
  long Sum = 0;
  void add_ok(long N) {
    std::lock_guard<std::mutex> Hold(Lock);
    Sum += N;
  }
  void reset_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    Sum = 0;
  }
  long sum_ok() { return Sum; }
};

int main() {
  Tally Shared;
  std::thread Adder([&] { Shared.add_ok(1); });
  Shared.reset_ok();
  long Result = Shared.sum_bad();
  Worker Own;
  Own.reset_ok();
  Result += Own.done_bad();
  Alone Mine;
  [&] { Mine.add_ok(2); }();
  Mine.reset_ok();
  // CHECK-NOT: sum_ok
  Result += Mine.sum_ok();
  Adder.join();
  return Result != 0;
}
