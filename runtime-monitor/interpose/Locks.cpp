// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/interpose/Locks.h"

#include "runtime-monitor/capture/Watchdog.h"
#include "runtime-monitor/core/Clock.h"
#include "runtime-monitor/interpose/QuickTake.h"
#include "runtime-monitor/locks/LockedCalls.h"

#include <climits>

namespace gridlock::monitor {

std::atomic<uint32_t> WaitersElsewhere{0};

void LockWait::begin(Thread &T, const void *Lock, const char *Operation,
                     uint64_t Site, uint32_t Holder) noexcept {
  Entry = nullptr;
  Owner = Holder;
  if (!T.Inside) {
    InsideMonitor Guard(T);
    Entry = lockSite(Lock, Site, Role::Waiter, Operation, *this);
    if (Entry && Owner != T.Tid.load(std::memory_order_relaxed))
      lookAtHolder(*Entry, Owner);
  }
  WaitersElsewhere.fetch_add(1, std::memory_order_relaxed);
  kinds = nullptr;
  left = [](gridlock_call *Call) { static_cast<LockWait *>(Call)->end(); };
  beginCall(*this, &T, Operation, Lock, Site);
  Since = start != 0 ? start : Clock::now();
  if (T.holds(Lock))
    Watchdog::start(); // no other thread's doing: there may be none
  Watchdog::waitBegins(Since);
}

void LockWait::end() noexcept {
  uint64_t Now = Clock::now();
  auto *T = static_cast<Thread *>(thread);
  WaitersElsewhere.fetch_sub(1, std::memory_order_relaxed);
  endCall(*this);
  if (Entry)
    waited(*Entry, T->Tid.load(std::memory_order_relaxed), Owner, Now - Since);
  Watchdog::busy(Now);
}

void tellRelease(Thread &T, const void *Lock, const char *Operation,
                 const void *Site, const HoldEnd &End, bool Blame) noexcept {
  gridlock_call Call;
  GRIDLOCK_CAPTURE(&Call);
  End.tell(T, &Call);
  if (!Blame || T.Inside)
    return;
  InsideMonitor Guard(T);
  LockSite *S = lockSite(Lock, addressOf(Site), Role::Holder, Operation, Call);
  if (!S)
    return;
  S->Tid.store(T.Tid.load(std::memory_order_relaxed),
               std::memory_order_relaxed);
  if (End.Detail.Operation)
    holderWaited(*S, End.Detail);
  if (End.Detail.Long)
    End.Detail.Long->Waited.fetch_add(1, std::memory_order_release);
  S->Count.fetch_add(1, std::memory_order_release);
}

} // namespace gridlock::monitor

using namespace gridlock::monitor;

namespace {

uint32_t load(const int &Word) {
  return static_cast<uint32_t>(__atomic_load_n(&Word, __ATOMIC_RELAXED));
}

/// Taken on the spot where that is known to be the same.
template <class Lock> bool takesQuickly(Lock *L, const Thread &T) {
  return QuickTake::take(L, T.Tid.load(std::memory_order_relaxed));
}

struct PthreadMutex {
  using Lock = pthread_mutex_t;
  static constexpr uint64_t How = Taking::Mutex;
  static constexpr int Busy = EBUSY;
  static constexpr bool HasQuick = true;
  static bool quickly(Lock *M, const Thread &T) { return takesQuickly(M, T); }
  // glibc's trylock would leave a robust mutex locked that is lost for good.
  static int TryIt(Lock *M) {
    return load(M->__data.__owner) == INT_MAX - 1
               ? ENOTRECOVERABLE
               : Real.pthread_mutex_trylock(M);
  }
  static uint32_t ownerOf(const Lock *M) { return load(M->__data.__owner); }
  // 2 means that somebody sleeps. Robust and priority-inheriting mutexes keep a
  // thread id there: their releases are not blamed.
  static bool contended(const Lock *M) { return load(M->__data.__lock) == 2; }
};

// glibc's mtx_t is a pthread_mutex_t.
struct C11Mutex {
  using Lock = mtx_t;
  static constexpr uint64_t How = Taking::Mutex;
  static constexpr int Busy = thrd_busy;
  static constexpr bool HasQuick = true;
  static const pthread_mutex_t *inner(const Lock *M) {
    return reinterpret_cast<const pthread_mutex_t *>(M);
  }
  static bool quickly(Lock *M, const Thread &T) {
    return takesQuickly(reinterpret_cast<pthread_mutex_t *>(M), T);
  }
  static int TryIt(Lock *M) { return Real.mtx_trylock(M); }
  static uint32_t ownerOf(const Lock *M) {
    return PthreadMutex::ownerOf(inner(M));
  }
  static bool contended(const Lock *M) {
    return PthreadMutex::contended(inner(M));
  }
};

// Locks whose memory doesn't tell who waits.
struct Other {
  static constexpr int Busy = EBUSY;
  static constexpr bool HasQuick = false;
  static bool quickly(volatile void *, const Thread &) { return false; }
  static bool contended(const volatile void *) { return othersWait(); }
};

struct Rwlock : Other {
  using Lock = pthread_rwlock_t;
  static uint32_t ownerOf(const Lock *L) {
    return load(L->__data.__cur_writer);
  }
};
struct Reading : Rwlock {
  static constexpr uint64_t How = Taking::Shared;
  static int TryIt(Lock *L) { return Real.pthread_rwlock_tryrdlock(L); }
};
struct Writing : Rwlock {
  static constexpr uint64_t How = Taking::Write;
  static int TryIt(Lock *L) { return Real.pthread_rwlock_trywrlock(L); }
};

struct Spinning : Other {
  using Lock = pthread_spinlock_t;
  static constexpr uint64_t How = Taking::Other;
  static constexpr bool HasQuick = true;
  static bool quickly(Lock *L, const Thread &T) { return takesQuickly(L, T); }
  static int TryIt(Lock *L) { return Real.pthread_spin_trylock(L); }
  static uint32_t ownerOf(const Lock *) { return 0; }
};

} // namespace

#define NAMED(NAME) &CoreOperations::NAME
#define ACQUIRE(MODE, HOW, NAME, LOCK, ...)                                    \
  return acquire<MODE, NAMED(NAME), HOW>(                                      \
      LOCK, [=] { return REAL(NAME)(LOCK __VA_OPT__(, ) __VA_ARGS__); })
#define TRY(MODE, NAME, LOCK)                                                  \
  return tryAcquire<MODE, NAMED(NAME)>(LOCK, [=] { return REAL(NAME)(LOCK); })
#define RELEASE(MODE, NAME, LOCK)                                              \
  return release<MODE, NAMED(NAME)>(                                           \
      LOCK, [=] { return Real.NAME(LOCK); }, [=] { return REAL(NAME)(LOCK); })

INTERPOSE int pthread_mutex_lock(pthread_mutex_t *M) noexcept {
  ACQUIRE(PthreadMutex, 0, pthread_mutex_lock, M);
}
INTERPOSE int pthread_mutex_timedlock(pthread_mutex_t *M,
                                      const timespec *Until) noexcept {
  ACQUIRE(PthreadMutex, Taking::Timed, pthread_mutex_timedlock, M, Until);
}
INTERPOSE int pthread_mutex_clocklock(pthread_mutex_t *M, clockid_t Clock,
                                      const timespec *Until) noexcept {
  ACQUIRE(PthreadMutex, Taking::Timed, pthread_mutex_clocklock, M, Clock,
          Until);
}
INTERPOSE int pthread_mutex_trylock(pthread_mutex_t *M) noexcept {
  TRY(PthreadMutex, pthread_mutex_trylock, M);
}
INTERPOSE int pthread_mutex_unlock(pthread_mutex_t *M) noexcept {
  RELEASE(PthreadMutex, pthread_mutex_unlock, M);
}

INTERPOSE int pthread_rwlock_rdlock(pthread_rwlock_t *L) noexcept {
  ACQUIRE(Reading, 0, pthread_rwlock_rdlock, L);
}
INTERPOSE int pthread_rwlock_timedrdlock(pthread_rwlock_t *L,
                                         const timespec *Until) noexcept {
  ACQUIRE(Reading, Taking::Timed, pthread_rwlock_timedrdlock, L, Until);
}
INTERPOSE int pthread_rwlock_clockrdlock(pthread_rwlock_t *L, clockid_t Clock,
                                         const timespec *Until) noexcept {
  ACQUIRE(Reading, Taking::Timed, pthread_rwlock_clockrdlock, L, Clock, Until);
}
INTERPOSE int pthread_rwlock_wrlock(pthread_rwlock_t *L) noexcept {
  ACQUIRE(Writing, 0, pthread_rwlock_wrlock, L);
}
INTERPOSE int pthread_rwlock_timedwrlock(pthread_rwlock_t *L,
                                         const timespec *Until) noexcept {
  ACQUIRE(Writing, Taking::Timed, pthread_rwlock_timedwrlock, L, Until);
}
INTERPOSE int pthread_rwlock_clockwrlock(pthread_rwlock_t *L, clockid_t Clock,
                                         const timespec *Until) noexcept {
  ACQUIRE(Writing, Taking::Timed, pthread_rwlock_clockwrlock, L, Clock, Until);
}
INTERPOSE int pthread_rwlock_tryrdlock(pthread_rwlock_t *L) noexcept {
  TRY(Reading, pthread_rwlock_tryrdlock, L);
}
INTERPOSE int pthread_rwlock_trywrlock(pthread_rwlock_t *L) noexcept {
  TRY(Writing, pthread_rwlock_trywrlock, L);
}
INTERPOSE int pthread_rwlock_unlock(pthread_rwlock_t *L) noexcept {
  RELEASE(Rwlock, pthread_rwlock_unlock, L);
}

INTERPOSE int pthread_spin_lock(pthread_spinlock_t *L) noexcept {
  ACQUIRE(Spinning, 0, pthread_spin_lock, L);
}
INTERPOSE int pthread_spin_trylock(pthread_spinlock_t *L) noexcept {
  TRY(Spinning, pthread_spin_trylock, L);
}
INTERPOSE int pthread_spin_unlock(pthread_spinlock_t *L) noexcept {
  RELEASE(Spinning, pthread_spin_unlock, L);
}

INTERPOSE int mtx_lock(mtx_t *M) { ACQUIRE(C11Mutex, 0, mtx_lock, M); }
INTERPOSE int mtx_timedlock(mtx_t *M, const timespec *Until) {
  ACQUIRE(C11Mutex, Taking::Timed, mtx_timedlock, M, Until);
}
INTERPOSE int mtx_trylock(mtx_t *M) { TRY(C11Mutex, mtx_trylock, M); }
INTERPOSE int mtx_unlock(mtx_t *M) { RELEASE(C11Mutex, mtx_unlock, M); }
