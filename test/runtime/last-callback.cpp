// The last callback before a loop is left for good is over when its thread or the program ends:
// it counts as an iteration, and its stall is told with its length; what follows is none. One that
// another thread is in when the program ends is not over.
// RUN: %three_ways %s
// RUN: for w in preloaded shared static; do %expect %t.$w.json \
// RUN:   "sorted((f['function'], f['unfinished']) for f in findings) == [('endless_bad', True), ('lastOfMain_bad', False), ('lastOfThread_bad', False)]" \
// RUN:   "all(150 * ms <= f['worst_ns'] < 1400 * ms for f in findings if f['function'] != 'endless_bad')" \
// RUN:   "sorted((l['stalls'], l['iterations'], l['max_ns'] >= 150 * ms) for l in loops) == [(0, 7, False), (1, 8, True), (1, 8, True)]" || exit 1; done
#include "loop.h"
#include <atomic>
#include <chrono>
#include <thread>

#define APART [[gnu::noinline]]
static std::atomic<bool> Begun{false};
APART void lastOfThread_bad() {
  for (const auto Until = std::chrono::steady_clock::now() + std::chrono::milliseconds(200);
       std::chrono::steady_clock::now() < Until;)
    asm("");
}
APART void afterLoop_ok() { usleep(1400000); asm(""); }
APART void lastOfMain_bad() { usleep(200000); asm(""); }
APART void endless_bad() { Begun = true; usleep(60000000); asm(""); }

int main() {
  std::thread([] {
    runLoop(10, [](int Round) {
      if (Round == 9)
        endless_bad();
    });
  }).detach();
  while (!Begun)
    usleep(1000);
  std::thread Other([] {
    runLoop(10, [](int Round) {
      if (Round == 9)
        lastOfThread_bad();
    });
    afterLoop_ok();
  });
  runLoop(10, [](int Round) {
    if (Round == 9)
      lastOfMain_bad();
  });
  Other.join();
}
