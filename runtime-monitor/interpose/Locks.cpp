// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/interpose/Locks.h"

#include "runtime-monitor/capture/Watchdog.h"
#include "runtime-monitor/core/Clock.h"

namespace gridlock::monitor {

std::atomic<uint32_t> WaitersElsewhere{0};

void LockWait::begin(Thread &T, const void *Lock, const char *Operation,
                     uint64_t Site, uint32_t Holder) noexcept {
  Entry = nullptr;
  Owner = Holder;
  if (!T.Inside) {
    InsideMonitor Guard(T);
    Entry = lockSite(Lock, Site, Role::Waiter, Operation);
    if (Entry)
      keepStack(*Entry, Call);
  }
  WaitersElsewhere.fetch_add(1, std::memory_order_relaxed);
  beginCall(Call, &T, Operation, Lock, Site);
  Start = Call.start != 0 ? Call.start : Clock::now();
  if (T.holds(Lock))
    Watchdog::start(); // no other thread's doing: there may be none
  Watchdog::waitBegins(Start);
}

void LockWait::end() noexcept {
  uint64_t Now = Clock::now();
  auto *T = static_cast<Thread *>(Call.thread);
  WaitersElsewhere.fetch_sub(1, std::memory_order_relaxed);
  endCall(Call);
  if (Entry)
    waited(*Entry, T->Tid.load(std::memory_order_relaxed), Owner, Now - Start);
  Watchdog::busy(Now);
}

void contendedRelease(Thread &T, const void *Lock, const char *Operation,
                      const void *Site) noexcept {
  gridlock_call Call;
  GRIDLOCK_CAPTURE(&Call);
  if (T.Inside)
    return;
  InsideMonitor Guard(T);
  if (LockSite *S = lockSite(Lock, addressOf(Site), Role::Holder, Operation)) {
    S->Tid.store(T.Tid.load(std::memory_order_relaxed),
                 std::memory_order_relaxed);
    S->Count.fetch_add(1, std::memory_order_relaxed);
    keepStack(*S, Call);
  }
}

} // namespace gridlock::monitor

using namespace gridlock::monitor;

namespace {

uint32_t ownerOf(const pthread_mutex_t *M) {
  return static_cast<uint32_t>(
      __atomic_load_n(&M->__data.__owner, __ATOMIC_RELAXED));
}
uint32_t ownerOf(const pthread_rwlock_t *L) {
  return static_cast<uint32_t>(
      __atomic_load_n(&L->__data.__cur_writer, __ATOMIC_RELAXED));
}
// glibc's mtx_t is a pthread_mutex_t.
const pthread_mutex_t *asMutex(const mtx_t *M) {
  return reinterpret_cast<const pthread_mutex_t *>(M);
}
uint32_t ownerOf(const mtx_t *M) { return ownerOf(asMutex(M)); }

// 2 means that somebody sleeps. Robust and priority-inheriting mutexes keep a
// thread id there: their releases are not blamed.
bool hasWaiters(const pthread_mutex_t *M) {
  return __atomic_load_n(&M->__data.__lock, __ATOMIC_RELAXED) == 2;
}
bool hasWaiters(const mtx_t *M) { return hasWaiters(asMutex(M)); }

bool someoneWaits() {
  return WaitersElsewhere.load(std::memory_order_relaxed) != 0;
}

} // namespace

INTERPOSE int pthread_mutex_lock(pthread_mutex_t *M) noexcept {
  ACQUIRE(M, pthread_mutex_lock, Taking::Mutex, pthread_mutex_trylock, EBUSY,
          ownerOf(M), REAL(pthread_mutex_lock)(M));
}

INTERPOSE int pthread_mutex_timedlock(pthread_mutex_t *M,
                                      const timespec *Until) noexcept {
  ACQUIRE(M, pthread_mutex_timedlock, Taking::Mutex | Taking::Timed,
          pthread_mutex_trylock, EBUSY, ownerOf(M),
          REAL(pthread_mutex_timedlock)(M, Until));
}

INTERPOSE int pthread_mutex_clocklock(pthread_mutex_t *M, clockid_t Clock,
                                      const timespec *Until) noexcept {
  ACQUIRE(M, pthread_mutex_clocklock, Taking::Mutex | Taking::Timed,
          pthread_mutex_trylock, EBUSY, ownerOf(M),
          REAL(pthread_mutex_clocklock)(M, Clock, Until));
}

INTERPOSE int pthread_mutex_trylock(pthread_mutex_t *M) noexcept {
  TRY_ACQUIRE(M, pthread_mutex_trylock, Taking::Mutex);
}

INTERPOSE int pthread_mutex_unlock(pthread_mutex_t *M) noexcept {
  RELEASE(M, pthread_mutex_unlock, hasWaiters(M));
}

INTERPOSE int pthread_rwlock_rdlock(pthread_rwlock_t *L) noexcept {
  ACQUIRE(L, pthread_rwlock_rdlock, Taking::Shared, pthread_rwlock_tryrdlock,
          EBUSY, ownerOf(L), REAL(pthread_rwlock_rdlock)(L));
}

INTERPOSE int pthread_rwlock_timedrdlock(pthread_rwlock_t *L,
                                         const timespec *Until) noexcept {
  ACQUIRE(L, pthread_rwlock_timedrdlock, Taking::Shared | Taking::Timed,
          pthread_rwlock_tryrdlock, EBUSY, ownerOf(L),
          REAL(pthread_rwlock_timedrdlock)(L, Until));
}

INTERPOSE int pthread_rwlock_clockrdlock(pthread_rwlock_t *L, clockid_t Clock,
                                         const timespec *Until) noexcept {
  ACQUIRE(L, pthread_rwlock_clockrdlock, Taking::Shared | Taking::Timed,
          pthread_rwlock_tryrdlock, EBUSY, ownerOf(L),
          REAL(pthread_rwlock_clockrdlock)(L, Clock, Until));
}

INTERPOSE int pthread_rwlock_wrlock(pthread_rwlock_t *L) noexcept {
  ACQUIRE(L, pthread_rwlock_wrlock, Taking::Write, pthread_rwlock_trywrlock,
          EBUSY, ownerOf(L), REAL(pthread_rwlock_wrlock)(L));
}

INTERPOSE int pthread_rwlock_timedwrlock(pthread_rwlock_t *L,
                                         const timespec *Until) noexcept {
  ACQUIRE(L, pthread_rwlock_timedwrlock, Taking::Write | Taking::Timed,
          pthread_rwlock_trywrlock, EBUSY, ownerOf(L),
          REAL(pthread_rwlock_timedwrlock)(L, Until));
}

INTERPOSE int pthread_rwlock_clockwrlock(pthread_rwlock_t *L, clockid_t Clock,
                                         const timespec *Until) noexcept {
  ACQUIRE(L, pthread_rwlock_clockwrlock, Taking::Write | Taking::Timed,
          pthread_rwlock_trywrlock, EBUSY, ownerOf(L),
          REAL(pthread_rwlock_clockwrlock)(L, Clock, Until));
}

INTERPOSE int pthread_rwlock_tryrdlock(pthread_rwlock_t *L) noexcept {
  TRY_ACQUIRE(L, pthread_rwlock_tryrdlock, Taking::Shared);
}

INTERPOSE int pthread_rwlock_trywrlock(pthread_rwlock_t *L) noexcept {
  TRY_ACQUIRE(L, pthread_rwlock_trywrlock, Taking::Write);
}

INTERPOSE int pthread_rwlock_unlock(pthread_rwlock_t *L) noexcept {
  RELEASE(L, pthread_rwlock_unlock, someoneWaits());
}

INTERPOSE int pthread_spin_lock(pthread_spinlock_t *L) noexcept {
  ACQUIRE(L, pthread_spin_lock, Taking::Other, pthread_spin_trylock, EBUSY, 0u,
          REAL(pthread_spin_lock)(L));
}

INTERPOSE int pthread_spin_trylock(pthread_spinlock_t *L) noexcept {
  TRY_ACQUIRE(L, pthread_spin_trylock, Taking::Other);
}

INTERPOSE int pthread_spin_unlock(pthread_spinlock_t *L) noexcept {
  RELEASE(L, pthread_spin_unlock, someoneWaits());
}

INTERPOSE int mtx_lock(mtx_t *M) {
  ACQUIRE(M, mtx_lock, Taking::Mutex, mtx_trylock, thrd_busy, ownerOf(M),
          REAL(mtx_lock)(M));
}

INTERPOSE int mtx_timedlock(mtx_t *M, const timespec *Until) {
  ACQUIRE(M, mtx_timedlock, Taking::Mutex | Taking::Timed, mtx_trylock,
          thrd_busy, ownerOf(M), REAL(mtx_timedlock)(M, Until));
}

INTERPOSE int mtx_trylock(mtx_t *M) {
  TRY_ACQUIRE(M, mtx_trylock, Taking::Mutex);
}

INTERPOSE int mtx_unlock(mtx_t *M) { RELEASE(M, mtx_unlock, hasWaiters(M)); }
