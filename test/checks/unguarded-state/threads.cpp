// Before a thread starts and after its end its starter is alone with the object.
// RUN: %check_all unguarded-state %s -- -I%S/../Inputs
#include "mock/sync.h"

void work();

struct Pool {
  std::mutex Lock;
  int Jobs = 0;
  int Failed = 0;
  bool Ended = false;

  void add_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    ++Jobs;
    ++Failed;
    Ended = false;
  }
  void take_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    --Jobs;
    --Failed;
    Ended = true;
  }
  void start_ok();
  void start_late_bad();
  void stop_ok(std::thread &Worker);
  void stop_early_bad(std::thread &Worker);
  void drain_bad() {
    // CHECK-DAG: threads.cpp:[[@LINE+1]]:5: warning: 'Pool::Jobs' is written in 'Pool::drain_bad' without 'Pool::Lock'
    Jobs = 0;
  }
};

void Pool::start_ok() {
  Jobs = 1;
  std::thread([this] { take_ok(); }).detach();
}

void Pool::start_late_bad() {
  std::thread([this] { take_ok(); }).detach();
  // CHECK-DAG: threads.cpp:[[@LINE+1]]:3: warning: 'Pool::Failed' is written in 'Pool::start_late_bad' without 'Pool::Lock'
  Failed = 1;
}

void Pool::stop_ok(std::thread &Worker) {
  Worker.join();
  Jobs = 0;
}

void Pool::stop_early_bad(std::thread &Worker) {
  // CHECK-DAG: threads.cpp:[[@LINE+1]]:3: warning: 'Pool::Ended' is written in 'Pool::stop_early_bad' without 'Pool::Lock'
  Ended = true;
  Worker.join();
}
