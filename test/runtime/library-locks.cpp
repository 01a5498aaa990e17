// Locks of the C++ library's that it may make of others (libc++: of a mutex and condition
// variables): both sides of a wait, shared and exclusive, orders and deadlocks are the lock's own,
// and nothing is told of what it is made of.
// RUN: %three_ways --options hold_every=1 %s
// RUN: for w in preloaded shared static; do %expect %t.$w.json \
// RUN:   "sorted((l['waiters'][0]['function'], l['count'] >= 1, l['waiters'][0]['max_ns'] >= 20 * ms, {h['function'] for h in l['holders']} >= {l['waiters'][0]['function'].replace('waits', 'holds')}) for l in locks if 'waits_' in str(l)) == \
// RUN:      [(f'{n}_waits_bad', True, True, True) for n in ['once', 'readers', 'recursive', 'sharedTimed', 'timed', 'writer']]" \
// RUN:   "not [l for l in locks if 'waits_' not in str(l) and not any('Deadlocks' in w['function'] for w in l['waiters'])]" \
// RUN:   "sorted(f['operation'] for f in by['gridlock-lock-order']) == ['insideOnce_bad,wantsOnce_bad', 'one_bad,two_bad', 'reads_bad,writes_bad', 'timedThen_bad,triedThen_bad']" \
// RUN:   "sorted(f['operation'] for f in by['gridlock-deadlock']) == ['firstDeadlocks_bad,secondDeadlocks_bad', 'insideDeadlocks_bad,outsideDeadlocks_bad', 'readDeadlocks_bad,writeDeadlocks_bad', 'upgradeDeadlocks_bad']" \
// RUN:   "[len(notes(f, '(shared)')) for f in by['gridlock-deadlock'] if f['operation'] == 'upgradeDeadlocks_bad'] == [1]" \
// RUN:   "'_ok' not in str(findings)" || exit 1; done
#include "in_turn.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <unistd.h>

#define APART [[gnu::noinline]]
template <class Lock> using Guard = std::lock_guard<Lock>;
template <class Lock> using Reader = std::shared_lock<Lock>;

static std::atomic<bool> Held;
static void hold() { Held = true; usleep(40000); }
static void contend(std::function<void()> Holds, std::function<void()> Waits) {
  Held = false;
  std::thread Holder(Holds);
  while (!Held)
    std::this_thread::yield();
  Waits();
  Holder.join();
}

static std::timed_mutex T;
APART void timed_holds_bad() { Guard One(T); hold(); }
APART void timed_waits_bad() { Guard One(T); asm(""); }
static std::recursive_timed_mutex R;
APART void recursive_holds_bad() { Guard One(R); Guard Two(R); hold(); }
APART void recursive_waits_bad() { Guard One(R); asm(""); }
static std::shared_mutex S;
APART void readers_holds_bad() { Guard One(S); hold(); }
APART void readers_waits_bad() { Reader One(S); asm(""); }
static std::shared_mutex W;
APART void writer_holds_bad() { Reader One(W); hold(); }
APART void writer_waits_bad() { Guard One(W); asm(""); }
static std::shared_timed_mutex U;
APART void sharedTimed_holds_bad() { Guard One(U); hold(); }
APART void sharedTimed_waits_bad() { Reader One(U); asm(""); }
static std::once_flag O;
APART void once_holds_bad() { std::call_once(O, hold); asm(""); }
APART void once_waits_bad() { std::call_once(O, hold); asm(""); }
static std::shared_mutex Free;
APART void together_ok() { Reader One(Free); hold(); }
APART void alsoReads_ok() { Reader One(Free); asm(""); }

static std::shared_mutex A, B;
APART void one_bad() { Guard One(A); Guard Two(B); asm(""); }
APART void two_bad() { Guard One(B); Guard Two(A); asm(""); }
static std::shared_timed_mutex C;
static std::mutex D;
APART void reads_bad() { Reader One(C); Guard Two(D); asm(""); }
APART void writes_bad() { Guard One(D); Guard Two(C); asm(""); }
static std::shared_mutex E, F;
APART void onlyReads_ok() { Reader One(E); Reader Two(F); asm(""); }
APART void alsoOnlyReads_ok() { Reader One(F); Reader Two(E); asm(""); }
static std::timed_mutex G;
static std::recursive_timed_mutex H;
APART void timedThen_bad() { Guard One(G); Guard Two(H); asm(""); }
APART void triedThen_bad() {
  if (H.try_lock()) {
    Guard Two(G);
    H.unlock();
  }
}
static std::timed_mutex I, J;
APART void then_ok() { Guard One(I); Guard Two(J); asm(""); }
APART void thenTries_ok() {
  Guard One(J);
  if (I.try_lock())
    I.unlock();
}
// The first call fails, so that the second one comes to the flag as well.
static std::once_flag K;
static std::timed_mutex L;
APART void insideOnce_bad() { std::call_once(K, [] { Guard One(L); throw 1; }); }
APART void tries() { try { insideOnce_bad(); } catch (int) {} }
APART void wantsOnce_bad() { Guard One(L); std::call_once(K, [] {}); }

struct Meeting {
  std::atomic<int> Left{2};
  void wait() {
    --Left;
    while (Left > 0)
      std::this_thread::yield();
  }
};
static std::timed_mutex P;
static std::recursive_timed_mutex Q;
static Meeting MeetPQ, MeetX, MeetOnce;
APART void firstDeadlocks_bad() { Guard One(P); MeetPQ.wait(); Guard Two(Q); asm(""); }
APART void secondDeadlocks_bad() { Guard One(Q); MeetPQ.wait(); Guard Two(P); asm(""); }
static std::shared_mutex X, Y, Z;
static std::mutex V;
APART void readDeadlocks_bad() { Reader One(X); MeetX.wait(); Guard Two(V); asm(""); }
APART void writeDeadlocks_bad() { Guard One(V); MeetX.wait(); Guard Two(X); asm(""); }
APART void upgradeDeadlocks_bad() { Reader One(Y); Guard Two(Y); asm(""); }
static std::once_flag M;
APART void insideDeadlocks_bad() { std::call_once(M, [] { MeetOnce.wait(); Guard One(Z); }); }
APART void outsideDeadlocks_bad() { Guard One(Z); MeetOnce.wait(); std::call_once(M, [] {}); }

int main() {
  contend(timed_holds_bad, timed_waits_bad);
  contend(recursive_holds_bad, recursive_waits_bad);
  contend(readers_holds_bad, readers_waits_bad);
  contend(writer_holds_bad, writer_waits_bad);
  contend(sharedTimed_holds_bad, sharedTimed_waits_bad);
  contend(once_holds_bad, once_waits_bad);
  contend(together_ok, alsoReads_ok);
  inTurn({one_bad, two_bad});
  inTurn({reads_bad, writes_bad});
  inTurn({onlyReads_ok, alsoOnlyReads_ok});
  inTurn({timedThen_bad, triedThen_bad});
  inTurn({then_ok, thenTries_ok});
  inTurn({tries, wantsOnce_bad});
  for (auto *Run : {firstDeadlocks_bad, secondDeadlocks_bad, readDeadlocks_bad, writeDeadlocks_bad,
                    upgradeDeadlocks_bad, insideDeadlocks_bad, outsideDeadlocks_bad})
    std::thread(Run).detach();
  usleep(1200000);
  _exit(0);
}
