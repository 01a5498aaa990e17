// What is taken and waited for without a call to lock: the mutex that a condition variable's
// wait takes back, call_once, and the initialisation of static variables are edges of the
// order graph, and waits for an initialisation are contention with both sides.
// RUN: %three_ways %s
// RUN: for w in preloaded shared static; do %expect %t.$w.json \
// RUN:   "sorted(f['operation'] for f in by['gridlock-lock-order']) == \
// RUN:      ['c11Takes_bad,c11Waits_bad', 'guarded_bad,insideStatic_bad', 'insideOnce_bad,wantsOnce_bad', 'outer_bad,waits_bad', 'posixOnce_bad,wantsPosix_bad']" \
// RUN:   "'_ok' not in str(findings)" \
// RUN:   "all(t in str([f for f in by['gridlock-lock-order'] if f['operation'] == 'outer_bad,waits_bad'][0]['notes']) for t in ['taken in waits_bad', 'calls_waits'])" \
// RUN:   "sorted((w['function'], w['count'], w['max_ns'] >= 20 * ms, h['function']) for l in locks for w in l['waiters'] for h in l['holders']) == \
// RUN:      [('awaitsOnce_bad', 2, True, 'awaitsOnce_bad'), ('awaitsStatic_bad', 2, True, 'awaitsStatic_bad')]" \
// RUN:   "sorted(f['function'] for f in by['gridlock-lock-contention']) == ['awaitsOnce_bad', 'awaitsStatic_bad']" \
// RUN:   "sorted(f['function'] for f in by['gridlock-blocking-under-lock']) == ['slow', 'slow_once']" || exit 1; done
//
// Where the C++ runtime is in the program itself as well.
// RUN: %victim %s -static-libstdc++ -Wl,--whole-archive %monitor_a -Wl,--no-whole-archive -ldl -o %t.runtime.exe
// RUN: rm -rf %t.runtime; env GRIDLOCK_OPTIONS=dir=%t.runtime:verbosity=0 %t.runtime.exe
// RUN: %gridlock report %t.runtime --format json --output %t.runtime.json
// RUN: %expect %t.runtime.json "'guarded_bad,insideStatic_bad' in [f['operation'] for f in by['gridlock-lock-order']]" \
// RUN:   "('awaitsStatic_bad', 2) in [(w['function'], w['count']) for l in locks for w in l['waiters']]"
#include "in_turn.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <pthread.h>
#include <thread>
#include <threads.h>
#include <vector>

#define APART [[gnu::noinline]]
using Guard = std::lock_guard<std::mutex>;
using namespace std::chrono_literals;

// One gives its mutex back and takes it again while it holds another one, so it wants it then.
static std::mutex A, B;
static std::condition_variable Condition;
APART void waits_bad() { std::unique_lock One(A); Guard Two(B); Condition.wait_for(One, 2ms); }
APART void calls_waits() { waits_bad(); asm(""); }
APART void outer_bad() { Guard One(A); Guard Two(B); asm(""); }

static std::mutex C, D;
APART void waitsAlone_ok() { std::unique_lock One(C); { Guard Two(D); } Condition.wait_for(One, 2ms); }
APART void waitsInner_ok() { Guard One(C); std::unique_lock Two(D); Condition.wait_for(Two, 2ms); }
APART void inner_ok() { Guard One(C); Guard Two(D); asm(""); }

static mtx_t E, F;
static cnd_t Cnd;
APART void c11Waits_bad() {
  mtx_lock(&E);
  mtx_lock(&F);
  timespec Past{1, 0};
  cnd_timedwait(&Cnd, &E, &Past);
  mtx_unlock(&F);
  mtx_unlock(&E);
}
APART void c11Takes_bad() { mtx_lock(&E); mtx_lock(&F); mtx_unlock(&F); mtx_unlock(&E); }

static std::once_flag Once, Outside, Gated;
static std::mutex G, H, Gate;
APART void insideOnce_bad() { std::call_once(Once, [] { Guard One(G); }); }
APART void wantsOnce_bad() { Guard One(G); std::call_once(Once, [] {}); }
APART void outsideOnce_ok() { { Guard One(H); } std::call_once(Outside, [] {}); }
APART void takesBefore_ok() { std::call_once(Outside, [] { Guard One(H); }); }
APART void gatedOnce_ok() { Guard Both(Gate); std::call_once(Gated, [] { Guard One(H); }); }
APART void gatedToo_ok() { Guard Both(Gate); Guard One(H); std::call_once(Gated, [] {}); }

static pthread_once_t Posix = PTHREAD_ONCE_INIT;
static pthread_mutex_t I = PTHREAD_MUTEX_INITIALIZER;
APART void posixOnce_bad() {
  pthread_mutex_lock(&I);
  pthread_mutex_unlock(&I);
}
APART void callsPosix() { pthread_once(&Posix, posixOnce_bad); asm(""); }
APART void wantsPosix_bad() {
  pthread_mutex_lock(&I);
  pthread_once(&Posix, posixOnce_bad);
  pthread_mutex_unlock(&I);
}

// The first initialisation fails, so that the second one comes to it as well.
static std::mutex J, K;
static bool Fails = true;
APART int insideStatic_bad() {
  if (!Fails)
    return 1;
  Fails = false;
  Guard One(J);
  throw 1;
}
APART int guarded_bad() { static const int Value = insideStatic_bad(); return Value; }
APART void first() { try { guarded_bad(); } catch (int) {} }
APART void second() { Guard One(J); guarded_bad(); }
static bool FailsToo = true;
APART int insideStatic_ok() {
  Guard One(K);
  if (!FailsToo)
    return 1;
  FailsToo = false;
  throw 1;
}
APART int guarded_ok() { static const int Value = insideStatic_ok(); return Value; }
APART void firstToo_ok() { try { guarded_ok(); } catch (int) {} }
APART void secondToo_ok() { { Guard One(K); } guarded_ok(); }

static std::once_flag Slow;
static std::atomic<bool> Begun{false};
APART void slow_once() { Begun = true; std::this_thread::sleep_for(80ms); }
APART void awaitsOnce_bad() { std::call_once(Slow, slow_once); asm(""); }
APART int slow() { Begun = true; std::this_thread::sleep_for(80ms); return 1; }
APART int awaitsStatic_bad() { static const int Value = slow(); return Value; }

static void afterBegun(std::function<void()> Run, int Others) {
  Begun = false;
  std::vector<std::thread> Threads;
  Threads.emplace_back(Run);
  while (!Begun)
    std::this_thread::yield();
  for (int N = 0; N < Others; ++N)
    Threads.emplace_back(Run);
  for (std::thread &T : Threads)
    T.join();
}

int main() {
  mtx_init(&E, mtx_plain);
  mtx_init(&F, mtx_plain);
  cnd_init(&Cnd);
  inTurn({calls_waits, outer_bad});
  inTurn({waitsAlone_ok, waitsInner_ok, inner_ok});
  inTurn({c11Waits_bad, c11Takes_bad});
  inTurn({insideOnce_bad, wantsOnce_bad});
  inTurn({takesBefore_ok, outsideOnce_ok});
  inTurn({gatedOnce_ok, gatedToo_ok});
  inTurn({callsPosix, wantsPosix_bad});
  inTurn({first, second});
  inTurn({firstToo_ok, secondToo_ok});
  afterBegun(awaitsOnce_bad, 2);
  afterBegun([] { awaitsStatic_bad(); }, 2);
}
