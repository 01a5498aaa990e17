// A contended lock is reported with both sides: who waited how long, who held it. A lock
// that is never contended is not.
// RUN: %three_ways %s
// RUN: for w in preloaded shared static; do %expect %t.$w.json \
// RUN:   "len(locks) == 1" \
// RUN:   "locks[0]['count'] >= 5 and locks[0]['total_ns'] >= 50 * ms" \
// RUN:   "locks[0]['waiters'][0]['function'] == 'waits_bad'" \
// RUN:   "'holds_bad' in [h['function'] for h in locks[0]['holders']]" \
// RUN:   "'waits_bad' in [f['function'] for f in by['gridlock-lock-contention']]" \
// RUN:   "any('held by holds_bad' in n['message'] for n in by['gridlock-lock-contention'][0]['notes'])" \
// RUN:   "locks[0]['waiters'][0]['total_ns'] >= 50 * ms" \
// RUN:   "'alone_ok' not in str(locks)" || exit 1; %FileCheck %s < %t.$w.txt || exit 1; done
// Both sides, in text:
// CHECK: contention.cpp:{{[0-9]+}}: warning: threads waited here for a lock (std-sync/std::mutex::lock) {{[0-9]+}} times, worst {{.*}} in all [gridlock-lock-contention]
// CHECK: while it was held by holds_bad, which made others wait {{[0-9]+}} times at {{.*}}contention.cpp:
// CHECK: Contended locks
// CHECK: lock 0x{{[0-9a-f]+}} (process {{[0-9]+}}): waited for {{[0-9]+}} times, {{.*}} in all, longest
// CHECK: waiting: waits_bad at {{.*}}contention.cpp:{{[0-9]+}}: {{[0-9]+}} times, {{.*}} in all, longest
// CHECK: held by: holds_bad at {{.*}}contention.cpp:{{[0-9]+}}: {{[0-9]+}} times
#include <atomic>
#include <mutex>
#include <thread>
#include <unistd.h>

static std::mutex Shared, Private;
static std::atomic<bool> Stop{false};
static std::atomic<int> Held{0};

[[gnu::noinline]] void holds_bad() {
  std::lock_guard Guard(Shared);
  ++Held;
  usleep(20000);
}
[[gnu::noinline]] void waits_bad() {
  std::lock_guard Guard(Shared);
  asm("");
}
[[gnu::noinline]] void alone_ok() {
  std::lock_guard Guard(Private);
  asm("");
}

int main() {
  std::thread Holder([] {
    while (!Stop) {
      holds_bad();
      usleep(5000);
    }
  });
  for (int I = 0; I < 10; ++I) {
    for (int Before = Held; Held == Before;)
      usleep(500);
    waits_bad();
    alone_ok();
  }
  Stop = true;
  Holder.join();
}
