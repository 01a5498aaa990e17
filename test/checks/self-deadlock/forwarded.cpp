// Functions that a library calls at once with what follows them: std::call_once.
// RUN: %check_all gridlock-self-deadlock,gridlock-lock-order %s -- -I%S/../Inputs
#include "mock/sync.h"

namespace std {
struct once_flag {};
template <typename F, typename... A> void call_once(once_flag &, F &&, A &&...);
} // namespace std

std::mutex Table, Journal, Rows, Columns;
std::once_flag Once;
void fill(std::mutex *Of) { std::lock_guard<std::mutex> Hold(*Of); }

void again_bad() {
  std::lock_guard<std::mutex> Hold(Table);
  std::call_once(Once, fill, &Table); // CHECK-DAG: forwarded.cpp:[[@LINE]]:3: warning: lock 'Table' is taken in 'fill' while the same thread holds it already
}
void other_ok() {
  std::lock_guard<std::mutex> Hold(Table);
  std::call_once(Once, fill, &Journal);
}
// Two sides of an order.
void first_bad() {
  std::lock_guard<std::mutex> Hold(Rows);
  std::call_once(Once, fill, &Columns);
}
void second_bad() {
  std::lock_guard<std::mutex> Hold(Columns);
  std::lock_guard<std::mutex> Then(Rows); // CHECK-DAG: forwarded.cpp:{{[0-9]+}}:{{[0-9]+}}: warning: locks 'Columns' and 'Rows' are taken in opposite orders
}

class Cache {
  std::mutex Lock;
  std::once_flag Filled;
  int Size = 0;
  void fill(int By) {
    std::lock_guard<std::mutex> Hold(Lock);
    Size += By;
  }

public:
  void get_bad() {
    std::lock_guard<std::mutex> Hold(Lock);
    std::call_once(Filled, &Cache::fill, this, 1); // CHECK-DAG: forwarded.cpp:[[@LINE]]:5: warning: lock 'Cache::Lock' is taken in 'Cache::fill' while the same thread holds it already
  }
  void get_ok(Cache &Other) {
    std::call_once(Filled, &Cache::fill, this, 1);
    std::lock_guard<std::mutex> Hold(Lock);
    ++Size;
  }
};
// CHECK-NOT: {{in '[A-Za-z:]*_ok'}}
