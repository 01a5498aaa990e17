// Common locks in both modes, waits that take their lock again, guards that are
// kept in something else.
// RUN: %check_all lock-order %s -- -I%S/../Inputs
#include "mock/condition.h"
#include "mock/sync.h"

namespace shared_gate {
std::shared_mutex Gate;
std::mutex A, B;
// Readers of the gate do not keep each other out.
void ab_bad() {
  std::shared_lock<std::shared_mutex> Outer(Gate);
  std::lock_guard<std::mutex> First(A);
  // CHECK: gates-and-waits.cpp:[[@LINE+1]]:31: warning: locks 'shared_gate::A' and 'shared_gate::B' are taken in opposite orders
  std::lock_guard<std::mutex> Second(B);
}
void ba_bad() {
  std::shared_lock<std::shared_mutex> Outer(Gate);
  std::lock_guard<std::mutex> First(B);
  std::lock_guard<std::mutex> Second(A);
}
} // namespace shared_gate

namespace written_gate {
std::shared_mutex Gate;
std::mutex A, B;
void ab_ok() {
  std::shared_lock<std::shared_mutex> Outer(Gate);
  std::lock_guard<std::mutex> First(A);
  std::lock_guard<std::mutex> Second(B);
}
void ba_ok() {
  std::unique_lock<std::shared_mutex> Outer(Gate);
  std::lock_guard<std::mutex> First(B);
  std::lock_guard<std::mutex> Second(A);
}
} // namespace written_gate

namespace wait {
std::mutex A, B;
std::condition_variable Changed;
bool Ready;
// The wait gives A back and takes it again while B is held.
void wait_bad() {
  std::unique_lock<std::mutex> Hold(A);
  std::lock_guard<std::mutex> Other(B);
  while (!Ready)
    // CHECK: gates-and-waits.cpp:[[@LINE+1]]:13: warning: locks 'wait::A' and 'wait::B' are taken in opposite orders: 'wait::wait_bad' takes 'wait::A' then 'wait::B', 'wait::wait_bad' takes 'wait::B' then 'wait::A' again after a wait; instead: release 'wait::B' before the wait
    Changed.wait(Hold);
}
} // namespace wait

namespace wait_alone {
std::mutex A, B;
std::condition_variable Changed;
bool Ready;
void helper(std::unique_lock<std::mutex> &Hold) {
  while (!Ready)
    Changed.wait(Hold);
}
void wait_ok() {
  std::unique_lock<std::mutex> Hold(A);
  helper(Hold);
  Hold.unlock();
  std::lock_guard<std::mutex> Other(B);
}
void other_ok() {
  std::lock_guard<std::mutex> First(A);
  std::lock_guard<std::mutex> Second(B);
}
} // namespace wait_alone

namespace handed {
// Locks that have a name in the caller only.
std::mutex A, B;
void both(std::mutex &First, std::mutex &Second) {
  First.lock();
  Second.lock();
  Second.unlock();
  First.unlock();
}
void ab_bad() {
  // CHECK: gates-and-waits.cpp:[[@LINE+1]]:3: warning: locks 'handed::A' and 'handed::B' are taken in opposite orders
  both(A, B);
}
void ba_bad() { both(B, A); }
} // namespace handed

namespace ordered_helper {
std::mutex A, B;
void both(std::mutex &First, std::mutex &Second) {
  if (&First < &Second) {
    First.lock();
    Second.lock();
  } else {
    Second.lock();
    First.lock();
  }
}
void ab_ok() {
  both(A, B);
  A.unlock();
  B.unlock();
}
void ba_ok() {
  both(B, A);
  A.unlock();
  B.unlock();
}
} // namespace ordered_helper
