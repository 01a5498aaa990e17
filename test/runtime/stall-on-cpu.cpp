// A callback that computes for long is found with the function that computes; its time
// is spent in code that no interposer sees.
// RUN: %three_ways %s
// RUN: for w in preloaded shared static; do %expect %t.$w.json \
// RUN:   "len(findings) == 1" \
// RUN:   "findings[0]['rule'] == 'gridlock-loop-stall'" \
// RUN:   "findings[0]['function'] == 'spin' and findings[0]['operation'] == 'on-cpu'" \
// RUN:   "'spins_bad' in stack(findings[0])" \
// RUN:   "findings[0]['count'] == 1 and findings[0]['worst_ns'] >= 290 * ms" \
// RUN:   "stack(findings[0])[-1] == 'main'" \
// RUN:   "not findings[0]['unfinished']" || exit 1; done
#include "loop.h"

#include <chrono>

static volatile unsigned long Sink;

[[gnu::always_inline]] inline void spin(int Ms) {
  auto End = std::chrono::steady_clock::now() + std::chrono::milliseconds(Ms);
  while (std::chrono::steady_clock::now() < End)
    for (int I = 0; I < 1000; ++I)
      Sink = Sink + 1;
}
[[gnu::noinline]] void spins_bad() { spin(300); asm(""); }
[[gnu::noinline]] void spins_ok() { spin(2); asm(""); }

int main() {
  runLoop(30, [](int I) { I == 12 ? spins_bad() : spins_ok(); });
}
