// Threads that take the same locks in orders that form a cycle are reported though the run
// did not deadlock; orders that can't deadlock are not.
// RUN: %three_ways %s
// RUN: for w in preloaded shared static; do %expect %t.$w.json \
// RUN:   "{f['rule'] for f in findings} == {'gridlock-lock-order'}" \
// RUN:   "sorted(f['operation'] for f in findings) == ['backward_bad,forward_bad', \
// RUN:      'one_bad,three_bad,two_bad', 'transfer_bad,transfer_bad', 'tried_bad,wanted_bad', 'waits_bad,writes_bad']" \
// RUN:   "'_ok' not in str(findings)" \
// RUN:   "[f for f in findings if 'forward_bad' in f['operation']][0]['file'].endswith('lock-order.cpp')" \
// RUN:   "all(name in str([f for f in findings if 'forward_bad' in f['operation']][0]['notes']) for name in \
// RUN:      ['taken in forward_bad', 'taken in backward_bad', 'calls_forward', 'calls_backward'])" || exit 1; done
#include "in_turn.h"

#include <mutex>
#include <pthread.h>
#include <thread>
#include <time.h>

#define APART [[gnu::noinline]]
using Guard = std::lock_guard<std::mutex>;

static std::mutex A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, Q, R, S, Gate, X, Y;

APART void forward_bad() { Guard One(A); Guard Two(B); asm(""); }
APART void backward_bad() { Guard One(B); Guard Two(A); asm(""); }
APART void calls_forward() { forward_bad(); asm(""); }
APART void calls_backward() { backward_bad(); asm(""); }

APART void one_bad() { Guard One(C); Guard Two(D); asm(""); }
APART void two_bad() { Guard One(D); Guard Two(E); asm(""); }
APART void three_bad() { Guard One(E); Guard Two(C); asm(""); }

APART void tried_bad() { // holds what it tried for
  if (F.try_lock()) {
    Guard Two(G);
    F.unlock();
  }
}
APART void wanted_bad() { Guard One(G); Guard Two(F); asm(""); }

APART void transfer_bad(std::mutex &From, std::mutex &To) { Guard One(From); Guard Two(To); asm(""); }

static pthread_rwlock_t First = PTHREAD_RWLOCK_INITIALIZER, Second = PTHREAD_RWLOCK_INITIALIZER;
APART void waits_bad() {
  pthread_rwlock_rdlock(&First);
  pthread_rwlock_rdlock(&Second);
  pthread_rwlock_unlock(&Second);
  pthread_rwlock_unlock(&First);
}
APART void writes_bad() {
  pthread_rwlock_wrlock(&Second);
  pthread_rwlock_wrlock(&First);
  pthread_rwlock_unlock(&First);
  pthread_rwlock_unlock(&Second);
}

APART void gate_one_ok() { Guard Both(Gate); Guard One(H); Guard Two(I); asm(""); }
APART void gate_two_ok() { Guard Both(Gate); Guard One(I); Guard Two(H); asm(""); }

APART void same_thread_ok() {
  { Guard One(J); Guard Two(K); }
  { Guard One(K); Guard Two(J); }
}

APART void only_tried_ok() {
  Guard One(L);
  if (M.try_lock())
    M.unlock();
}
APART void other_way_ok() { Guard One(M); Guard Two(L); asm(""); }

APART void gives_up_ok() {
  Guard One(N);
  timespec Until;
  clock_gettime(CLOCK_REALTIME, &Until);
  Until.tv_sec += 1;
  if (pthread_mutex_timedlock(O.native_handle(), &Until) == 0)
    O.unlock();
}
APART void waits_on_ok() { Guard One(O); Guard Two(N); asm(""); }

APART void earlier_ok() { Guard One(P); Guard Two(Q); asm(""); }
APART void later_ok() { Guard One(Q); Guard Two(P); asm(""); }

static pthread_rwlock_t Third = PTHREAD_RWLOCK_INITIALIZER, Fourth = PTHREAD_RWLOCK_INITIALIZER;
APART void readers_ok(pthread_rwlock_t *One, pthread_rwlock_t *Two) {
  pthread_rwlock_rdlock(One);
  pthread_rwlock_rdlock(Two);
  pthread_rwlock_unlock(Two);
  pthread_rwlock_unlock(One);
}
APART void readers_back_ok() { readers_ok(&Fourth, &Third); asm(""); }

// As with memory that is used again for other objects: the same code, at different times.
APART void parent_then_child_ok(std::mutex &Parent, std::mutex &Child) { Guard One(Parent); Guard Two(Child); asm(""); }

APART void all_at_once_ok() { std::scoped_lock Both(X, Y); asm(""); }
APART void all_at_once_back_ok() { std::scoped_lock Both(Y, X); asm(""); }

int main() {
  inTurn({calls_forward, calls_backward});
  inTurn({one_bad, two_bad, three_bad});
  inTurn({tried_bad, wanted_bad});
  std::mutex Accounts[2];
  inTurn({[&] { transfer_bad(Accounts[0], Accounts[1]); }, [&] { transfer_bad(Accounts[1], Accounts[0]); }}, 3);
  inTurn({waits_bad, writes_bad});

  inTurn({gate_one_ok, gate_two_ok});
  inTurn({same_thread_ok, [] {}});
  inTurn({only_tried_ok, other_way_ok});
  inTurn({gives_up_ok, waits_on_ok});
  std::thread(earlier_ok).join();
  std::thread(later_ok).join();
  later_ok(); // main ran all the time, but alone
  inTurn({[] { readers_ok(&Third, &Fourth); }, readers_back_ok});
  inTurn({[] { parent_then_child_ok(R, S); }, [] { parent_then_child_ok(S, R); }});
  inTurn({all_at_once_ok, all_at_once_back_ok});
}
