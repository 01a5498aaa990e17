// Held on some paths only, or handed to what is awaited: from the strict profile on.
// RUN: %check_all lock-across-suspension %s --profile strict -- -I%S/../Inputs
#include "mock/coroutine.h"
#include "mock/sync.h"

task other();
std::mutex Table;

task sometimes_bad(bool Careful) {
  if (Careful)
    Table.lock();
  // CHECK: some-paths.cpp:[[@LINE+1]]:3: warning: lock 'Table' is held while coroutine 'sometimes_bad'
  co_await other();
  if (Careful)
    Table.unlock();
}

struct async_condition {
  task wait(std::unique_lock<std::mutex> &Held);
};

task handed_over_bad(async_condition &C) {
  std::unique_lock<std::mutex> Hold(Table);
  // CHECK: some-paths.cpp:[[@LINE+1]]:3: warning: lock 'Table' is held while coroutine 'handed_over_bad'
  co_await C.wait(Hold);
}
