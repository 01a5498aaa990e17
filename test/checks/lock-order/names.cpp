// One lock under several names: of a global or a member, and of the methods of
// the object that it is part of; and what a member refers to.
// RUN: %check_all lock-order %s -- -I%S/../Inputs
#include "mock/sync.h"

struct Log {
  std::mutex Lock;
  void write() { std::lock_guard<std::mutex> Hold(Lock); }
};

namespace global_object {
std::mutex Stats;
struct Cache {
  std::mutex Lock;
  void get() { std::lock_guard<std::mutex> Hold(Lock); }
  void evict_bad() {
    std::lock_guard<std::mutex> Hold(Lock);
    // CHECK-DAG: names.cpp:[[@LINE+1]]:33: warning: locks 'global_object::Stats' and 'global_object::Cache::Lock' are taken in opposite orders
    std::lock_guard<std::mutex> Count(Stats);
  }
};
Cache TheCache, Other;
void report_bad() {
  std::lock_guard<std::mutex> Hold(Stats);
  TheCache.get();
}
} // namespace global_object

// Two globals of one class are two locks.
namespace two_globals {
std::mutex Stats;
struct Cache {
  std::mutex Lock;
  void get() { std::lock_guard<std::mutex> Hold(Lock); }
};
Cache First, Second;
void first_ok() {
  std::lock_guard<std::mutex> Hold(First.Lock);
  std::lock_guard<std::mutex> Count(Stats);
}
void second_ok() {
  std::lock_guard<std::mutex> Hold(Stats);
  Second.get();
}
} // namespace two_globals

namespace member_object {
struct Index;
struct Server {
  std::mutex Lock;
  struct Index {
    std::mutex Rows;
    Server *Owner;
    void drop_bad() {
      std::lock_guard<std::mutex> Hold(Rows);
      // CHECK-DAG: names.cpp:[[@LINE+1]]:14: warning: locks 'member_object::Server::Index::Rows' and 'member_object::Server::Lock' are taken in opposite orders
      Owner->count();
    }
    void add() { std::lock_guard<std::mutex> Hold(Rows); }
  } Inner;
  void count() { std::lock_guard<std::mutex> Hold(Lock); }
  void add_bad() {
    std::lock_guard<std::mutex> Hold(Lock);
    Inner.add();
  }
};
} // namespace member_object

namespace reference_member {
struct Registry {
  std::mutex Lock;
  void remove() { std::lock_guard<std::mutex> Hold(Lock); }
  void sweep_bad(struct Node &N);
};
struct Node {
  std::mutex Own;
  Registry &Home;
  explicit Node(Registry &R) : Home(R) {}
  void touch() { std::lock_guard<std::mutex> Hold(Own); }
  void detach_bad() {
    std::lock_guard<std::mutex> Hold(Own);
    // CHECK-DAG: names.cpp:[[@LINE+1]]:10: warning: locks 'reference_member::Node::Own' and 'reference_member::Registry::Lock' are taken in opposite orders
    Home.remove();
  }
};
void Registry::sweep_bad(Node &N) {
  std::lock_guard<std::mutex> Hold(Lock);
  N.touch();
}
} // namespace reference_member

// Under one lock, whatever it is called.
namespace gate {
std::mutex A, B;
struct Door {
  std::mutex Lock;
  void ab_ok() {
    std::lock_guard<std::mutex> Outer(Lock);
    std::lock_guard<std::mutex> First(A);
    std::lock_guard<std::mutex> Second(B);
  }
} TheDoor;
void ba_ok() {
  std::lock_guard<std::mutex> Outer(TheDoor.Lock);
  std::lock_guard<std::mutex> First(B);
  std::lock_guard<std::mutex> Second(A);
}
} // namespace gate
// CHECK-NOT: _ok
