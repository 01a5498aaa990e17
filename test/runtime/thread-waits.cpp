// Waits on threads without an event loop that another thread ends: each object has its row
// with who waits, how often and how long, and who ends it. None is a finding: a worker
// without work waits like this. What needs no wait, and what wakes nobody, has no row.
// RUN: %three_ways %s
// RUN: for w in preloaded shared static; do %expect %t.$w.json "findings == []" "locks == []" "len([w for w in waits if 'join' not in w['operation']]) == 12" \
// RUN:   "sorted((f['function'], [k['function'] for k in w['wakers']]) for w in [w for w in waits if 'join' not in w['operation']] for f in w['waiters']) == sorted( \
// RUN:      [(n + '_bad', ['ends_' + n]) for n in 'counting number flag cnd barrier meeting latch future'.split()] + \
// RUN:      [(n, ['ends_sem']) for n in ('sem_bad', 'semAlso_bad')] + [(n, ['ends_condition']) for n in ('condition_bad', 'conditionAlso_bad')] + \
// RUN:      [('late_bad', []), ('worker', ['gives'])])" \
// RUN:   "all(f['count'] == 3 and f['max_ns'] >= 10 * ms and f['total_ns'] >= 30 * ms and f['function'] in str(f['stack']) \
// RUN:      for w in waits for f in w['waiters'] if f['function'].endswith('_bad'))" \
// RUN:   "[k['count'] for w in waits for k in w['wakers'] if k['function'] in ('ends_sem', 'ends_counting')].count(6) == 1" \
// RUN:   "all((w['count'], w['total_ns']) == (sum(f['count'] for f in w['waiters']), sum(f['total_ns'] for f in w['waiters'])) for w in waits)" \
// RUN:   "{w['operation'] for w in waits if 'sem' in str(w['waiters'][0]['function'])} == {'pthread/sem_wait'}" \
// RUN:   "[w['operation'] for w in waits if w['waiters'][0]['function'] == 'counting_bad'] == ['std-sync/std::counting_semaphore::acquire']" \
// RUN:   "[w['count'] >= 20 for w in waits if w['waiters'][0]['function'] == 'worker'] == [True]" || exit 1; done
// RUN: %gridlock report %t.preloaded.records | %FileCheck %s
// CHECK: Waits that another thread ends
// CHECK: pthread/sem_wait of 0x{{[0-9a-f]+}} (process {{[0-9]+}}): waited 6 times, {{.*}} in all, longest
// CHECK-NEXT: waiting: sem{{(Also)?}}_bad at {{.*}}thread-waits.cpp:{{[0-9]+}}: 3 times
// CHECK-NEXT: waiting: sem
// CHECK-NEXT: ended by: ends_sem at {{.*}}thread-waits.cpp:{{[0-9]+}}: 6 times
#include <atomic>
#include <barrier>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <future>
#include <latch>
#include <mutex>
#include <pthread.h>
#include <semaphore.h>
#include <semaphore>
#include <thread>
#include <threads.h>
#include <unistd.h>

#define APART [[gnu::noinline]]
using namespace std::chrono_literals;

static sem_t Sem, Late, Work;
static std::counting_semaphore<8> Counting(0);
static std::atomic<int> Number;
static std::atomic<bool> Flag;
static std::mutex Mutex;
static std::condition_variable Condition;
static int Given = 0;
static mtx_t Mtx;
static cnd_t Cnd;
static pthread_barrier_t Barrier;
static std::barrier<> Meeting(2);

APART void sem_bad() { sem_wait(&Sem); asm(""); }
APART void semAlso_bad() { sem_wait(&Sem); asm(""); }
APART void counting_bad() { Counting.acquire(); asm(""); }
APART void number_bad() { Number.wait(0); asm(""); }
APART void flag_bad() { Flag.wait(false); asm(""); }
APART void condition_bad() {
  std::unique_lock Lock(Mutex);
  while (Given == 0)
    Condition.wait(Lock);
  --Given;
}
APART void conditionAlso_bad() {
  std::unique_lock Lock(Mutex);
  Condition.wait(Lock, [] { return Given > 0; });
  --Given;
}
APART void cnd_bad() { mtx_lock(&Mtx); cnd_wait(&Cnd, &Mtx); mtx_unlock(&Mtx); }
APART void barrier_bad() { pthread_barrier_wait(&Barrier); asm(""); }
APART void meeting_bad() { Meeting.arrive_and_wait(); asm(""); }
APART void latch_bad(std::latch &L) { L.wait(); asm(""); }
APART void future_bad(std::future<void> F) { F.get(); asm(""); }

APART void ends_sem() { sem_post(&Sem); asm(""); }
APART void ends_counting() { Counting.release(); asm(""); }
APART void ends_number() { Number = 1; Number.notify_one(); asm(""); }
APART void ends_flag() { Flag = true; Flag.notify_all(); asm(""); }
APART void ends_condition() { std::lock_guard Lock(Mutex); ++Given; Condition.notify_one(); }
APART void ends_cnd() { mtx_lock(&Mtx); cnd_broadcast(&Cnd); mtx_unlock(&Mtx); }
APART void ends_barrier() { pthread_barrier_wait(&Barrier); asm(""); }
APART void ends_meeting() { Meeting.arrive_and_wait(); asm(""); }
APART void ends_latch(std::latch &L) { L.count_down(); asm(""); }
APART void ends_future(std::promise<void> &P) { P.set_value(); asm(""); }

APART void late_bad() { // nobody comes
  timespec Until;
  clock_gettime(CLOCK_REALTIME, &Until);
  Until.tv_sec += (Until.tv_nsec += 30000000) / 1000000000;
  Until.tv_nsec %= 1000000000;
  if (sem_timedwait(&Late, &Until) == 0 || errno != ETIMEDOUT)
    std::abort();
}

static bool Over = false;
APART void worker() {
  for (sem_wait(&Work); !Over; sem_wait(&Work))
    asm("");
}
APART void gives() { sem_post(&Work); asm(""); }

// Nothing to wait for, nobody to wake.
APART void free_ok() {
  static sem_t Free;
  sem_init(&Free, 0, 0);
  sem_post(&Free);
  errno = 77;
  if (sem_wait(&Free) != 0 || sem_trywait(&Free) == 0 || errno != EAGAIN)
    std::abort();
  sem_post(&Free);
  timespec Past{0, 0};
  errno = 77;
  if (sem_timedwait(&Free, &Past) != 0 || errno != 77)
    std::abort();
  sem_post(&Free);
  Past.tv_nsec = -1;
  if (sem_timedwait(&Free, &Past) == 0 || errno != EINVAL)
    std::abort();
  pthread_barrier_t Alone;
  pthread_barrier_init(&Alone, nullptr, 1);
  if (pthread_barrier_wait(&Alone) != PTHREAD_BARRIER_SERIAL_THREAD)
    std::abort();
  std::counting_semaphore<8> S(1);
  S.acquire();
  S.release();
  std::latch L(1);
  L.count_down();
  L.wait();
  std::atomic<int> A(1);
  A.wait(0);
  A.notify_all();
  Condition.notify_all();
}

static void threeTimes(std::function<void()> Wait, std::function<void()> End) {
  for (int I = 0; I < 3; ++I) {
    std::thread Other(Wait);
    std::this_thread::sleep_for(30ms);
    End();
    Other.join();
    Number = 0;
    Flag = false;
  }
}

int main() {
  sem_init(&Sem, 0, 0);
  mtx_init(&Mtx, mtx_plain);
  cnd_init(&Cnd);
  pthread_barrier_init(&Barrier, nullptr, 2);
  sem_init(&Late, 0, 0);
  sem_init(&Work, 0, 0);
  free_ok();
  for (int I = 0; I < 3; ++I)
    late_bad();
  std::thread Busy(worker);
  for (int I = 0; I < 30; ++I) {
    std::this_thread::sleep_for(3ms);
    Over = I == 29;
    gives();
  }
  Busy.join();
  threeTimes(sem_bad, ends_sem);
  threeTimes(semAlso_bad, ends_sem);
  threeTimes(counting_bad, ends_counting);
  threeTimes(number_bad, ends_number);
  threeTimes(flag_bad, ends_flag);
  threeTimes(condition_bad, ends_condition);
  threeTimes(conditionAlso_bad, ends_condition);
  threeTimes(cnd_bad, ends_cnd);
  threeTimes(barrier_bad, ends_barrier);
  threeTimes(meeting_bad, ends_meeting);
  for (int I = 0; I < 3; ++I) {
    std::latch L(1);
    std::thread Other([&] { latch_bad(L); });
    std::this_thread::sleep_for(30ms);
    ends_latch(L);
    Other.join();
  }
  for (int I = 0; I < 3; ++I) {
    std::promise<void> P;
    std::thread Other(future_bad, P.get_future());
    std::this_thread::sleep_for(30ms);
    ends_future(P);
    Other.join();
  }
}
