// Clang leaves out .debug_aranges: lines and inlined functions are found without it.
// RUN: %clang -std=c++20 -g -O1 -I%S/Inputs %s -o %t.exe
// RUN: %gridlock run --output %t.records -- %t.exe
// RUN: %gridlock report %t.records --format json --output %t.json
// RUN: %expect %t.json "[f['function'] for f in findings] == ['slow_bad']" \
// RUN:   "findings[0]['file'].endswith('clang-lines.cpp')" \
// RUN:   "findings[0]['line'] == 12" \
// RUN:   "stack(findings[0])[:2] == ['slow_bad', 'calls_it']"
#include "loop.h"

static inline void slow_bad() {
  usleep(150000);
  asm("");
}
[[gnu::noinline]] void calls_it() { slow_bad(); asm(""); }
[[gnu::noinline]] void quick_ok() { usleep(100); asm(""); }

int main() {
  runLoop(20, [](int I) { I == 10 ? calls_it() : quick_ok(); });
}
