// Clang's thread-safety attributes say what functions without a body do to locks.
// RUN: %check_all gridlock-lock-across-suspension %s -- -I%S/../Inputs
#include "mock/coroutine.h"

struct __attribute__((capability("mutex"))) Mutex {
  void lock() __attribute__((acquire_capability()));
  void unlock() __attribute__((release_capability()));
  bool try_lock() __attribute__((try_acquire_capability(true)));
};
struct __attribute__((scoped_lockable)) Guard {
  explicit Guard(Mutex &M) __attribute__((acquire_capability(M)));
  ~Guard() __attribute__((release_capability()));
};
void take(Mutex &M) __attribute__((acquire_capability(M)));
void give(Mutex &M) __attribute__((release_capability(M)));
void silent(Mutex &M);

Mutex Shared;
task other();

task method_bad() {
  Shared.lock();
  co_await other(); // CHECK: capabilities.cpp:[[@LINE]]:3: warning: {{.*}}'Shared'
  Shared.unlock();
  co_return;
}
task method_ok() {
  Shared.lock();
  Shared.unlock();
  co_await other();
  co_return;
}
task guard_bad() {
  Guard G(Shared);
  co_await other(); // CHECK: capabilities.cpp:[[@LINE]]:3: warning: {{.*}}'Shared'
  co_return;
}
task guard_ok() {
  { Guard G(Shared); }
  co_await other();
  co_return;
}
task function_bad() {
  take(Shared);
  co_await other(); // CHECK: capabilities.cpp:[[@LINE]]:3: warning: {{.*}}'Shared'
  give(Shared);
  co_return;
}
task function_ok() {
  silent(Shared);
  co_await other();
  co_return;
}
task try_bad() {
  if (Shared.try_lock()) {
    co_await other(); // CHECK: capabilities.cpp:[[@LINE]]:5: warning: {{.*}}'Shared'
    Shared.unlock();
  }
  co_return;
}
task try_ok() {
  if (Shared.try_lock())
    Shared.unlock();
  co_await other();
  co_return;
}
