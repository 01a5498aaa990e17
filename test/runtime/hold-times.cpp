// How long locks are held: one acquisition in so many is timed, whatever the program's
// rhythm; and what the holder of a contended lock waits for itself meanwhile.
// RUN: %three_ways --options=hold_every=64 %s
// RUN: for w in preloaded shared static; do %expect %t.$w.json \
// RUN:   "held('long_bad')['max_ns'] >= 20 * ms and held('long_bad')['p50_ns'] >= 15 * ms" \
// RUN:   "any('long_bad' in f for f in held('long_bad')['stack']) and any('main' in f for f in held('long_bad')['stack'])" \
// RUN:   "held('long_bad')['count'] == held('long_bad')['samples'] == 10 and held('long_bad')['operation'] == 'std-sync/std::mutex::lock'" \
// RUN:   "119000 <= held('short_ok')['count'] <= 121000 and held('short_ok')['samples'] < 4000" \
// RUN:   "held('short_ok')['p50_ns'] < ms and 0.7 < held('even_ok')['count'] / held('odd_ok')['count'] < 1.4" \
// RUN:   "all(held(f)['max_ns'] >= 5 * ms for f in ('read_bad', 'tried_bad', 'inner_bad'))" \
// RUN:   "held('outer_bad')['max_ns'] >= 10 * ms and all(h['max_ns'] >= 10 * ms for h in report['holds'] if h['function'] == 'first_bad')" \
// RUN:   "held('endsInWait_bad')['max_ns'] >= 7 * ms and any('leads_to_wait' in f for f in held('endsInWait_bad')['stack'])" \
// RUN:   "held('waits_ok')['max_ns'] < 20 * ms and held('rewaits_bad')['max_ns'] >= 5 * ms" \
// RUN:   "held('after_bad')['max_ns'] >= ms and 40 <= held('after_bad')['count'] <= 90" \
// RUN:   "'failed_ok' not in [h['function'] for h in report['holds']]" \
// RUN:   "holder('sleeps_bad')['operation'] == 'posix-sleep/usleep' and holder('sleeps_bad')['function'] == 'sleeps_bad'" \
// RUN:   "holder('sleeps_bad')['max_ns'] >= 20 * ms and holder('sleeps_bad')['lock'] == 0" \
// RUN:   "holder('relays_bad')['lock'] != 0 and holder('relays_bad')['max_ns'] >= 10 * ms" \
// RUN:   "holder('relays_bad')['lock'] == [l['address'] for l in locks if any(w['function'] == 'relays_bad' for w in l['waiters'])][0]" \
// RUN:   "any(w.get('holder_call', {}).get('function') == 'sleeps_bad' for l in locks for w in l['waiters'])" \
// RUN:   "holder('computes_ok') is None" \
// RUN:   "any('meanwhile sleeps_bad was blocked in posix-sleep/usleep in sleeps_bad' in n['message'] for f in by['gridlock-lock-contention'] for n in f['notes'])" \
// RUN:   || exit 1; %FileCheck %s < %t.$w.txt || exit 1; done
// CHECK: meanwhile blocked in posix-sleep/usleep in sleeps_bad
// CHECK: Locks held longest
// CHECK: long_bad at {{.*}}hold-times.cpp
// Off:
// RUN: env GRIDLOCK_OPTIONS=hold_every=0 %gridlock run --output %t.off -- %t.preloaded
// RUN: %gridlock report %t.off --format json --output %t.off.json
// RUN: %expect %t.off.json "report['holds'] == [] and holder('sleeps_bad')['max_ns'] >= 20 * ms"
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <unistd.h>

#define APART [[gnu::noinline]]
static std::mutex Long, Short, Rhythm, Tried, First, Second, Contended, Inner, Computing, Sleep;
static std::recursive_mutex Recursive;
static std::shared_mutex Shared;
static std::condition_variable Condition;

APART void long_bad() { std::lock_guard Guard(Long); usleep(20000); }
APART void short_ok() { std::lock_guard Guard(Short); asm(""); }
// Taken in turn: any sampling with an even period sees one of them only.
APART void even_ok() { std::lock_guard Guard(Rhythm); asm(""); }
APART void odd_ok() { std::lock_guard Guard(Rhythm); asm volatile("nop"); }
APART void read_bad() { std::shared_lock Guard(Shared); usleep(5000); }
APART void tried_bad() {
  if (Tried.try_lock()) {
    usleep(5000);
    Tried.unlock();
  }
}
APART void failed_ok() { // held by this thread, as another one
  std::thread([] {
    if (First.try_lock())
      First.unlock();
  }).join();
}
APART void inner_bad() { std::lock_guard Guard(Recursive); usleep(5000); }
APART void outer_bad() {
  std::lock_guard Guard(Recursive);
  inner_bad();
  usleep(5000);
  asm("");
}
// Given back before the one that was taken later.
APART void first_bad() {
  First.lock();
  Second.lock();
  failed_ok();
  usleep(10000);
  First.unlock();
  Second.unlock();
}
// A lock is not held while its condition is waited for.
APART void waits_ok() {
  std::unique_lock Guard(Sleep);
  Condition.wait_for(Guard, std::chrono::milliseconds(40));
}
APART void rewaits_bad() {
  std::unique_lock Guard(Sleep);
  Condition.wait_for(Guard, std::chrono::milliseconds(1));
  usleep(5000);
}

// More than the monitor keeps of a thread at once, given back in both orders.
static std::mutex Many[100];
APART void many() {
  for (std::mutex &M : Many)
    M.lock();
  for (std::mutex &M : Many)
    M.unlock();
  for (std::mutex &M : Many)
    M.lock();
  for (int I = 100; I-- > 0;)
    Many[I].unlock();
}
APART void endsInWait_bad() { // held long before the wait gives it back
  std::unique_lock Guard(First);
  usleep(7000);
  Condition.wait_for(Guard, std::chrono::milliseconds(1));
}
APART void leads_to_wait() { endsInWait_bad(); asm(""); }
APART void after_bad() { std::lock_guard Guard(Long); usleep(1000); }

static std::atomic<int> Holding;
APART void sleeps_bad() { std::lock_guard Guard(Contended); ++Holding; usleep(20000); }
APART void relays_bad() { // waits for sleeps_bad, with a lock that others want
  std::lock_guard Outer(Inner);
  ++Holding;
  std::lock_guard Guard(Contended);
  asm("");
}
APART void wants() { std::lock_guard Guard(Inner); asm(""); }
APART void computes_ok() {
  std::lock_guard Guard(Computing);
  ++Holding;
  const auto Until = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
  while (std::chrono::steady_clock::now() < Until)
    ;
}
APART void wants_computed() { std::lock_guard Guard(Computing); asm(""); }

static void after(int Holders) {
  while (Holding < Holders)
    usleep(200);
  usleep(2000);
}

int main() {
  for (int I = 0; I < 10; ++I)
    long_bad();
  for (void (*Each)() : {read_bad, tried_bad, outer_bad, first_bad, waits_ok, rewaits_bad, leads_to_wait})
    std::thread(Each).join(); // a thread's first holds are all timed
  std::thread([] {
    many();
    for (int I = 0; I < 64; ++I)
      after_bad();
  }).join();
  std::thread([] {
    for (int I = 0; I < 120000; ++I)
      short_ok();
    for (int I = 0; I < 40000; ++I) {
      even_ok();
      odd_ok();
    }
  }).join();
  for (int I = 0; I < 5; ++I) {
    Holding = 0;
    std::thread Sleeper(sleeps_bad);
    after(1);
    std::thread Relay(relays_bad);
    after(2);
    wants();
    Relay.join();
    Sleeper.join();
    Holding = 0;
    std::thread Computer(computes_ok);
    after(1);
    wants_computed();
    Computer.join();
  }
}
