// What a function writes that std::call_once runs is written once, and who
// passes by it has waited for that.
// RUN: %check_all unguarded-state %s -- -std=c++20
#include <functional>
#include <mutex>
#include <thread>

static std::mutex lock;
static std::once_flag once;
static struct Config {
  int retry, workers;
} now;

static void load() { now.workers = 4; }
static void defaults_ok() {
  now.retry = 50;
  load();
}
Config get() {
  std::call_once(once, defaults_ok);
  std::lock_guard guard(lock);
  return now;
}
void set(const Config &c) {
  get();
  std::lock_guard guard(lock);
  now = c;
  now.retry++;
}
// CHECK-DAG: once.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'now.retry' is written in 'reset_bad' without 'lock'
void reset_bad() { now.retry = 0; }

class Pool {
public:
  void add(int n) {
    std::call_once(made_, [this] { size_ = 8; });
    std::lock_guard guard(mutex_);
    size_ += n;
  }
  void remove(int n) {
    std::lock_guard guard(mutex_);
    size_ -= n;
  }
  // CHECK-DAG: once.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'Pool::size_' is written in 'Pool::grow_bad' without 'Pool::mutex_'
  void grow_bad() { size_ *= 2; }

private:
  std::mutex mutex_;
  std::once_flag made_;
  int size_ = 0;
};

int main() {
  Pool pool;
  std::thread other([&] {
    set(get());
    reset_bad();
    pool.add(1);
    pool.grow_bad();
  });
  set({1, 2});
  pool.remove(1);
  pool.grow_bad();
  other.join();
}
