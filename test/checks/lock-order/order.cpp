// Two locks in opposite orders; guards, manual locking, helpers and what is fine.
// RUN: %check_all lock-order %s -- -I%S/../Inputs
#include "mock/sync.h"

namespace direct {
std::mutex A, B;
void ab_bad() {
  std::lock_guard<std::mutex> First(A);
  // CHECK: order.cpp:[[@LINE+1]]:31: warning: locks 'direct::A' and 'direct::B' are taken in opposite orders: 'direct::ab_bad' takes 'direct::A' then 'direct::B', 'direct::ba_bad' takes 'direct::B' then 'direct::A'; instead: take them in one order everywhere, or at once by std::scoped_lock
  std::lock_guard<std::mutex> Second(B);
  // CHECK: order.cpp:[[@LINE-3]]:31: note: 'direct::ab_bad' takes 'direct::A' here
  // CHECK: order.cpp:[[@LINE-2]]:31: note: 'direct::ab_bad' takes 'direct::B' here while 'direct::A' is held
  // CHECK: order.cpp:[[@LINE+4]]:5: note: 'direct::ba_bad' takes 'direct::B' here
  // CHECK: order.cpp:[[@LINE+4]]:32: note: 'direct::ba_bad' takes 'direct::A' here while 'direct::B' is held
}
void ba_bad() {
  B.lock();
  std::unique_lock<std::mutex> Second(A);
  B.unlock();
}
} // namespace direct

namespace same_order {
std::mutex A, B;
void one_ok() {
  std::lock_guard<std::mutex> First(A);
  std::lock_guard<std::mutex> Second(B);
}
void two_ok() {
  A.lock();
  B.lock();
  B.unlock();
  A.unlock();
}
void disjoint_ok() {
  {
    std::lock_guard<std::mutex> First(B);
  }
  std::lock_guard<std::mutex> Second(A);
}
} // namespace same_order

namespace guards {
std::mutex A, B;
void ab_ok() {
  std::lock_guard<std::mutex> First(A);
  std::lock_guard<std::mutex> Second(B);
}
void unlocked_ok() {
  std::unique_lock<std::mutex> First(B);
  First.unlock();
  std::lock_guard<std::mutex> Second(A);
}
void deferred_ok() {
  std::unique_lock<std::mutex> First(B, std::defer_lock);
  std::lock_guard<std::mutex> Second(A);
}
void moved_ok() {
  std::unique_lock<std::mutex> First(B);
  {
    std::unique_lock<std::mutex> Other(std::move(First));
  }
  std::lock_guard<std::mutex> Second(A);
}
void together_ok() { std::scoped_lock<std::mutex, std::mutex> Both(B, A); }
void adopted_ok() {
  std::lock(B, A);
  std::lock_guard<std::mutex> First(B, std::adopt_lock);
  std::lock_guard<std::mutex> Second(A, std::adopt_lock);
}
void try_ok() {
  std::lock_guard<std::mutex> First(B);
  if (A.try_lock())
    A.unlock();
}
void try_guard_ok() {
  std::lock_guard<std::mutex> First(B);
  std::unique_lock<std::mutex> Second(A, std::try_to_lock);
}
} // namespace guards

namespace gate {
std::mutex Gate, A, B;
void ab_ok() {
  std::lock_guard<std::mutex> Outer(Gate);
  std::lock_guard<std::mutex> First(A);
  std::lock_guard<std::mutex> Second(B);
}
void ba_ok() {
  std::lock_guard<std::mutex> Outer(Gate);
  std::lock_guard<std::mutex> First(B);
  std::lock_guard<std::mutex> Second(A);
}
} // namespace gate

namespace readers {
std::shared_mutex A, B;
void ab_ok() {
  std::shared_lock<std::shared_mutex> First(A);
  std::shared_lock<std::shared_mutex> Second(B);
}
void ba_ok() {
  std::shared_lock<std::shared_mutex> First(B);
  std::shared_lock<std::shared_mutex> Second(A);
}
} // namespace readers

namespace wrapped {
// A mutex and a guard of the program's own, known by their structure only.
class Mutex {
  std::mutex Inner;

public:
  void lock() { Inner.lock(); }
  void unlock() { Inner.unlock(); }
};
class Hold {
  Mutex &Held;

public:
  explicit Hold(Mutex &M) : Held(M) { M.lock(); }
  ~Hold() { Held.unlock(); }
};
Mutex A, B;
void ab_bad() {
  Hold First(A);
  // CHECK: order.cpp:[[@LINE+1]]:8: warning: locks 'wrapped::A.Inner' and 'wrapped::B.Inner' are taken in opposite orders
  Hold Second(B);
}
void ba_bad() {
  Hold First(B);
  Hold Second(A);
}
void after_ok() {
  {
    Hold First(B);
  }
  Hold Second(A);
}
} // namespace wrapped

namespace three {
std::mutex A, B, C;
void ab_bad() {
  std::lock_guard<std::mutex> First(A);
  // CHECK: order.cpp:[[@LINE+1]]:31: warning: locks 'three::A', 'three::B' and 'three::C' are taken in a cycle: 'three::ab_bad' takes 'three::A' then 'three::B', 'three::bc_bad' takes 'three::B' then 'three::C', 'three::ca_bad' takes 'three::C' then 'three::A'
  std::lock_guard<std::mutex> Second(B);
}
void bc_bad() {
  std::lock_guard<std::mutex> First(B);
  std::lock_guard<std::mutex> Second(C);
}
void ca_bad() {
  std::lock_guard<std::mutex> First(C);
  std::lock_guard<std::mutex> Second(A);
}
} // namespace three
