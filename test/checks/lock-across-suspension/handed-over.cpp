// A lock that is handed to what is awaited: from the strict profile on.
// RUN: %check_all lock-across-suspension %s --profile strict -- -I%S/../Inputs
#include "mock/coroutine.h"
#include "mock/sync.h"

std::mutex Table;

struct async_condition {
  task wait(std::unique_lock<std::mutex> &Held);
};

task handed_over_bad(async_condition &C) {
  std::unique_lock<std::mutex> Hold(Table);
  // CHECK: handed-over.cpp:[[@LINE+1]]:3: warning: lock 'Table' is held while coroutine 'handed_over_bad'
  co_await C.wait(Hold);
}
