// Algorithms that hand the elements of a list of callbacks to a lambda.
// RUN: %check_all callback-under-lock %s --
#include <algorithm>
#include <functional>
#include <mutex>
#include <vector>

class Source {
  std::mutex Lock;
  std::vector<std::function<void()>> Callbacks;
  std::vector<std::function<void()>> Tasks;

public:
  void add(std::function<void()> F) {
    std::lock_guard<std::mutex> Hold(Lock);
    Callbacks.push_back(std::move(F));
  }
  void loop_bad() {
    std::lock_guard<std::mutex> Hold(Lock);
    for (auto &F : Callbacks)
      F(); // CHECK-DAG: algorithms.cpp:[[@LINE]]:7: warning: a callback of list 'Source::Callbacks' is invoked in 'Source::loop_bad' while lock 'Source::Lock' is held
  }
  void each_bad() {
    std::lock_guard<std::mutex> Hold(Lock);
    std::for_each(Callbacks.begin(), Callbacks.end(), [](auto &F) {
      F(); // CHECK-DAG: algorithms.cpp:[[@LINE]]:7: warning: callback 'F' is invoked in the lambda in 'Source::each_bad' while lock 'Source::Lock' is held
    });
  }
  void ranges_bad() {
    std::lock_guard<std::mutex> Hold(Lock);
    std::ranges::for_each(Callbacks, [](std::function<void()> &F) {
      F(); // CHECK-DAG: algorithms.cpp:[[@LINE]]:7: warning: callback 'F' is invoked in the lambda in 'Source::ranges_bad' while lock 'Source::Lock' is held
    });
  }
  void each_ok() {
    std::vector<std::function<void()>> Copy;
    {
      std::lock_guard<std::mutex> Hold(Lock);
      Copy = Callbacks;
    }
    std::for_each(Copy.begin(), Copy.end(), [](auto &F) { F(); });
  }
  // Nobody else puts anything there.
  void own_ok() {
    std::lock_guard<std::mutex> Hold(Lock);
    Tasks.push_back([] {});
    std::for_each(Tasks.begin(), Tasks.end(), [](auto &F) { F(); });
  }
};
