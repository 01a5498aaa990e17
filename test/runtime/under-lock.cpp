// A call that blocks while a lock is held that another thread waits for: who holds, who waits,
// on what the call was made. The same rule, function, operation and fingerprint as the check's.
// RUN: %three_ways %s
// RUN: for w in preloaded shared static; do %expect %t.$w.json \
// RUN:   "sorted(f['function'] for f in by['gridlock-blocking-under-lock']) == ['joins_bad', 'reads_bad', 'sleepsAsReader_bad', 'sleeps_bad']" \
// RUN:   "under('sleeps_bad')['count'] == 3 and under('sleeps_bad')['arguments'] == 'for 120 ms'" \
// RUN:   "under('sleeps_bad')['operation'] == 'std-sleep/std::this_thread::sleep_for'" \
// RUN:   "'another thread waited for it 3 times' in under('sleeps_bad')['message']" \
// RUN:   "any('was held, taken in sleeps_bad' in n['message'] for n in under('sleeps_bad')['notes'])" \
// RUN:   "any('wants waited for it here' in n['message'] for n in under('sleeps_bad')['notes'])" \
// RUN:   "under('reads_bad')['arguments'].endswith(' (pipe)')" \
// RUN:   "under('joins_bad')['operation'] == 'std-sync/std::thread::join'" || exit 1; done
// RUN: %FileCheck %s < %t.preloaded.txt
// CHECK: std-sleep/std::this_thread::sleep_for blocked here 3 times while a lock was held, worst {{.*}}, and another thread waited for it 3 times; the longest: for 120 ms; instead: release it before the call [gridlock-blocking-under-lock]
// On the source:
// REQUIRES: llvm22
// RUN: %not %gridlock check %s --checks='-*,gridlock-blocking-under-lock' --format json --quiet --output %t.static.json -- -std=c++20 -I%S/Inputs
// RUN: jq -r '.findings[] | select(.rule == "gridlock-blocking-under-lock") | [.function, .operation, .fingerprint] | @tsv' %t.static.json | grep -v nobody | sort > %t.static.tsv
// RUN: jq -r '.findings[] | select(.rule == "gridlock-blocking-under-lock") | [.function, .operation, .fingerprint] | @tsv' %t.preloaded.json | sort > %t.observed.tsv
// RUN: grep -c bad %t.static.tsv | %FileCheck %s --check-prefix=STATIC
// STATIC: 3
// RUN: comm -23 %t.static.tsv %t.observed.tsv | count 0
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <unistd.h>

using namespace std::chrono_literals;
static std::mutex Mutex, Unwanted, Brief;
static std::shared_mutex Shared;
static std::condition_variable Condition;
static bool Woken;

#define APART [[gnu::noinline]]
template <class Lock> APART static void wants(Lock &Which) {
  Which.lock();
  Which.unlock();
}
/// Another thread, which asks for the lock as soon as it is taken.
template <class Lock> struct Waiter {
  explicit Waiter(Lock &Which)
      : Thread([this, &Which] {
          while (!Taken)
            std::this_thread::yield();
          wants(Which);
        }) {}
  ~Waiter() { Thread.join(); }
  std::atomic<bool> Taken{false};
  std::thread Thread;
};

APART void sleeps_bad(std::atomic<bool> &Taken) {
  std::lock_guard Guard(Mutex);
  Taken = true;
  std::this_thread::sleep_for(120ms);
}
APART void reads_bad(std::atomic<bool> &Taken, int Pipe) {
  std::lock_guard Guard(Mutex);
  Taken = true;
  char Got;
  if (read(Pipe, &Got, 1) != 1)
    std::abort();
}
APART void joins_bad(std::atomic<bool> &Taken) {
  std::thread Slow([] { usleep(120000); });
  std::lock_guard Guard(Mutex);
  Taken = true;
  Slow.join();
}
APART void sleepsAsReader_bad(std::atomic<bool> &Taken) {
  std::shared_lock Guard(Shared);
  Taken = true;
  std::this_thread::sleep_for(120ms);
}
APART void nobodyWaits() { // a risk, that only the check sees
  std::lock_guard Guard(Unwanted);
  std::this_thread::sleep_for(120ms);
}
APART void sleepsAfter_ok(std::atomic<bool> &Taken) {
  {
    std::lock_guard Guard(Mutex);
    Taken = true;
  }
  std::this_thread::sleep_for(120ms);
}
APART void works_ok(std::atomic<bool> &Taken) {
  std::lock_guard Guard(Brief);
  Taken = true;
  for (auto End = std::chrono::steady_clock::now() + 120ms; std::chrono::steady_clock::now() < End;)
    asm("");
}
APART void waitsReleasing_ok() {
  std::unique_lock Guard(Mutex);
  Condition.wait(Guard, [] { return Woken; });
}

int main() {
  for (int I = 0; I < 3; ++I) {
    Waiter Other(Mutex);
    sleeps_bad(Other.Taken);
  }
  {
    int Pipe[2];
    if (pipe(Pipe) != 0)
      return 1;
    std::thread Writer([&] {
      usleep(120000);
      if (write(Pipe[1], "", 1) != 1)
        std::abort();
    });
    {
      Waiter Other(Mutex);
      reads_bad(Other.Taken, Pipe[0]);
    }
    Writer.join();
  }
  {
    Waiter Other(Mutex);
    joins_bad(Other.Taken);
  }
  {
    Waiter Other(Shared);
    sleepsAsReader_bad(Other.Taken);
  }
  {
    Waiter Other(Mutex);
    nobodyWaits();
    sleepsAfter_ok(Other.Taken);
  }
  {
    Waiter Other(Brief);
    works_ok(Other.Taken);
  }
  std::thread Waits(waitsReleasing_ok);
  usleep(120000);
  {
    std::lock_guard Guard(Mutex);
    Woken = true;
  }
  Condition.notify_all();
  Waits.join();
}
