// Guards of the program's own that try: a member keeps what the try said, or a
// standard guard below does, and an operator tells.
// RUN: %check_all unguarded-state %s -- -std=c++20
#include <map>
#include <memory>
#include <mutex>

class TryGuard {
public:
  explicit TryGuard(std::mutex &m) : m_(m), own_(m.try_lock()) {}
  ~TryGuard() {
    if (own_)
      m_.unlock();
  }
  explicit operator bool() const { return own_; }

private:
  std::mutex &m_;
  bool own_;
};
class Counter {
public:
  void push(int v) {
    std::lock_guard guard(mutex_);
    n_ += v;
  }
  void pop(int v) {
    std::lock_guard guard(mutex_);
    n_ -= v;
  }
  int best_ok() {
    TryGuard guard(mutex_);
    if (!guard || n_ < 0)
      return -1;
    return n_;
  }

private:
  std::mutex mutex_;
  int n_ = 0;
};

template <typename M> class UniqueLock : public std::unique_lock<M> {
  using Base = std::unique_lock<M>;
  bool tryEnter() {
    if (Base::try_lock())
      return true;
    return false;
  }

public:
  explicit UniqueLock(M &m) : Base(m, std::defer_lock) { Base::lock(); }
  UniqueLock(std::try_to_lock_t, M &m) : Base(m, std::defer_lock) {
    tryEnter();
  }
  operator bool() { return Base::owns_lock(); }
};
struct Peer {
  std::mutex lock;
  int n = 0;
  bool paused = false;
};
class Pool {
public:
  void add(Peer &p, int k) {
    UniqueLock<std::mutex> guard(p.lock);
    p.n += k;
    p.paused = true;
  }
  void remove(Peer &p, int k) {
    UniqueLock<std::mutex> guard(p.lock);
    p.n -= k;
    p.paused = false;
  }
  int best_ok() {
    int best = -1;
    for (auto &[id, p] : peers_) {
      UniqueLock<std::mutex> guard(std::try_to_lock, p->lock);
      if (!guard || p->paused)
        continue;
      if (p->n > best)
        best = p->n;
    }
    return best;
  }
  int one_bad(Peer &p) {
    UniqueLock<std::mutex> guard(std::try_to_lock, p.lock);
    if (guard)
      return 0;
    // CHECK-DAG: own-guards.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'Peer::n' is read in 'Pool::one_bad' without 'Peer::lock'
    return p.n;
  }

private:
  std::map<int, std::shared_ptr<Peer>> peers_;
};
