// Held on some paths only: found where the conditions on one of them agree with
// each other.
// RUN: %check_all lock-across-suspension %s -- -I%S/../Inputs
#include "mock/coroutine.h"
#include "mock/sync.h"

task other();
std::mutex Table;
int Size;

task sometimes_bad(bool Careful) {
  if (Careful)
    Table.lock();
  // CHECK-DAG: some-paths.cpp:[[@LINE+1]]:3: warning: lock 'Table' is held while coroutine 'sometimes_bad'
  co_await other();
  if (Careful)
    Table.unlock();
}
task given_back_ok(bool Careful) {
  if (Careful)
    Table.lock();
  ++Size;
  if (Careful)
    Table.unlock();
  co_await other();
}
task given_back_bad(bool Careful, bool Quick) {
  if (Careful)
    Table.lock();
  ++Size;
  if (Careful && !Quick)
    Table.unlock();
  // CHECK-DAG: some-paths.cpp:[[@LINE+1]]:3: warning: lock 'Table' is held while coroutine 'given_back_bad'
  co_await other();
  if (Careful && Quick)
    Table.unlock();
}
task either_ok(bool Careful) {
  if (Careful)
    Table.lock();
  if (!Careful)
    co_await other();
  if (Careful)
    Table.unlock();
}
task deferred_bad(int N) {
  std::unique_lock<std::mutex> Hold(Table, std::defer_lock);
  if (N > 3) {
    Hold.lock();
    ++Size;
  }
  // CHECK-DAG: some-paths.cpp:[[@LINE+1]]:3: warning: lock 'Table' is held while coroutine 'deferred_bad'
  co_await other();
}
task deferred_ok(int N) {
  std::unique_lock<std::mutex> Hold(Table, std::defer_lock);
  if (N > 3) {
    Hold.lock();
    ++Size;
    Hold.unlock();
  }
  co_await other();
}
// CHECK-NOT: _ok
