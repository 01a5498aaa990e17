// What is called in a function's last instruction is jumped to, so that the function is on no
// stack: it is named all the same, in the first line as well as among those that hold a lock.
// Also where it's linked with the monitor, and by Clang; through another one that stays.
// RUN: %victim -O2 %s -o %t.gcc && rm -rf %t.r && %gridlock run --output %t.r -- %t.gcc
// RUN: %gridlock report %t.r --format json --output %t.gcc.json
// RUN: %clang -std=c++20 -g -O2 -pthread -I%S/Inputs %s -o %t.clang && rm -rf %t.r && %gridlock run --output %t.r -- %t.clang
// RUN: %gridlock report %t.r --format json --output %t.clang.json
// RUN: %victim -O2 %s -o %t.linked -Wl,--whole-archive %build/lib/libgridlock-monitor.a -Wl,--no-whole-archive
// RUN: rm -rf %t.r && env GRIDLOCK_OPTIONS=dir=%t.r:verbosity=0 %t.linked
// RUN: %gridlock report %t.r --format json --output %t.linked.json
// RUN: for w in gcc clang linked; do %expect %t.$w.json \
// RUN:   "{f['function'] for f in by['gridlock-blocking-in-callback']} == {'sleeps_bad', 'waits_bad'}" \
// RUN:   "all(f['file'].endswith('tail-calls.cpp') and f['line'] for f in findings)" \
// RUN:   "all('called from stays' in str(f['notes']) for f in by['gridlock-blocking-in-callback'] if f['function'] == 'sleeps_bad')" \
// RUN:   "{h['function'] for l in locks for h in l['holders']} <= {'holds_bad', 'waits_bad'}" \
// RUN:   "'_ok' not in str([f['notes'] for f in findings])" || exit 1; done
#include "loop.h"

#include <atomic>
#include <pthread.h>
#include <thread>

#define APART [[gnu::noinline]]
static pthread_mutex_t Mutex = PTHREAD_MUTEX_INITIALIZER;
static std::atomic<int> Begun{0};
static void (*volatile Indirect)();

APART int sleeps_bad(unsigned Us) { return usleep(Us); }
APART void stays() { sleeps_bad(150000); asm(""); }
APART void holds_bad() {
  pthread_mutex_lock(&Mutex);
  ++Begun;
  usleep(150000);
  pthread_mutex_unlock(&Mutex);
}
APART void waits_bad() {
  pthread_mutex_lock(&Mutex);
  asm("");
  pthread_mutex_unlock(&Mutex);
}
// Has returned when its neighbour blocks: is on no stack.
APART void returns_ok() { usleep(10); asm(""); }
APART void quick_ok() { usleep(10); }

int main() {
  Indirect = quick_ok;
  runLoop(30, [](int I) {
    returns_ok();
    if (I == 10)
      stays();
    else if (I == 20) {
      std::thread Other([] { holds_bad(); asm(""); });
      while (!Begun)
        quick_ok();
      waits_bad();
      Other.join();
    } else
      Indirect();
  });
}
