// Of `if consteval` only what runs is left. Clang 19 lays out no control flow for it and says so.
// REQUIRES: llvm22
// RUN: env MAJORS=22 %S/Inputs/facts %build %s -std=c++23 | %FileCheck %s
int f(int);
constexpr int maybe(int x) { if consteval { return f(9); } else { return f(x); } }
// CHECK-LABEL: function maybe
// CHECK-NOT: call f(9)
// CHECK: call f(param 'x')
int use(int x) { return maybe(x); }
