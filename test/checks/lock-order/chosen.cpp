// A lock that a condition chooses: each of the two may be taken there.
// RUN: %check_all gridlock-lock-order,gridlock-self-deadlock %s -- -I%S/../Inputs
#include "mock/sync.h"

namespace taken {
std::mutex Rows, Columns, Journal;
int Size;
void write_bad(bool ByRow) {
  std::lock_guard<std::mutex> Hold(Journal);
  std::lock_guard<std::mutex> One(ByRow ? Rows : Columns);
  ++Size;
}
void rotate_bad() {
  std::lock_guard<std::mutex> Hold(Rows);
  // CHECK-DAG: chosen.cpp:[[@LINE+1]]:31: warning: locks 'taken::Rows' and 'taken::Journal' are taken in opposite orders
  std::lock_guard<std::mutex> Then(Journal);
}
} // namespace taken

namespace ordered {
struct Account {
  std::mutex Lock;
  int Money = 0;
};
// Which of the two comes first is told by their addresses.
void transfer_ok(Account &From, Account &To) {
  std::lock_guard<std::mutex> First(&From < &To ? From.Lock : To.Lock);
  std::lock_guard<std::mutex> Second(&From < &To ? To.Lock : From.Lock);
  --From.Money;
  ++To.Money;
}
} // namespace ordered

namespace released {
std::mutex Rows, Columns, Journal;
int Size;
void write_ok(bool ByRow) {
  { std::lock_guard<std::mutex> Hold(Journal); }
  std::lock_guard<std::mutex> One(ByRow ? Rows : Columns);
  ++Size;
}
void rotate_ok() {
  std::lock_guard<std::mutex> Hold(Rows);
  std::lock_guard<std::mutex> Then(Journal);
}
} // namespace released

// What follows is done with either of the two.
namespace held {
std::mutex Left, Right, Log, Quiet;
int Size;
void write_bad(bool IsLeft) {
  std::lock_guard<std::mutex> One(IsLeft ? Left : Right);
  std::lock_guard<std::mutex> Then(Log);
  ++Size;
}
void rotate_bad() {
  std::lock_guard<std::mutex> Hold(Log);
  std::lock_guard<std::mutex> Then(Right); // CHECK-DAG: chosen.cpp:[[@LINE]]:31: warning: locks 'held::Log' and 'held::Right' are taken in opposite orders
}
void after_ok(bool IsLeft) {
  { std::lock_guard<std::mutex> One(IsLeft ? Left : Right); }
  std::lock_guard<std::mutex> Then(Quiet);
}
void before_ok() {
  std::lock_guard<std::mutex> Hold(Quiet);
  std::lock_guard<std::mutex> Then(Left);
}
} // namespace held

// CHECK-NOT: _ok
