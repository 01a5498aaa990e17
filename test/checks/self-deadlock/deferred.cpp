// Objects that run a callable when they end, and that give a lock back by it; what a guard has given up.
// RUN: %check_all self-deadlock %s
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

template <class Callable> struct Defer {
  Callable run;
  ~Defer() { run(); }
};
template <class Callable> Defer(Callable) -> Defer<Callable>;

class Cleanup {
  std::function<void()> run_;

public:
  explicit Cleanup(std::function<void()> run) : run_(std::move(run)) {}
  ~Cleanup() {
    if (run_)
      run_();
  }
};

template <class Callable> class Final {
  Callable run_;
  bool on_ = true;

public:
  explicit Final(Callable run) : run_(std::move(run)) {}
  Final(Final &&other) : run_(std::move(other.run_)), on_(std::exchange(other.on_, false)) {}
  ~Final() {
    if (on_)
      run_();
  }
};
template <class Callable> Final<Callable> finally(Callable run) { return Final<Callable>(std::move(run)); }

template <class Callable> class Revocable {
  Callable run_;
  bool on_ = true;

public:
  explicit Revocable(Callable run) : run_(std::move(run)) {}
  ~Revocable() {
    if (on_)
      run_();
  }
  void dismiss() { on_ = false; }
};

class Table {
  std::mutex mutex_;
  int size_ = 0;

public:
  void put(int n) {
    std::lock_guard guard(mutex_);
    size_ = n;
  }
  int aggregate() {
    mutex_.lock();
    Defer unlock{[&] { mutex_.unlock(); }};
    if (size_ == 0)
      return -1;
    return size_;
  }
  int erased() {
    mutex_.lock();
    Cleanup unlock([&] { mutex_.unlock(); });
    return size_;
  }
  int made() {
    mutex_.lock();
    auto unlock = finally([this] { mutex_.unlock(); });
    return size_;
  }
  int shared() {
    mutex_.lock();
    std::shared_ptr<void> unlock(nullptr, [this](void *) { mutex_.unlock(); });
    return size_;
  }
  int bump_ok() {
    int sum = aggregate() + erased() + made() + shared();
    put(sum);
    return sum + aggregate() + erased() + made() + shared();
  }

  // Still held while the object lives.
  void inside_bad() {
    mutex_.lock();
    Defer unlock{[&] { mutex_.unlock(); }};
    // CHECK-DAG: deferred.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: lock 'Table::mutex_' is taken in 'Table::put' while the same thread holds it already
    put(1);
  }
  // A lambda alone runs nothing when it ends.
  void lambda_bad() {
    mutex_.lock();
    {
      auto unlock = [&] { mutex_.unlock(); };
      (void)unlock;
    }
    // CHECK-DAG: deferred.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: lock 'Table::mutex_' is taken in 'Table::put' while the same thread holds it already
    put(2);
    mutex_.unlock();
  }
  void dismissed_bad() {
    mutex_.lock();
    {
      Revocable unlock([this] { mutex_.unlock(); });
      unlock.dismiss();
    }
    // CHECK-DAG: deferred.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: lock 'Table::mutex_' is taken in 'Table::put' while the same thread holds it already
    put(6);
    mutex_.unlock();
  }
  void kept_ok() {
    mutex_.lock();
    {
      Revocable unlock([this] { mutex_.unlock(); });
    }
    put(7);
  }
  // What release() returns is the lock.
  void released_ok() {
    std::unique_lock guard(mutex_);
    guard.release()->unlock();
    put(4);
  }
  void released_bad() {
    std::unique_lock guard(mutex_);
    std::mutex *mutex = guard.release();
    // CHECK-DAG: deferred.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: lock 'Table::mutex_' is taken in 'Table::put' while the same thread holds it already
    put(5);
    mutex->unlock();
  }
  // Another lock's.
  void other_bad(std::mutex &other) {
    mutex_.lock();
    {
      Defer unlock{[&] { other.unlock(); }};
    }
    // CHECK-DAG: deferred.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: lock 'Table::mutex_' is taken in 'Table::put' while the same thread holds it already
    put(3);
    mutex_.unlock();
  }
};

struct Page {
  std::mutex mutex;
  int bytes = 0;
};
struct Unlocker {
  void operator()(Page *page) const { page->mutex.unlock(); }
};
using LockedPage = std::unique_ptr<Page, Unlocker>;
using AnyLockedPage = std::unique_ptr<Page, std::function<void(Page *)>>;

static LockedPage checkOut(Page &page) {
  page.mutex.lock();
  return LockedPage(&page);
}
static AnyLockedPage checkOutAny(Page &page) {
  page.mutex.lock();
  return AnyLockedPage(&page, [](Page *p) { p->mutex.unlock(); });
}
static int bytes(Page &page) {
  auto locked = checkOut(page);
  return locked->bytes;
}
static int anyBytes(Page &page) {
  auto locked = checkOutAny(page);
  return locked->bytes;
}
int twice_ok(Page &page) { return bytes(page) + anyBytes(page) + bytes(page) + anyBytes(page); }
int nested_bad(Page &page) {
  auto locked = checkOut(page);
  // CHECK-DAG: deferred.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: lock 'Page::mutex' is taken in 'checkOut' while the same thread holds it already
  return locked->bytes + bytes(page);
}
int reset_ok(Page &page) {
  auto locked = checkOut(page);
  locked.reset();
  return bytes(page);
}
