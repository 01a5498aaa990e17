// What never runs leaves no call: unevaluated operands, constant evaluation, discarded branches.
// RUN: %S/Inputs/facts %build %s -std=c++23 | %FileCheck %s
#include <typeinfo>
int f(int);
struct plain { int n(); };
struct dynamic { virtual ~dynamic(); };
dynamic &g(int);
// CHECK-LABEL: function operands
// CHECK-NOT: call
// CHECK: call f(1)
// CHECK-NOT: call
// CHECK: call g(2)
// CHECK-NOT: call
// CHECK: exit
template <class T> concept has_n = requires(T t) { t.n(); f(9); };
void operands() {
  using t = decltype(f(9));
  int a = sizeof(f(9)) + alignof(decltype(f(9)));
  bool b = noexcept(f(9)) || requires { f(9); } || has_n<plain>;
  (void)typeid(f(9));
  static_assert(!noexcept(f(9)));
  f(1);
  (void)typeid(g(2));
}
consteval int now(int x) { return x; }
constexpr int pure(int x) { return x + 1; }
// CHECK-LABEL: function constants
// CHECK: construct local 'a' = 1
// CHECK-NEXT: construct local 'b' = 3
// CHECK-NEXT: call pure(param 'n')
// CHECK: if eq param 'n', 5
// CHECK-NOT: call now
// CHECK: exit
int constants(int n) {
  int a = now(1);
  constexpr int b = pure(2);
  int c = pure(n);
  static constinit int d = pure(3);
  int array[pure(4)];
  switch (n) {
  case pure(4):
    return 1;
  }
  return a + b + c + d;
}
template <bool Q> void chosen() {
  if constexpr (Q)
    f(1);
  else
    f(2);
}
// CHECK-LABEL: function chosen template-instance
// CHECK-NOT: call f(2)
// CHECK: call f(1)
// CHECK-NOT: call f(2)
// CHECK-LABEL: function uses
// CHECK: call chosen()
void uses() {
  chosen<true>();
  if constexpr (sizeof(int) == 1)
    f(2);
}
