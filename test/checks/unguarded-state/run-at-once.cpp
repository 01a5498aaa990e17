// A lambda that a helper takes as a std::function and runs before it returns has the locks of who
// called the helper; one that is kept to run later has not.
// RUN: %check_all unguarded-state %s
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

static void forEach(const std::vector<int> &keys, const std::function<void(int)> &visit) {
  for (int key : keys)
    visit(key);
}

class Counters {
  std::mutex mutex_;
  std::map<int, int> counts_;
  std::map<int, int> marks_;
  std::vector<std::function<void(int)>> later_;

public:
  void add_ok(const std::vector<int> &keys) {
    std::lock_guard guard(mutex_);
    forEach(keys, [&](int key) { counts_[key] += 1; });
  }
  void put_ok(int key) {
    std::lock_guard guard(mutex_);
    counts_[key] = 1;
  }
  void drop_ok(int key) {
    std::lock_guard guard(mutex_);
    counts_.erase(key);
  }

  void mark_bad(int by) {
    std::lock_guard guard(mutex_);
    // CHECK-DAG: run-at-once.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'Counters::marks_' is written in the lambda in 'Counters::mark_bad' without 'Counters::mutex_'
    later_.push_back([this, by](int key) { marks_[key] = by; });
  }
  void unmark(int key) {
    std::lock_guard guard(mutex_);
    marks_.erase(key);
  }
  void remark(int key) {
    std::lock_guard guard(mutex_);
    marks_[key] = 2;
  }
  void swapMarks(std::map<int, int> &other) {
    std::lock_guard guard(mutex_);
    marks_.swap(other);
  }
  void run_bad() {
    // CHECK-DAG: run-at-once.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'Counters::later_' is read in 'Counters::run_bad' without 'Counters::mutex_'
    for (const auto &callback : later_)
      callback(1);
  }
};

void start(Counters &counters) {
  std::thread adder([&] { counters.add_ok({1, 2}); });
  std::thread marker([&] { counters.run_bad(); });
  adder.join();
  marker.join();
}
