// Functions that call each other: what is learnt against the order in which
// they are looked at takes a round for each, and rounds are made until nothing
// new is learnt. Very large groups get two.
// RUN: %check_all lock-order %s -- -I%S/../Inputs
#include "mock/sync.h"

namespace small {
std::mutex Outer, Inner, Left;
int Size;
void second(int N);
void third(int N);
void fourth(int N);
void fifth(int N);
void sixth(int N);
void first(int N) {
  if (N == 0) {
    std::lock_guard<std::mutex> Hold(Inner);
    ++Size;
  } else {
    second(N - 1);
  }
}
void second(int N) {
  third(N - 1);
  first(N - 1);
}
void third(int N) {
  fourth(N - 1);
  second(N - 1);
}
void fourth(int N) {
  fifth(N - 1);
  third(N - 1);
}
void fifth(int N) {
  sixth(N - 1);
  fourth(N - 1);
}
void sixth(int N) { fifth(N - 1); }
void down_bad() {
  std::lock_guard<std::mutex> Hold(Outer);
  // CHECK-DAG: recursion.cpp:[[@LINE+1]]:3: warning: locks 'small::Inner' and 'small::Outer' are taken in opposite orders
  sixth(9);
}
void up_bad() {
  std::lock_guard<std::mutex> Hold(Inner);
  std::lock_guard<std::mutex> Then(Outer);
}
void down_ok() {
  std::lock_guard<std::mutex> Hold(Left);
  sixth(9);
}
} // namespace small

namespace large {
std::mutex Outer, Inner;
int Size;
// Some 1500 functions.
template <int N> void step(int Depth) {
  if constexpr (N == 0) {
    std::lock_guard<std::mutex> Hold(Inner);
    ++Size;
  }
  if (Depth == 0)
    return;
  if constexpr (N < 700)
    step<N + 1>(Depth - 1);
  if constexpr (N > 0)
    step<N - 1>(Depth - 1);
}
void near_bad() {
  std::lock_guard<std::mutex> Hold(Outer);
  // CHECK-DAG: recursion.cpp:[[@LINE+1]]:3: warning: locks 'large::Inner' and 'large::Outer' are taken in opposite orders
  step<1>(9);
}
void up_bad() {
  std::lock_guard<std::mutex> Hold(Inner);
  std::lock_guard<std::mutex> Then(Outer);
}
} // namespace large
// CHECK-NOT: _ok
