// What the constant that is handed to a function chooses: a guard that takes
// its lock or tries.
// RUN: %check_all self-deadlock %s -- -std=c++20
#include <mutex>

class Guard {
public:
  explicit Guard(std::mutex &m, bool tries = false) : m_(m), own_(true) {
    if (tries)
      own_ = m.try_lock();
    else
      m.lock();
  }
  ~Guard() {
    if (own_)
      m_.unlock();
  }
  explicit operator bool() const { return own_; }

private:
  std::mutex &m_;
  bool own_;
};
class Pool {
public:
  void add(int k) {
    Guard guard(mutex_);
    n_ += k;
  }
  void twice_bad(int k) {
    Guard guard(mutex_);
    // CHECK-DAG: chosen.cpp:[[@LINE+1]]:5: warning: lock 'Pool::mutex_' is taken in 'Guard::Guard' while the same thread holds it already
    add(k);
  }
  void tried_bad(int k) {
    Guard guard(mutex_, true);
    if (guard)
      // CHECK-DAG: chosen.cpp:[[@LINE+1]]:7: warning: lock 'Pool::mutex_' is taken in 'Guard::Guard' while the same thread holds it already
      add(k);
  }
  void tried_ok(int k) {
    Guard guard(mutex_, true);
    if (!guard)
      add(k);
  }

private:
  std::mutex mutex_;
  int n_ = 0;
};
