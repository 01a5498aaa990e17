// Locks of threads held where a coroutine may be suspended.
// RUN: %check_all lock-across-suspension %s -- -I%S/../Inputs
#include "mock/coroutine.h"
#include "mock/sync.h"

task other();

struct Session {
  std::mutex Lock;
  std::mutex &lockOf() { return Lock; }
  task member_bad();
  task in_scope_ok();
};

task Session::member_bad() {
  std::lock_guard<std::mutex> Hold(Lock);
  // CHECK: suspension.cpp:[[@LINE+2]]:3: warning: lock 'Session::Lock' is held while coroutine 'Session::member_bad' is suspended at a co_await: who wants it meanwhile blocks its thread, and another thread may resume and release it; instead: release it before, or use a lock that is awaited
  // CHECK: suspension.cpp:[[@LINE-2]]:31: note: 'Session::member_bad' takes 'Session::Lock' here
  co_await other();
  // CHECK: suspension.cpp:[[@LINE+1]]:3: note: it is also held at this suspension
  co_await other();
}

task Session::in_scope_ok() {
  {
    std::lock_guard<std::mutex> Hold(Lock);
  }
  co_await other();
  std::lock_guard<std::mutex> Hold(Lock);
}

std::mutex Table;

task manual_bad() {
  Table.lock();
  // CHECK: suspension.cpp:[[@LINE+1]]:3: warning: lock 'Table' is held while coroutine 'manual_bad'
  co_await other();
  Table.unlock();
}

task manual_ok() {
  Table.lock();
  Table.unlock();
  co_await other();
}

task unlocked_ok() {
  std::unique_lock<std::mutex> Hold(Table);
  Hold.unlock();
  co_await other();
  Hold.lock();
}

task locked_again_bad() {
  std::unique_lock<std::mutex> Hold(Table);
  Hold.unlock();
  co_await other();
  Hold.lock();
  // CHECK: suspension.cpp:[[@LINE+1]]:3: warning: lock 'Table' is held while coroutine 'locked_again_bad'
  co_await other();
}

task deferred_ok() {
  std::unique_lock<std::mutex> Hold(Table, std::defer_lock);
  co_await other();
}

task failed_try_ok() {
  std::unique_lock<std::mutex> Hold(Table, std::try_to_lock);
  if (!Hold.owns_lock())
    co_await other();
}

task succeeded_try_bad() {
  if (Table.try_lock()) {
    // CHECK: suspension.cpp:[[@LINE+1]]:5: warning: lock 'Table' is held while coroutine 'succeeded_try_bad'
    co_await other();
    Table.unlock();
  }
}

task failed_manual_try_ok() {
  if (!Table.try_lock())
    co_await other();
  else
    Table.unlock();
}

std::unique_lock<std::mutex> enter(Session &S) {
  return std::unique_lock<std::mutex>(S.Lock);
}

task returned_guard_bad(Session &S) {
  std::unique_lock<std::mutex> Hold = enter(S);
  // CHECK: suspension.cpp:[[@LINE+1]]:3: warning: lock 'Session::Lock' is held while coroutine 'returned_guard_bad'
  co_await other();
}

task given_away_ok(Session &S) {
  std::unique_lock<std::mutex> Hold = enter(S);
  {
    std::unique_lock<std::mutex> Taken = std::move(Hold);
  }
  co_await other();
}

task getter_bad(Session &S) {
  std::lock_guard<std::mutex> Hold(S.lockOf());
  // CHECK: suspension.cpp:[[@LINE+1]]:3: warning: lock 'Session::Lock' is held while coroutine 'getter_bad'
  co_await other();
}

void wrapLock() { Table.lock(); }
void wrapUnlock() { Table.unlock(); }

task helpers_bad() {
  wrapLock();
  // CHECK: suspension.cpp:[[@LINE+1]]:3: warning: lock 'Table' is held while coroutine 'helpers_bad'
  co_await other();
  wrapUnlock();
}

task helpers_ok() {
  wrapLock();
  wrapUnlock();
  co_await other();
}

task never_suspends_ok() {
  std::lock_guard<std::mutex> Hold(Table);
  co_await std::suspend_never{};
}

generator yields_bad() {
  std::lock_guard<std::mutex> Hold(Table);
  // CHECK: suspension.cpp:[[@LINE+1]]:3: warning: lock 'Table' is held while coroutine 'yields_bad' is suspended at a co_yield
  co_yield 1;
}

task local_bad() {
  std::mutex Own;
  std::lock_guard<std::mutex> Hold(Own);
  // CHECK: suspension.cpp:[[@LINE+1]]:3: warning: lock 'Own' is held while coroutine 'local_bad'
  co_await other();
}

// A lock that is awaited may be held: the catalogue knows it, and an awaiter of
// the program's own is no lock of threads.
struct async_mutex {
  task acquire();
  void release();
};

task awaited_ok(async_mutex &M) {
  co_await M.acquire();
  co_await other();
  M.release();
}

// An awaitable that takes a lock of its own and gives it back before it suspends.
struct queue_awaiter {
  std::mutex &Lock;
  bool await_ready() {
    Lock.lock();
    return false;
  }
  void await_suspend(std::coroutine_handle<>) { Lock.unlock(); }
  void await_resume() {}
};

task own_awaiter_ok() { co_await queue_awaiter{Table}; }

// The standard guards over a lock that is awaited.
namespace async_simple::coro {
struct Mutex {
  task coLock();
  void unlock();
};
} // namespace async_simple::coro

task guarded_ok(async_simple::coro::Mutex &M) {
  co_await M.coLock();
  std::unique_lock<async_simple::coro::Mutex> Hold(M, std::adopt_lock);
  co_await other();
}

struct guard_awaiter {
  async_simple::coro::Mutex &Lock;
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<>) {}
  std::unique_lock<async_simple::coro::Mutex> await_resume() {
    return std::unique_lock<async_simple::coro::Mutex>{Lock, std::adopt_lock};
  }
};

task awaited_guard_ok(async_simple::coro::Mutex &M) {
  auto Hold = co_await guard_awaiter{M};
  co_await other();
}

// ... and one over a lock of threads that is made elsewhere.
task adopted_bad(std::mutex &M) {
  M.lock();
  std::unique_lock<std::mutex> Hold(M, std::adopt_lock);
  // CHECK: suspension.cpp:[[@LINE+1]]:3: warning: lock {{.*}} is held while coroutine 'adopted_bad'
  co_await other();
}

// Guards that are arguments are held from the start.
task guard_argument_bad(std::unique_lock<std::mutex> Held) {
  // CHECK: suspension.cpp:[[@LINE+1]]:3: warning: the lock of guard 'Held', which coroutine 'guard_argument_bad' gets as an argument, is held while it is suspended at a co_await
  co_await other();
}

task guard_argument_ok(std::unique_lock<std::mutex> Held) {
  Held.unlock();
  co_await other();
}

void keep(std::unique_lock<std::mutex> Held);
task guard_moved_on_ok(std::unique_lock<std::mutex> Held) {
  keep(std::move(Held));
  co_await other();
}

// As an awaited condition variable has it.
task guard_reference_ok(std::unique_lock<std::mutex> &Held) {
  co_await other();
}

task async_guard_argument_ok(std::unique_lock<async_simple::coro::Mutex> Held) {
  co_await other();
}

// The caller's lock, over a coroutine that it awaits.
task callers_lock_bad(Session &S) {
  std::lock_guard<std::mutex> Hold(S.Lock);
  // CHECK: suspension.cpp:[[@LINE+1]]:3: warning: lock 'Session::Lock' is held while coroutine 'callers_lock_bad'
  co_await guard_argument_ok(std::unique_lock<std::mutex>(Table));
}

task in_a_condition_bad(int Count) {
  std::lock_guard<std::mutex> Hold(Table);
  for (int I = 0; I < Count; ++I)
    if (I == 2)
      // CHECK: suspension.cpp:[[@LINE+1]]:7: warning: lock 'Table' is held while coroutine 'in_a_condition_bad'
      co_await other();
}
