// A member that has its lock beside it, in a class that is a part of another: the lock has two names.
// RUN: %check_all unguarded-state %s -- -std=c++20
#include <mutex>
struct Metrics {
  std::mutex Lock;
  int Count = 0;
  void bump_ok() {
    std::lock_guard G(Lock);
    ++Count;
  }
  int get_ok() {
    std::lock_guard G(Lock);
    return Count;
  }
};
struct Store {
  Metrics Own, Other;
  Metrics &metrics() { return Own; }
};
int direct_ok(Store &S) {
  std::lock_guard G(S.Own.Lock);
  return S.Own.Count;
}
int accessor_ok(Store &S) {
  std::lock_guard G(S.metrics().Lock);
  return S.metrics().Count;
}
int reference_ok(Store &S) {
  Metrics &M = S.metrics();
  std::lock_guard G(M.Lock);
  return M.Count;
}
int other_bad(Store &S) {
  std::lock_guard G(S.Other.Lock);
  // CHECK: part-of-object.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'Metrics::Count' is read in 'other_bad'
  return S.Own.Count;
}
int accessor_bad(Store &S) {
  // CHECK: part-of-object.cpp:[[@LINE+1]]:{{[0-9]+}}: warning: 'Metrics::Count' is read in 'accessor_bad' without 'Metrics::Lock'
  return S.metrics().Count;
}
// CHECK-NOT: warning: {{.*}}_ok'
