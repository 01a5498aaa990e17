// Guards that give their lock up, locks that are adopted on some paths, and
// tries that are compared with an error.
// RUN: %check_all lock-leak %s -- -I%S/../Inputs
#include "mock/sync.h"

std::mutex Table, Other;
int Rows;

bool give_up_bad(int Row) {
  std::unique_lock<std::mutex> Hold(Table);
  if (Row == Rows) {
    // CHECK-DAG: released.cpp:[[@LINE+1]]:10: warning: lock 'Table' stays locked when 'give_up_bad' returns early, after a guard has given it up by 'release()'
    Hold.release();
    return true;
  }
  return false;
}

bool give_up_ok(int Row) {
  std::unique_lock<std::mutex> Hold(Table);
  if (Row == Rows) {
    Hold.release()->unlock();
    return true;
  }
  return false;
}

bool give_up_by_hand_ok(int Row) {
  std::unique_lock<std::mutex> Hold(Table);
  if (Row == Rows) {
    Hold.release();
    ++Rows;
    Table.unlock();
    return true;
  }
  return false;
}

// The caller's lock, which a condition variable wants to see in a guard.
void borrow_ok() {
  std::unique_lock<std::mutex> Hold(Table, std::adopt_lock);
  ++Rows;
  Hold.release();
}

void adopt_bad(bool Skip) {
  // CHECK-DAG: released.cpp:[[@LINE+1]]:3: warning: lock 'Other' stays locked when 'adopt_bad' returns early, but is released on other paths
  std::lock(Table, Other);
  std::lock_guard<std::mutex> First(Table, std::adopt_lock);
  if (Skip)
    return;
  std::lock_guard<std::mutex> Second(Other, std::adopt_lock);
  ++Rows;
}

void adopt_ok(bool Skip) {
  std::lock(Table, Other);
  std::lock_guard<std::mutex> First(Table, std::adopt_lock);
  std::lock_guard<std::mutex> Second(Other, std::adopt_lock);
  if (Skip)
    return;
  ++Rows;
}
void check(int Row) {
  if (Row < 0)
    throw Row;
}
void check_deep(int Row) { check(Row); }

void thrown_bad(int Row) {
  // CHECK-DAG: released.cpp:[[@LINE+1]]:9: warning: lock 'Table' stays locked when 'thrown_bad' is left by an exception of 'check'
  Table.lock();
  check(Row);
  Table.unlock();
}

// Strict profile only.
void thrown_deep_ok(int Row) {
  Table.lock();
  check_deep(Row);
  Table.unlock();
}
// CHECK-NOT: _ok
