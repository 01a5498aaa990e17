// Threads and futures that wait at their end, and those that have nothing to wait for.
// RUN: %check_all blocking-in-coroutine %s -- -I%S/../Inputs
#include "mock/coroutine.h"
#include "mock/threads.h"

#include <utility>

void work();
int compute();
void keep(std::jthread &&);
struct holder {
  std::jthread Helper;
  std::future<int> Result;
};

task local_bad() {
  std::jthread Helper([] { work(); });
  // CHECK: ends.cpp:[[@LINE+1]]:3: warning: 'std::jthread::~jthread' blocks the event loop in coroutine 'local_bad'
  co_return;
}
task dropped_bad() {
  // CHECK: ends.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'std::future::~future' blocks the event loop in coroutine 'dropped_bad'
  (void)std::async(std::launch::async, compute);
  co_return;
}
task assigned_ok(holder &Holder) {
  Holder.Helper = std::jthread([] { work(); });
  Holder.Result = std::async(std::launch::async, compute);
  co_return;
}
task handed_ok() {
  keep(std::jthread([] { work(); }));
  co_return;
}
task moved_ok() {
  std::jthread Helper([] { work(); });
  keep(std::move(Helper));
  co_return;
}
task empty_ok() {
  std::jthread Helper;
  co_return;
}
static std::jthread make() {
  std::jthread Helper([] { work(); });
  return Helper;
}
task made_ok(holder &Holder) {
  Holder.Helper = make();
  co_return;
}
// CHECK-NOT: warning: {{.*}}_ok'
