// Locks that stay locked on some way out.
// RUN: %check_all lock-leak %s -- -I%S/../Inputs
#include "mock/sync.h"

void work();
bool ready();
[[noreturn]] void fail();
std::mutex Table;

struct Queue {
  std::mutex Lock;
  int Size;
  bool Threaded;
  bool pop_bad();
  void push_ok();
  bool pop_ok();
};

bool Queue::pop_bad() {
  // CHECK: paths.cpp:[[@LINE+1]]:8: warning: lock 'Queue::Lock' stays locked when 'Queue::pop_bad' returns early, but is released on other paths; instead: release it on every way out, by a guard
  Lock.lock();
  if (Size == 0)
    // CHECK: paths.cpp:[[@LINE+1]]:5: note: it is still held here
    return false;
  // CHECK: paths.cpp:[[@LINE+1]]:8: note: it is released here
  Lock.unlock();
  return true;
}

bool Queue::pop_ok() {
  Lock.lock();
  if (Size == 0) {
    Lock.unlock();
    return false;
  }
  Lock.unlock();
  return true;
}

// The same condition twice.
void Queue::push_ok() {
  if (Threaded)
    Lock.lock();
  work();
  if (Threaded)
    Lock.unlock();
}

void throws_bad(int Wrong) {
  // CHECK: paths.cpp:[[@LINE+1]]:9: warning: lock 'Table' stays locked when 'throws_bad' leaves by an exception
  Table.lock();
  if (Wrong)
    // CHECK: paths.cpp:[[@LINE+1]]:5: note: it is still held here
    throw Wrong;
  Table.unlock();
}

void ends_bad() {
  // CHECK: paths.cpp:[[@LINE+1]]:9: warning: lock 'Table' stays locked when 'ends_bad' ends
  Table.lock();
  if (ready())
    Table.unlock();
}

void flag_ok(bool Wanted) {
  bool Locked = false;
  if (Wanted && ready()) {
    Table.lock();
    Locked = true;
  }
  work();
  if (Locked)
    Table.unlock();
}

void changed_flag_bad(int Wanted) {
  if (!Wanted)
    return;
  // CHECK: paths.cpp:[[@LINE+1]]:9: warning: lock 'Table' stays locked when 'changed_flag_bad' ends
  Table.lock();
  Wanted = ready();
  if (Wanted)
    Table.unlock();
}

void tested_before_ok(int Mode) {
  if (Mode == 0 || ready())
    return;
  Table.lock();
  if (Mode == 0 || ready())
    return;
  Table.unlock();
}

void known_flag_ok() {
  bool Failed = false;
  Table.lock();
  if (Failed)
    return;
  Table.unlock();
}

void by_call_ok() {
  if (ready())
    Table.lock();
  work();
  if (ready())
    Table.unlock();
}

void compared_ok(int Mode) {
  if (Mode != 2)
    Table.lock();
  if (Mode == 2)
    return;
  Table.unlock();
}

void never_returns_ok(bool Wrong) {
  Table.lock();
  if (Wrong)
    fail();
  Table.unlock();
}

void try_ok() {
  if (!Table.try_lock())
    return;
  work();
  Table.unlock();
}

void try_result_ok() {
  bool Got = Table.try_lock();
  work();
  if (Got)
    Table.unlock();
}

void adopted_ok(int Wrong) {
  Table.lock();
  std::lock_guard<std::mutex> Hold(Table, std::adopt_lock);
  if (Wrong)
    throw Wrong;
}

void guard_ok(int Wrong) {
  std::unique_lock<std::mutex> Hold(Table);
  if (Wrong == 1)
    throw Wrong;
  Hold.unlock();
  if (Wrong == 2)
    return;
  Hold.lock();
}

struct Finally {
  ~Finally() { Table.unlock(); }
};

void finally_ok(int Wrong) {
  Table.lock();
  Finally End;
  if (Wrong)
    throw Wrong;
}

void loop_ok(int Count) {
  for (int I = 0; I < Count; ++I) {
    Table.lock();
    if (ready()) {
      Table.unlock();
      continue;
    }
    Table.unlock();
  }
}

// Called with the lock held; lets go of it for a while.
struct Writer {
  std::mutex Lock;
  void make_room_ok(bool Force) {
    while (true) {
      if (ready())
        break;
      if (Force) {
        Lock.unlock();
        work();
        Lock.lock();
      } else {
        work();
      }
    }
  }
  void write_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    make_room_ok(true);
  }
};

// Only takes, only releases.
void wrapLock() { Table.lock(); }
void wrapUnlock() { Table.unlock(); }

void wrapped_ok() {
  wrapLock();
  work();
  wrapUnlock();
}

// Returns with the lock held if it could; its counterpart releases it.
struct Door {
  std::mutex Lock;
  bool Open;
  bool enter_ok() {
    Lock.lock();
    if (!Open) {
      Lock.unlock();
      return false;
    }
    return true;
  }
  void leave() { Lock.unlock(); }
};

void through_ok(Door &D) {
  if (D.enter_ok())
    D.leave();
}

void temporary_bad() {
  // CHECK: paths.cpp:[[@LINE+1]]:3: warning: the guard of lock 'Table' is a temporary and releases it at once: what follows runs without the lock; instead: give the guard a name
  std::lock_guard<std::mutex>{Table};
  work();
}

void temporary_in_expression_ok() {
  std::lock_guard<std::mutex>{Table}, work();
}

void temporary_on_purpose_ok() {
  // Waits until nobody holds it.
  (void)std::lock_guard<std::mutex>{Table};
}
