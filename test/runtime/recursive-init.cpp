// A static variable whose initialisation needs itself, in a program without threads: what the
// C++ runtime does stays, also where the monitor's functions stand in for its own. (It throws;
// compilers take the function for one that doesn't, so that ends the program.)
// RUN: %victim %s -o %t.exe
// RUN: %victim %s -Wl,--whole-archive %monitor_a -Wl,--no-whole-archive -ldl -o %t.static
// RUN: %victim %s -static-libstdc++ -Wl,--whole-archive %monitor_a -Wl,--no-whole-archive -ldl -o %t.runtime
// RUN: rm -rf %t.r; mkdir %t.r
// RUN: for p in %t.exe "%gridlock run --output %t.r -- %t.exe" %t.static %t.runtime; do \
// RUN:   env GRIDLOCK_OPTIONS=dir=%t.r timeout 20 $p > %t.out 2>&1; test $? = 134 || exit 1; %FileCheck %s < %t.out || exit 1; done
// RUN: %gridlock report %t.r --format json --output %t.json; %expect %t.json "findings == []" "summary['processes'] == 3"
// CHECK: recursive_init_error
// CHECK-NEXT: the end
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <typeinfo>

static int valueOf(bool Again) {
  static int Value = Again ? valueOf(true) : 7;
  return Value;
}

int main() {
  std::set_terminate([] {
    try {
      throw;
    } catch (const std::exception &E) {
      std::fprintf(stderr, "%s\nthe end\n", typeid(E).name());
    }
    std::abort();
  });
  valueOf(true);
}
