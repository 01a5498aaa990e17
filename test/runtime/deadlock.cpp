// Threads that wait for each other for ever are reported while they do, with what each
// holds and wants; long waits that will end are not.
// RUN: %three_ways %s 2>%t.err
// RUN: for w in preloaded shared static; do %expect %t.$w.json \
// RUN:   "sorted(f['operation'] for f in by['gridlock-deadlock']) == \
// RUN:      ['again_bad', 'backward_bad,forward_bad', 'first_bad,second_bad,third_bad', 'initialises,statics_bad', 'joined_bad,joins_bad', \
// RUN:       'onceA_bad,onceB_bad', 'reads_bad,writes_bad', 'relock_bad']" \
// RUN:   "all(name in str([f for f in by['gridlock-deadlock'] if 'forward_bad' in f['operation']][0]['notes']) for name in \
// RUN:      ['holds lock', 'taken in \'forward_bad\'', 'taken in \'backward_bad\'', 'calls_forward'])" \
// RUN:   "'1 more waits for one of them' in [f for f in by['gridlock-deadlock'] if 'forward_bad' in f['operation']][0]['message']" \
// RUN:   "'the end of thread' in str([f for f in by['gridlock-deadlock'] if 'joins_bad' in f['operation']][0]['notes'])" \
// RUN:   "'waits here for a lock that it holds itself' in [f for f in by['gridlock-deadlock'] if f['operation'] == 'relock_bad'][0]['message']" \
// RUN:   "'_ok' not in str(by['gridlock-deadlock'])" \
// RUN:   "sorted((f['operation'], len(notes(f, ' waits in ')), len(notes(f, 'it holds lock')), len(notes(f, '(shared)'))) for f in by['gridlock-deadlock']) == \
// RUN:      [('again_bad', 1, 1, 1), ('backward_bad,forward_bad', 2, 2, 0), ('first_bad,second_bad,third_bad', 3, 3, 0), ('initialises,statics_bad', 2, 2, 0), \
// RUN:       ('joined_bad,joins_bad', 2, 1, 0), ('onceA_bad,onceB_bad', 2, 2, 0), ('reads_bad,writes_bad', 2, 2, 1), ('relock_bad', 1, 1, 0)]" \
// RUN:   "all(len(notes(f, 'held by')) + len(notes(f, 'for the end of thread')) == len(notes(f, ' waits in ')) for f in by['gridlock-deadlock'])" \
// RUN:   "all(any(n['message'].endswith(' ' + name) or ' ' + name + ' (' in n['message'] for n in f['notes']) for f in by['gridlock-deadlock'] for name in f['operation'].split(','))" \
// RUN:   "all('; found ' in f['message'] and 0 < f['worst_ns'] < 1000 * ms for f in by['gridlock-deadlock'])" || exit 1; done
//
// Said at once on stderr, within a second; and the program can be ended by it.
// RUN: %FileCheck --check-prefix=SAID --input-file=%t.err %s
// SAID: gridlock: deadlock: thread {{[0-9]+}} waits for thread {{[0-9]+}} waits for thread {{[0-9]+}}; see: gridlock report
// RUN: rm -rf %t.abort; env GRIDLOCK_OPTIONS=abort_on_deadlock=1 timeout 30 %gridlock run --output %t.abort -- %t.preloaded forever; test $? = 134
// RUN: %gridlock report %t.abort | %FileCheck --check-prefix=ABORT %s
// ABORT: the program deadlocked: 2 threads wait for each other, one here
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <pthread.h>
#include <thread>
#include <unistd.h>

#define APART [[gnu::noinline]]
using Guard = std::lock_guard<std::mutex>;

/// Both sides hold what they hold before either wants more.
struct Meeting {
  explicit Meeting(int Count = 2) : Left(Count) {}
  void wait() {
    --Left;
    while (Left > 0)
      std::this_thread::yield();
  }
  std::atomic<int> Left;
};

static void start(std::function<void()> Run) { std::thread(std::move(Run)).detach(); }

static std::mutex A, B;
static Meeting MeetAB;
APART void forward_bad() { Guard One(A); MeetAB.wait(); Guard Two(B); asm(""); }
APART void backward_bad() { Guard One(B); MeetAB.wait(); Guard Two(A); asm(""); }
APART void calls_forward() { forward_bad(); asm(""); }
APART void behind() { MeetAB.wait(); usleep(20000); Guard One(A); asm(""); }

static std::mutex C, D, E;
static Meeting MeetCDE{3};
APART void first_bad() { Guard One(C); MeetCDE.wait(); Guard Two(D); asm(""); }
APART void second_bad() { Guard One(D); MeetCDE.wait(); Guard Two(E); asm(""); }
APART void third_bad() { Guard One(E); MeetCDE.wait(); Guard Two(C); asm(""); }

static pthread_rwlock_t R = PTHREAD_RWLOCK_INITIALIZER;
static std::mutex F;
static Meeting MeetRF;
APART void reads_bad() { pthread_rwlock_rdlock(&R); MeetRF.wait(); Guard Two(F); pthread_rwlock_unlock(&R); }
APART void writes_bad() { Guard One(F); MeetRF.wait(); pthread_rwlock_wrlock(&R); pthread_rwlock_unlock(&R); }

static std::mutex G;
static Meeting MeetJoin;
static std::thread Joined;
APART void joined_bad() { MeetJoin.wait(); Guard One(G); asm(""); }
APART void joins_bad() { Guard One(G); MeetJoin.wait(); Joined.join(); }

static std::once_flag OnceA, OnceB;
static Meeting MeetOnce;
APART void onceA_bad() { std::call_once(OnceA, [] { MeetOnce.wait(); std::call_once(OnceB, [] {}); }); }
APART void onceB_bad() { std::call_once(OnceB, [] { MeetOnce.wait(); std::call_once(OnceA, [] {}); }); }

static std::mutex H;
static Meeting MeetStatic;
APART int initialises() { MeetStatic.wait(); Guard One(H); return 1; }
APART int statics_bad() { static int Value = initialises(); return Value; }
APART void staticsOther_bad() { Guard One(H); MeetStatic.wait(); usleep(20000); statics_bad(); }

static std::mutex I;
APART void relock_bad() { Guard One(I); Guard Two(I); asm(""); }
static pthread_rwlock_t S = PTHREAD_RWLOCK_INITIALIZER;
APART void again_bad() { pthread_rwlock_rdlock(&S); pthread_rwlock_wrlock(&S); asm(""); }

// Waits that are long but end.
static std::mutex J, K;
APART void sleeps_ok() { Guard One(J); usleep(900000); }
APART void waits_ok() { Guard One(K); Guard Two(J); asm(""); }
APART void chain_ok() { Guard One(K); asm(""); }
static std::timed_mutex L, M;
static Meeting MeetLM;
APART void givesUp_ok() {
  std::lock_guard One(L);
  MeetLM.wait();
  if (M.try_lock_for(std::chrono::milliseconds(900)))
    M.unlock();
}
APART void patient_ok() { std::lock_guard One(M); MeetLM.wait(); std::lock_guard Two(L); asm(""); }
static std::recursive_mutex N;
APART void recursive_ok() { std::lock_guard One(N); std::lock_guard Two(N); usleep(900000); }
static std::mutex O, P;
static std::condition_variable Condition;
APART void condition_ok() { std::unique_lock One(O); Guard Two(P); Condition.wait_for(One, std::chrono::milliseconds(900)); }
APART void wantsBoth_ok() { Guard One(O); Guard Two(P); asm(""); }
static pthread_rwlock_t Q = PTHREAD_RWLOCK_INITIALIZER;
APART void reader_ok() { pthread_rwlock_rdlock(&Q); usleep(900000); pthread_rwlock_unlock(&Q); }
APART void writer_ok() { pthread_rwlock_wrlock(&Q); pthread_rwlock_unlock(&Q); }

int main(int Count, char **) {
  if (Count == 1)
    MeetAB.Left = 3;
  start(calls_forward);
  start(backward_bad);
  if (Count > 1)
    for (;;)
      pause();
  start(behind);
  start(first_bad);
  start(second_bad);
  start(third_bad);
  start(reads_bad);
  start(writes_bad);
  Joined = std::thread(joined_bad);
  start(joins_bad);
  start(onceA_bad);
  start(onceB_bad);
  start([] { statics_bad(); });
  start(staticsOther_bad);
  start(relock_bad);
  start(again_bad);
  start(sleeps_ok);
  start([] { usleep(50000); waits_ok(); });
  start([] { usleep(100000); chain_ok(); });
  start(givesUp_ok);
  start(patient_ok);
  start(recursive_ok);
  start(condition_ok);
  start([] { usleep(50000); wantsBoth_ok(); });
  start(reader_ok);
  start([] { usleep(50000); writer_ok(); });
  usleep(1400000);
  _exit(0);
}
