// Waits of a loop's callbacks for everything that threads synchronise with, C, C++ and POSIX:
// each is reported with its function; what does not have to wait is not.
// RUN: %three_ways %s
// RUN: for w in preloaded shared static; do %expect %t.$w.json \
// RUN:   "{f['function'] for f in by['gridlock-blocking-in-callback']} >= set(open('%s').read().split('NAMES: ')[2].split(chr(10))[0].split())" \
// RUN:   "'_ok' not in str([f['function'] for f in findings])" || exit 1; done
// NAMES: mutex_bad timed_bad recursive_bad shared_bad exclusive_bad sharedTimed_bad spin_bad condition_bad c11_bad sem_bad semTimed_bad counting_bad latch_bad barrier_bad posixBarrier_bad atomic_bad future_bad joins_bad once_bad static_bad
#include "loop.h"

#include <atomic>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <latch>
#include <mutex>
#include <pthread.h>
#include <semaphore.h>
#include <semaphore>
#include <shared_mutex>
#include <thread>
#include <threads.h>
#include <time.h>
#include <vector>

using namespace std::chrono_literals;
#define APART [[gnu::noinline]]
static constexpr auto Long = 150ms;

/// Another thread does Begin before this returns, and End a while later.
static std::thread other(std::function<void()> Begin, std::function<void()> End) {
  std::promise<void> Begun;
  std::thread Other([&, End] {
    Begin();
    Begun.set_value();
    std::this_thread::sleep_for(Long);
    End();
  });
  Begun.get_future().wait();
  return Other;
}
template <class Lock> static std::thread holds(Lock &L) {
  return other([&] { L.lock(); }, [&] { L.unlock(); });
}

static std::mutex Mutex;
static std::timed_mutex Timed;
static std::recursive_mutex Recursive;
static std::shared_mutex Shared;
static std::shared_timed_mutex SharedTimed;
static pthread_spinlock_t Spin;
static std::condition_variable Condition;
static mtx_t Mtx;
static cnd_t Cnd;
static sem_t Sem;
static pthread_barrier_t Barrier;

APART void mutex_bad() { std::lock_guard Guard(Mutex); asm(""); }
APART void timed_bad() { if (Timed.try_lock_for(10s)) Timed.unlock(); }
APART void recursive_bad() { std::lock_guard Guard(Recursive); asm(""); }
APART void shared_bad() { std::shared_lock Guard(Shared); asm(""); }
APART void exclusive_bad() { std::lock_guard Guard(Shared); asm(""); }
APART void sharedTimed_bad() { if (SharedTimed.try_lock_shared_for(10s)) SharedTimed.unlock_shared(); }
APART void spin_bad() { pthread_spin_lock(&Spin); pthread_spin_unlock(&Spin); }
APART void condition_bad() { std::unique_lock Guard(Mutex); Condition.wait_for(Guard, Long, [] { return false; }); }
APART void c11_bad() { mtx_lock(&Mtx); cnd_wait(&Cnd, &Mtx); mtx_unlock(&Mtx); }
APART void sem_bad() { sem_wait(&Sem); asm(""); }
APART void semTimed_bad() {
  timespec Until;
  clock_gettime(CLOCK_REALTIME, &Until);
  Until.tv_sec += 10;
  sem_timedwait(&Sem, &Until);
}
APART void counting_bad(std::counting_semaphore<8> &S) { S.acquire(); asm(""); }
APART void latch_bad(std::latch &L) { L.wait(); asm(""); }
APART void barrier_bad(std::barrier<> &B) { B.arrive_and_wait(); asm(""); }
APART void posixBarrier_bad() { pthread_barrier_wait(&Barrier); asm(""); }
APART void atomic_bad(std::atomic<int> &A) { A.wait(0); asm(""); }
APART void future_bad(std::future<void> &F) { F.wait(); asm(""); }
APART void joins_bad(std::thread &T) { T.join(); asm(""); }
static std::once_flag Once;
APART void once_bad() { std::call_once(Once, [] {}); asm(""); }
static std::promise<void> *Initialising;
static int initialise() { Initialising->set_value(); std::this_thread::sleep_for(Long); return 1; }
APART void static_bad() {
  static const int Value = initialise();
  if (Value != 1)
    std::abort();
}

static void nothing() {}
static std::vector<std::function<void()>> bad() {
  return {
      [] { auto T = holds(Mutex); mutex_bad(); T.join(); },
      [] { auto T = holds(Timed); timed_bad(); T.join(); },
      [] { auto T = holds(Recursive); recursive_bad(); T.join(); },
      [] { auto T = holds(Shared); shared_bad(); T.join(); },
      [] { auto T = other([] { Shared.lock_shared(); }, [] { Shared.unlock_shared(); }); exclusive_bad(); T.join(); },
      [] { auto T = holds(SharedTimed); sharedTimed_bad(); T.join(); },
      [] { auto T = other([] { pthread_spin_lock(&Spin); }, [] { pthread_spin_unlock(&Spin); }); spin_bad(); T.join(); },
      condition_bad,
      [] { auto T = other(nothing, [] { mtx_lock(&Mtx); cnd_signal(&Cnd); mtx_unlock(&Mtx); }); c11_bad(); T.join(); },
      [] { auto T = other(nothing, [] { sem_post(&Sem); }); sem_bad(); T.join(); },
      [] { auto T = other(nothing, [] { sem_post(&Sem); }); semTimed_bad(); T.join(); },
      [] { std::counting_semaphore<8> S(0); auto T = other(nothing, [&] { S.release(); }); counting_bad(S); T.join(); },
      [] { std::latch L(1); auto T = other(nothing, [&] { L.count_down(); }); latch_bad(L); T.join(); },
      [] { std::barrier<> B(2); auto T = other(nothing, [&] { B.arrive_and_wait(); }); barrier_bad(B); T.join(); },
      [] { auto T = other(nothing, [] { pthread_barrier_wait(&Barrier); }); posixBarrier_bad(); T.join(); },
      [] { std::atomic<int> A(0); auto T = other(nothing, [&] { A = 1; A.notify_all(); }); atomic_bad(A); T.join(); },
      [] { std::promise<void> P; auto F = P.get_future(); auto T = other(nothing, [&] { P.set_value(); }); future_bad(F); T.join(); },
      [] { auto T = other(nothing, nothing); joins_bad(T); },
      [] {
        std::promise<void> In;
        std::thread T([&] { std::call_once(Once, [&] { In.set_value(); std::this_thread::sleep_for(Long); }); });
        In.get_future().wait();
        once_bad();
        T.join();
      },
      [] {
        std::promise<void> In;
        Initialising = &In;
        std::thread T(static_bad);
        In.get_future().wait();
        static_bad();
        T.join();
      },
  };
}

APART void free_ok() {
  mutex_bad();
  timed_bad();
  recursive_bad();
  shared_bad();
  exclusive_bad();
  spin_bad();
  sem_post(&Sem);
  sem_bad();
  std::counting_semaphore<8> S(1);
  counting_bad(S);
  std::latch L(0);
  latch_bad(L);
  std::atomic<int> A(1);
  atomic_bad(A);
}

int main() {
  pthread_spin_init(&Spin, PTHREAD_PROCESS_PRIVATE);
  mtx_init(&Mtx, mtx_plain);
  cnd_init(&Cnd);
  sem_init(&Sem, 0, 0);
  pthread_barrier_init(&Barrier, nullptr, 2);
  const auto All = bad();
  runLoop(10 + static_cast<int>(All.size()), [&](int I) {
    if (I < 10)
      free_ok();
    else
      All[static_cast<std::size_t>(I) - 10]();
  });
}
