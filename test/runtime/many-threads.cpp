// Ten thousand threads at once, each with a lock it must wait for: all come through, the
// report is small and the process's own limits are not touched.
// RUN: %victim %s -o %t.exe
// RUN: %gridlock run --output %t.records -- %t.exe > %t.out
// RUN: %FileCheck %s < %t.out
// CHECK: 10000 at once, 20000 through
// RUN: %gridlock report %t.records --format json --output %t.json
// RUN: %expect %t.json "[l['waiters'][0]['function'] for l in locks] == ['all_wait_bad']" \
// RUN:   "locks[0]['count'] >= 1000" "'own_ok' not in str(locks)" "loops == []" \
// RUN:   "set(by) <= {'gridlock-lock-contention'}"
#include <atomic>
#include <cstdio>
#include <mutex>
#include <pthread.h>
#include <semaphore>
#include <unistd.h>
#include <vector>

static std::mutex Shared;
static std::atomic<int> Started{0};
static int Through = 0;

[[gnu::noinline]] void all_wait_bad() {
  std::lock_guard Guard(Shared);
  ++Through;
}
[[gnu::noinline]] void own_ok() {
  std::mutex Own;
  std::lock_guard Guard(Own);
  asm("");
}
static void *run(void *) {
  ++Started;
  all_wait_bad();
  own_ok();
  return nullptr;
}

int main() {
  pthread_attr_t Small;
  pthread_attr_init(&Small);
  pthread_attr_setstacksize(&Small, 64 * 1024);
  int Most = 0;
  for (int Round = 0; Round < 2; ++Round) { // the second reuses what the first left
    Started = 0;
    std::vector<pthread_t> Threads(10000);
    {
      std::lock_guard Guard(Shared);
      for (pthread_t &T : Threads)
        if (pthread_create(&T, &Small, run, nullptr) != 0)
          return 1;
      while (Started != 10000)
        usleep(1000);
      Most = Started;
      usleep(20000);
    }
    for (pthread_t T : Threads)
      pthread_join(T, nullptr);
  }
  std::printf("%d at once, %d through\n", Most, Through);
}
