// The last callback before a loop is left for good is over when its thread or the program ends:
// it counts as an iteration, and its stall is told with its length and how much of it was off the CPU;
// what follows is none, also if that still goes on. One that another thread is in when the program
// ends is not over.
// RUN: %three_ways %s
// RUN: for w in preloaded shared static; do %expect %t.$w.json \
// RUN:   "sorted((f['function'], f['unfinished']) for f in findings) == \
// RUN:      [('endless_bad', True), ('lastOfLiving_bad', False), ('lastOfMain_bad', False), ('lastOfThread_bad', False), ('unseen_bad', False)]" \
// RUN:   "named('unseen_bad')['off_cpu_percent'] >= 90" \
// RUN:   "all(150 * ms <= f['worst_ns'] < 1400 * ms for f in findings if f['function'] != 'endless_bad')" \
// RUN:   "sorted((l['stalls'], l['iterations'], l['max_ns'] >= 150 * ms) for l in loops) == [(0, 7, False)] + [(1, 8, True)] * 4" || exit 1; done
#include "loop.h"
#include <atomic>
#include <chrono>
#include <ctime>
#include <sys/syscall.h>
#include <thread>

#define APART [[gnu::noinline]]
static std::atomic<bool> Begun{false};
APART void lastOfThread_bad() {
  for (const auto Until = std::chrono::steady_clock::now() + std::chrono::milliseconds(200);
       std::chrono::steady_clock::now() < Until;)
    asm("");
}
// Not through libc: its call isn't counted by itself.
APART void unseen_bad() {
  timespec Time{0, 200000000};
  long Number = SYS_nanosleep;
  asm volatile("syscall" : "+a"(Number) : "D"(&Time), "S"(nullptr) : "rcx", "r11", "memory");
}
APART void lastOfLiving_bad() {
  for (const auto Until = std::chrono::steady_clock::now() + std::chrono::milliseconds(200);
       std::chrono::steady_clock::now() < Until;)
    asm("");
}
APART void lives_ok() { usleep(60000000); asm(""); }
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
  std::thread([] {
    runLoop(10, [](int Round) {
      if (Round == 9)
        lastOfLiving_bad();
    });
    lives_ok();
  }).detach();
  std::thread([] {
    runLoop(10, [](int Round) {
      if (Round == 9)
        unseen_bad();
    });
  }).join();
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
