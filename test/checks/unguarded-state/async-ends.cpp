// What std::async runs is over once its future, a member, has been waited for.
// RUN: %check_all unguarded-state %s -- -I%S/../Inputs
#include "mock/sync.h"
#include "mock/threads.h"

// Somebody else's threads.
void beside_ok() {
  std::thread Other([] {});
  Other.detach();
}

class Index {
  std::mutex Lock;
  std::future<int> Built;
  int Rows = 0;

public:
  void start_ok() {
    Built = std::async(std::launch::async, [this] {
      std::lock_guard<std::mutex> Hold(Lock);
      return ++Rows;
    });
  }
  void add_ok(int By) {
    std::lock_guard<std::mutex> Hold(Lock);
    Rows += By;
  }
  int finish_ok() {
    Built.get();
    return Rows;
  }
};
int index_ok() {
  Index I;
  I.start_ok();
  I.add_ok(2);
  return I.finish_ok();
}

class Early {
  std::mutex Lock;
  std::future<int> Built;
  int Rows = 0;

public:
  void start_ok() {
    Built = std::async(std::launch::async, [this] {
      std::lock_guard<std::mutex> Hold(Lock);
      return ++Rows;
    });
  }
  void add_ok(int By) {
    std::lock_guard<std::mutex> Hold(Lock);
    Rows += By;
  }
  int finish_bad() {
    // CHECK: async-ends.cpp:[[@LINE+1]]:19: warning: 'Early::Rows' is read in 'Early::finish_bad' without 'Early::Lock'
    int Sum = 1 + Rows;
    Built.get();
    return Sum;
  }
};
int early_ok() {
  Early E;
  E.start_ok();
  E.add_ok(2);
  return E.finish_bad();
}

// The end of work of its own says nothing of other threads.
class Shared {
  std::mutex Lock;
  int Rows = 0;

public:
  void add_ok(int By) {
    std::lock_guard<std::mutex> Hold(Lock);
    Rows += By;
  }
  void drop_ok(int By) {
    std::lock_guard<std::mutex> Hold(Lock);
    Rows -= By;
  }
  int sum_bad() {
    std::future<int> Part = std::async(std::launch::async, [] { return 1; });
    Part.get();
    // CHECK: async-ends.cpp:[[@LINE+1]]:12: warning: 'Shared::Rows' is read in 'Shared::sum_bad' without 'Shared::Lock'
    return Rows;
  }
};
void shared_ok(Shared *S) {
  std::thread Adds([S] { S->add_ok(1); });
  S->drop_ok(1);
  S->sum_bad();
  Adds.join();
}
