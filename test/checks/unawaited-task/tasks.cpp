// Tasks that are dropped, kept and never awaited, or awaited on one branch.
// RUN: %check_all unawaited-task %s -- -I%S/../Inputs
#include "mock/coroutine.h"
#include "mock/sync.h"

task fetch();
eager_task start();
fire_and_forget launch();
generator numbers();
void own(task);

task discards_bad() {
  // CHECK: tasks.cpp:[[@LINE+1]]:3: warning: the task that 'fetch' returns is discarded and never runs; instead: co_await it, or hand it to what owns it [gridlock-unawaited-task]
  fetch();
  // CHECK: tasks.cpp:[[@LINE+1]]:3: warning: the task that 'start' returns is discarded and runs detached
  start();
  co_return;
}

// Not only in coroutines.
void plain_bad() {
  // CHECK: tasks.cpp:[[@LINE+1]]:3: warning: the task that 'fetch' returns is discarded and never runs
  fetch();
}

task local_bad() {
  // CHECK: tasks.cpp:[[@LINE+1]]:15: warning: the task that 'fetch' returns into 'Lost' is never awaited, returned or moved and never runs
  task Lost = fetch();
  co_return;
}

task branch_bad(bool Now) {
  // CHECK: tasks.cpp:[[@LINE+1]]:16: warning: the task that 'fetch' returns into 'Maybe' is awaited on some paths only; on the others it never runs
  task Maybe = fetch();
  if (Now)
    co_await Maybe;
}

task awaited_ok() {
  co_await fetch();
  task Kept = fetch();
  co_await Kept;
}

task returned_ok() { return fetch(); }

task handed_on_ok() {
  own(fetch());
  task Kept = fetch();
  own(std::move(Kept));
  co_return;
}

task both_branches_ok(bool Now) {
  task Kept = fetch();
  if (Now)
    co_await Kept;
  else
    own(std::move(Kept));
}

task thrown_ok(bool Fail) {
  task Kept = fetch();
  if (Fail)
    throw 1;
  co_await Kept;
}

task captured_ok() {
  task Kept = fetch();
  auto Later = [&Kept]() -> task { co_await Kept; };
  co_await Later();
}

task deliberate_ok() {
  (void)start();
  launch();
  numbers();
  co_return;
}
