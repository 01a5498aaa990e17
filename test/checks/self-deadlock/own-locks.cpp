// Ticket locks, and locks that the program makes of a condition variable.
// RUN: %check_all self-deadlock %s -- -I%S/../Inputs
#include "mock/condition.h"
#include "mock/threads.h"

class TicketLock {
public:
  void lock() {
    const int Mine = __atomic_fetch_add(&Next, 1, __ATOMIC_RELAXED);
    while (__atomic_load_n(&Serving, __ATOMIC_ACQUIRE) != Mine)
      ;
  }
  void unlock() { __atomic_fetch_add(&Serving, 1, __ATOMIC_RELEASE); }

private:
  int Next = 0, Serving = 0;
};

// Waits until it may count: whoever is counted may come again.
class Users {
public:
  void lock() {
    __atomic_fetch_add(&Count, 1, __ATOMIC_RELAXED);
    while (__atomic_load_n(&Closing, __ATOMIC_ACQUIRE))
      ;
  }
  void unlock() { __atomic_fetch_sub(&Count, 1, __ATOMIC_RELEASE); }

private:
  int Count = 0;
  bool Closing = false;
};

class Monitor {
public:
  void lock() {
    std::unique_lock<std::mutex> Hold(Inner);
    Freed.wait(Hold, [this] { return !Taken; });
    Taken = true;
  }
  void unlock() {
    {
      std::lock_guard<std::mutex> Hold(Inner);
      Taken = false;
    }
    Freed.notify_one();
  }

private:
  std::mutex Inner;
  std::condition_variable Freed;
  bool Taken = false;
};

int whoAmI();

// Its owner gets it again.
class OwnedMonitor {
public:
  void lock() {
    std::unique_lock<std::mutex> Hold(Inner);
    if (Depth != 0 && Owner == whoAmI()) {
      ++Depth;
      return;
    }
    while (Depth != 0)
      Freed.wait(Hold);
    Owner = whoAmI();
    Depth = 1;
  }
  void unlock() {
    std::lock_guard<std::mutex> Hold(Inner);
    if (--Depth == 0)
      Freed.notify_one();
  }

private:
  std::mutex Inner;
  std::condition_variable Freed;
  int Owner = 0, Depth = 0;
};

struct World {
  TicketLock Bodies;
  Monitor Joints;
  Users Visitors;
  OwnedMonitor Scripts;
  int Count = 0;

  void spawn() {
    Bodies.lock();
    ++Count;
    Bodies.unlock();
  }
  void explode_bad() {
    std::lock_guard<TicketLock> Hold(Bodies);
    // CHECK: own-locks.cpp:[[@LINE+1]]:5: warning: lock 'World::Bodies' is taken in 'World::spawn' while the same thread holds it already
    spawn();
  }
  void explode_ok() {
    Bodies.lock();
    ++Count;
    Bodies.unlock();
    spawn();
  }
  void join() {
    Joints.lock();
    ++Count;
    Joints.unlock();
  }
  void joinTwo_bad() {
    Joints.lock();
    // CHECK: own-locks.cpp:[[@LINE+1]]:5: warning: lock 'World::Joints' is taken in 'World::join' while the same thread holds it already
    join();
    Joints.unlock();
  }
  void joinTwo_ok() {
    join();
    join();
  }
  void visit() {
    Visitors.lock();
    ++Count;
    Visitors.unlock();
  }
  void visitTwice_ok() {
    Visitors.lock();
    visit();
    Visitors.unlock();
  }
  void script() {
    std::lock_guard<OwnedMonitor> Hold(Scripts);
    ++Count;
  }
  void scriptTwice_ok() {
    std::lock_guard<OwnedMonitor> Hold(Scripts);
    script();
  }
};
// CHECK-NOT: warning: {{.*}}_ok'
