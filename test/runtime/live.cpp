// A running program tells what it knows on request, without being disturbed: no system call
// of its threads is interrupted.
// RUN: %victim %s -o %t.exe && rm -rf %t.r
// RUN: %victim %s -o %t.linked -Wl,--no-as-needed %build/lib/libgridlock-monitor.so -Wl,-rpath,%build/lib
// RUN: /usr/bin/python3 %S/Inputs/live.py %gridlock %t.r %t.exe %t.linked
#include "loop.h"
#include <cerrno>
#include <cstdio>
#include <mutex>
#include <semaphore.h>
#include <thread>

#define APART [[gnu::noinline]]
static std::mutex Mutex;
static volatile bool Disturbed = false;

APART void holds_bad() { std::lock_guard Guard(Mutex); usleep(20000); }
APART void waits_bad() { std::lock_guard Guard(Mutex); asm(""); }
static sem_t Work;
APART void idles_ok() { sem_wait(&Work); asm(""); }
APART void joins_ok() {
  std::thread Short([] { usleep(60000); });
  Short.join();
}
APART void gives_ok() { sem_post(&Work); asm(""); }
APART void stalls_bad() {
  // Ends when something comes on stdin.
  char Letter;
  if (read(0, &Letter, 1) < 0)
    Disturbed = true;
}

int main() {
  joins_ok();
  std::thread([] {
    for (;;) {
      holds_bad();
      usleep(1000);
    }
  }).detach();
  std::thread([] {
    for (;;)
      waits_bad();
  }).detach();
  // A call that any signal ends early.
  static sem_t Never;
  sem_init(&Never, 0, 0);
  std::thread([] {
    if (sem_wait(&Never) != 0 && errno == EINTR)
      Disturbed = true;
  }).detach();
  sem_init(&Work, 0, 0);
  std::thread([] {
    for (;;)
      idles_ok();
  }).detach();
  std::thread([] {
    for (;;) {
      usleep(20000);
      gives_ok();
    }
  }).detach();
  std::puts("ready");
  std::fflush(stdout);
  runLoop(100000000, [](int Round) {
    usleep(1000);
    if (Round == 300)
      stalls_bad();
    if (Round == 600)
      std::_Exit(Disturbed ? 1 : 0);
  });
}
