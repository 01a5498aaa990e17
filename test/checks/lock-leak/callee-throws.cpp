// Exceptions of what is called between lock and unlock, and guards that never
// get a lock.
// RUN: %check_all lock-leak %s --profile strict -- -I%S/../Inputs
#include "mock/sync.h"

std::mutex Table;
void unknown();
int convert(int Value) {
  if (Value < 0)
    throw Value;
  return Value;
}
int deep(int Value) { return convert(Value) + 1; }
int safe(int Value) noexcept { return Value < 0 ? 0 : convert(Value); }
int handled(int Value) {
  try {
    return convert(Value);
  } catch (int) {
    return 0;
  }
}

void callee_bad(int Value) {
  // CHECK: callee-throws.cpp:[[@LINE+1]]:9: warning: lock 'Table' stays locked when 'callee_bad' is left by an exception of 'deep', but is released on other paths
  Table.lock();
  // CHECK: callee-throws.cpp:[[@LINE+1]]:3: note: it is still held here
  deep(Value);
  Table.unlock();
}

// Nearer throws are in the default profile as well, see released.cpp.
void before_ok(int Value) {
  deep(Value);
  Table.lock();
  Table.unlock();
  deep(Value);
}

void cant_throw_ok(int Value) {
  Table.lock();
  safe(Value);
  handled(Value);
  unknown();
  Table.unlock();
}

void caught_ok(int Value) {
  Table.lock();
  try {
    deep(Value);
  } catch (int) {
    Table.unlock();
    throw;
  }
  Table.unlock();
}

void guarded_ok(int Value) {
  std::lock_guard<std::mutex> Hold(Table);
  deep(Value);
}

struct Finally {
  ~Finally() { Table.unlock(); }
};
void finally_ok(int Value) {
  Table.lock();
  Finally End;
  deep(Value);
}

// Declares a guard named Table.
void declares_bad() {
  // CHECK: callee-throws.cpp:[[@LINE+1]]:32: warning: guard 'Table' is made without a lock and never gets one: it protects nothing; instead: give the guard a name of its own and the lock as argument
  std::unique_lock<std::mutex>(Table);
  unknown();
}

void without_bad() {
  // CHECK: callee-throws.cpp:[[@LINE+1]]:22: warning: guard 'Hold' is made without a lock and never gets one
  std::scoped_lock<> Hold;
  unknown();
}

void later_ok(bool Wanted) {
  std::unique_lock<std::mutex> Hold;
  if (Wanted)
    Hold = std::unique_lock<std::mutex>(Table);
  unknown();
}

void in_braces_bad() {
  // CHECK: callee-throws.cpp:[[@LINE+1]]:3: warning: the guard of lock 'Table' is a temporary and releases it at once
  std::unique_lock<std::mutex>{Table};
  // CHECK: callee-throws.cpp:[[@LINE+1]]:3: warning: the guard of lock 'Table' is a temporary and releases it at once
  std::scoped_lock{Table};
  unknown();
}
