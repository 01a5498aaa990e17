// Helpers that return the lock if a try has got it.
// RUN: %check_all self-deadlock %s -- -I%S/../Inputs
#include "mock/sync.h"

template <typename T> struct Maybe {
  Maybe();
  Maybe(T &&);
  ~Maybe();
  explicit operator bool() const;
  bool has_value() const;
};

class Box {
  std::mutex Lock;
  int Count = 0;

public:
  void push() {
    std::lock_guard<std::mutex> Hold(Lock);
    ++Count;
  }
  std::unique_lock<std::mutex> tryGuard() {
    return std::unique_lock<std::mutex>(Lock, std::try_to_lock);
  }
  Maybe<std::unique_lock<std::mutex>> tryBegin() {
    std::unique_lock<std::mutex> Own(Lock, std::try_to_lock);
    if (!Own.owns_lock())
      return {};
    return std::move(Own);
  }
  void guard_bad() {
    auto Own = tryGuard();
    if (Own.owns_lock())
      // CHECK-DAG: returned.cpp:[[@LINE+1]]:7: warning: lock 'Box::Lock' is taken in 'Box::push' while the same thread holds it already
      push();
  }
  void guard_ok() {
    auto Own = tryGuard();
    if (!Own.owns_lock())
      push();
  }
  void maybe_bad() {
    if (auto Own = tryBegin())
      // CHECK-DAG: returned.cpp:[[@LINE+1]]:7: warning: lock 'Box::Lock' is taken in 'Box::push' while the same thread holds it already
      push();
  }
  void maybe_ok() {
    if (auto Own = tryBegin())
      ++Count;
    else
      push();
  }
  void after_ok() {
    if (auto Own = tryBegin())
      ++Count;
    push();
  }
};
void use(Box &B) {
  B.guard_bad();
  B.maybe_bad();
}
// CHECK-NOT: _ok
