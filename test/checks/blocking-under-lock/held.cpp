// Waiting while a lock is held: guards, manual locking, paths and calls.
// RUN: %check_all blocking-under-lock %s -- -I%S/../Inputs
// RUN: %not %gridlock check %s --checks='-*,gridlock-blocking-under-lock' --profile strict --quiet -- -std=c++20 -I%S/../Inputs > %t.out
// RUN: %FileCheck %s --check-prefix=STRICT < %t.out
#include "mock/coroutine.h"
#include "mock/sync.h"

#include <fcntl.h>
#include <unistd.h>

std::mutex Mutex;

void guard_bad() {
  std::lock_guard<std::mutex> Guard(Mutex);
  // CHECK: held.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks while 'Mutex' is held in 'guard_bad', so who wants the lock waits as long; instead: release it before the call [gridlock-blocking-under-lock]
  sleep(1);
  // CHECK: held.cpp:[[@LINE-3]]:31: note: 'guard_bad' takes 'Mutex' here
}

void guard_ok() {
  {
    std::lock_guard<std::mutex> Guard(Mutex);
  }
  sleep(1);
}

void manual_bad() {
  Mutex.lock();
  // CHECK: held.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks while 'Mutex' is held in 'manual_bad'
  sleep(1);
  Mutex.unlock();
}

void manual_ok() {
  Mutex.lock();
  Mutex.unlock();
  sleep(1);
}

void unlocked_ok() {
  std::unique_lock<std::mutex> Guard(Mutex);
  Guard.unlock();
  sleep(1);
  Guard.lock();
}

void deferred_ok() {
  std::unique_lock<std::mutex> Guard(Mutex, std::defer_lock);
  sleep(1);
}

void moved_ok() {
  std::unique_lock<std::mutex> Guard(Mutex);
  {
    std::unique_lock<std::mutex> Other(std::move(Guard));
  }
  sleep(1);
}

void some_paths_ok(bool Hold) {
  std::unique_lock<std::mutex> Guard(Mutex, std::defer_lock);
  if (Hold)
    Guard.lock();
  sleep(1);
}

void try_ok() {
  if (!Mutex.try_lock()) {
    sleep(1);
    return;
  }
  Mutex.unlock();
}

void try_bad() {
  if (Mutex.try_lock()) {
    // CHECK: held.cpp:[[@LINE+1]]:5: warning: 'sleep' blocks while 'Mutex' is held in 'try_bad'
    sleep(1);
    Mutex.unlock();
  }
}

void join_bad(std::thread &Worker) {
  std::lock_guard<std::mutex> Guard(Mutex);
  // CHECK: held.cpp:[[@LINE+1]]:10: warning: 'std::thread::join' blocks while 'Mutex' is held in 'join_bad'
  Worker.join();
}

class Account {
public:
  void save_bad() {
    std::lock_guard<std::mutex> Guard(Lock);
    write();
  }
  void save_ok() { write_other(); }
  void start_ok() {
    std::lock_guard<std::mutex> Guard(Lock);
    std::thread Worker([this] { write_other(); });
    Worker.detach();
  }

private:
  void write() { send(); }
  void send() {
    // CHECK: held.cpp:[[@LINE+4]]:5: warning: 'usleep' blocks while 'Account::Lock' is held: 'Account::save_bad' reaches it through 2 calls
    // CHECK: note: 'Account::save_bad' takes 'Account::Lock' here
    // CHECK: note: 'Account::save_bad' calls 'Account::write' here
    // CHECK: note: 'Account::write' calls 'Account::send' here
    usleep(1000);
  }
  void write_other() { usleep(1000); }
  std::mutex Lock;
};

// A helper that gives the caller's lock back.
static void nap_unlocked(std::unique_lock<std::mutex> &Guard) {
  Guard.unlock();
  sleep(1);
  Guard.lock();
}
void helper_ok() {
  std::unique_lock<std::mutex> Guard(Mutex);
  nap_unlocked(Guard);
}

// A helper that takes the lock for the caller.
static void enter() { Mutex.lock(); }
void helper_bad() {
  enter();
  // CHECK: held.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks while 'Mutex' is held in 'helper_bad'
  sleep(1);
  Mutex.unlock();
}

// Taking further locks is not waiting.
std::mutex Other;
void nested_ok() {
  std::lock_guard<std::mutex> First(Mutex);
  std::lock_guard<std::mutex> Second(Other);
}
void nested_bad() {
  std::lock_guard<std::mutex> First(Mutex);
  std::lock_guard<std::mutex> Second(Other);
  // CHECK: held.cpp:[[@LINE+1]]:3: warning: 'sleep' blocks while 'Mutex' and 'Other' are held in 'nested_bad'
  sleep(1);
}

// A disk is often what the lock is there for: of medium precision.
void file_ok(const char *Path) {
  std::lock_guard<std::mutex> Guard(Mutex);
  // STRICT: held.cpp:[[@LINE+1]]:3: warning: 'open' blocks while 'Mutex' is held in 'file_ok'
  open(Path, O_RDONLY);
}

// A coroutine's body runs when it is awaited.
task lazy() {
  sleep(1);
  co_return;
}
void coroutine_ok() {
  std::lock_guard<std::mutex> Guard(Mutex);
  task Started = lazy();
}

void suppressed_ok() {
  std::lock_guard<std::mutex> Guard(Mutex);
  sleep(1); // NOLINT(gridlock-blocking-under-lock)
}
