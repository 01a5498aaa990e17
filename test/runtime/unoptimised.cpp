// Without optimisation the standard library's wrappers are functions of their own: what
// several callers do through one of them is still told apart.
// RUN: %cxx -std=c++20 -g -O0 -pthread -I%S/Inputs %s -o %t.exe
// RUN: %gridlock run --output %t.records -- %t.exe
// RUN: %gridlock report %t.records --format json --output %t.json
// RUN: %expect %t.json \
// RUN:   "sorted(f['function'] for f in by['gridlock-blocking-in-callback']) == ['one_sleeps_bad', 'other_sleeps_bad']" \
// RUN:   "all(f['count'] == 1 for f in by['gridlock-blocking-in-callback'])" \
// RUN:   "{w['function']: w['count'] for w in locks[0]['waiters']} == {'one_waits_bad': 3, 'other_waits_bad': 3}" \
// RUN:   "held('holds_long')['p50_ns'] > held('holds_short')['p50_ns'] and held('holds_short')['max_ns'] >= 10 * ms" \
// RUN:   "held('holds_short')['line'] == held('holds_long')['line'] - 1 and held('holds_short')['samples'] == held('holds_long')['samples'] == 3" \
// RUN:   "holder('holds_long')['count'] == 3 and holder('holds_long')['looked'] == 3"
#include "loop.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

using std::chrono::milliseconds;
static std::mutex Mutex;
static std::atomic<bool> Held;

static void holds_short() { std::lock_guard Guard(Mutex); Held = true; usleep(10000); }
static void holds_long() { std::lock_guard Guard(Mutex); Held = true; usleep(30000); }
static void one_waits_bad() { std::lock_guard Guard(Mutex); }
static void other_waits_bad() { std::lock_guard Guard(Mutex); }
static void one_sleeps_bad() { std::this_thread::sleep_for(milliseconds(120)); }
static void other_sleeps_bad() { std::this_thread::sleep_for(milliseconds(140)); }

static void meet(void (*Holds)(), void (*Waits)()) {
  Held = false;
  std::thread Holder(Holds);
  while (!Held)
    usleep(100);
  Waits();
  Holder.join();
}

int main() {
  for (int I = 0; I < 3; ++I) {
    meet(holds_short, one_waits_bad);
    meet(holds_long, other_waits_bad);
  }
  runLoop(20, [](int I) {
    if (I == 8)
      one_sleeps_bad();
    if (I == 12)
      other_sleeps_bad();
  });
}
