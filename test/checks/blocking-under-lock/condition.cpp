// A wait on a condition variable gives its own lock back, no other.
// RUN: %check_all blocking-under-lock %s -- -I%S/../Inputs
#include "mock/condition.h"

std::mutex Mutex, Other;
std::condition_variable Condition;
bool Ready;

void own_ok() {
  std::unique_lock<std::mutex> Guard(Mutex);
  while (!Ready)
    Condition.wait(Guard);
}

void second_bad() {
  std::lock_guard<std::mutex> Outer(Other);
  std::unique_lock<std::mutex> Guard(Mutex);
  // CHECK: condition.cpp:[[@LINE+2]]:15: warning: 'std::condition_variable::wait' gives back its own lock only, while 'Other' is held in 'second_bad', so who wants the lock waits as long; instead: release it before the call
  while (!Ready)
    Condition.wait(Guard);
}

// The guard is handed to who waits.
static void wait_ready(std::unique_lock<std::mutex> &Guard) {
  while (!Ready)
    // CHECK: condition.cpp:[[@LINE+1]]:15: warning: 'std::condition_variable::wait' gives back its own lock only, while 'Other' is held: 'handed_bad' reaches it through 1 call
    Condition.wait(Guard);
}
void handed_bad() {
  std::lock_guard<std::mutex> Outer(Other);
  std::unique_lock<std::mutex> Guard(Mutex);
  wait_ready(Guard);
}

static void wait_only_own(std::unique_lock<std::mutex> &Guard) {
  while (!Ready)
    Condition.wait(Guard);
}
static void wait_deeper(std::unique_lock<std::mutex> &Guard) {
  wait_only_own(Guard);
}
void handed_ok() {
  std::unique_lock<std::mutex> Guard(Mutex);
  wait_deeper(Guard);
}

class Queue {
public:
  void pop_ok() {
    std::unique_lock<std::mutex> Guard(Lock);
    while (Empty)
      // CHECK: condition.cpp:[[@LINE+1]]:14: warning: 'std::condition_variable::wait' gives back its own lock only, while 'Other' is held: 'pop_bad' reaches it through 1 call
      Filled.wait(Guard);
  }
  void popLocked_ok() {
    std::unique_lock<std::mutex> Guard(Lock);
    waitFilled(Guard);
  }

private:
  void waitFilled(std::unique_lock<std::mutex> &Guard) {
    while (Empty)
      Filled.wait(Guard);
  }
  std::mutex Lock;
  std::condition_variable Filled;
  bool Empty;
};

void pop_bad(Queue &Jobs) {
  std::lock_guard<std::mutex> Outer(Other);
  Jobs.pop_ok();
}

// A condition variable of the program's own that knows its lock by a pointer.
class OwnMutex {
public:
  void lock() { Inner.lock(); }
  void unlock() { Inner.unlock(); }

private:
  friend class OwnCondition;
  std::mutex Inner;
};
class OwnCondition {
public:
  explicit OwnCondition(OwnMutex *Lock) : Lock(Lock) {}
  void wait() {
    std::unique_lock<std::mutex> Guard(Lock->Inner, std::adopt_lock);
    Waiting.wait(Guard);
    Guard.release();
  }

private:
  std::condition_variable Waiting;
  OwnMutex *Lock;
};
class Store {
public:
  Store() : Idle(&Lock) {}
  void wait_ok() {
    Lock.lock();
    while (Busy)
      Idle.wait();
    Lock.unlock();
  }

private:
  OwnMutex Lock;
  OwnCondition Idle;
  bool Busy = false;
};
