// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Taking a free lock on the spot, as glibc's functions take it, instead of by a
// call: that is most of what watching a lock would cost. Only where it is
// glibc's own functions that come after the monitor, and only if tries at the
// start have shown that what is done here leaves the very same bytes as they
// do. Giving a lock back is always left to them.
#ifndef GRIDLOCK_MONITOR_INTERPOSE_QUICKTAKE_H
#define GRIDLOCK_MONITOR_INTERPOSE_QUICKTAKE_H

#include <cstdint>
#include <pthread.h>

namespace gridlock::monitor {

class QuickTake {
public:
  /// Once all real functions are known. Takes a microsecond.
  static void start() noexcept;

  /// False: by the real function, the lock may be free or not. Tid: the
  /// calling thread's.
  static bool take(pthread_mutex_t *M, uint32_t Tid) noexcept {
    // Plain, recursive, error checking and adaptive ones; not robust, priority
    // inheriting or shared by processes.
    const auto Kind = static_cast<unsigned>(M->__data.__kind);
    return __builtin_expect(Kind < UsableKinds, 1) && takeOf(M, Kind, Tid);
  }
  static bool take(pthread_spinlock_t *S, uint32_t) noexcept {
    return Spins && takeOf(S);
  }

private:
  static bool takeOf(pthread_mutex_t *M, unsigned Kind, uint32_t Tid) noexcept {
    int Free = 0;
    if (__builtin_expect(
            !__atomic_compare_exchange_n(&M->__data.__lock, &Free, 1, false,
                                         __ATOMIC_ACQUIRE, __ATOMIC_RELAXED),
            0))
      return false;
    if (Kind == PTHREAD_MUTEX_RECURSIVE)
      M->__data.__count = 1;
    M->__data.__owner = static_cast<int>(Tid);
    ++M->__data.__nusers;
    return true;
  }
  static bool takeOf(pthread_spinlock_t *S) noexcept {
    int Free = 1;
    return __atomic_compare_exchange_n(S, &Free, 0, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
  }
  static bool provenFor(int Kind) noexcept;
  static bool provenForSpins() noexcept;

  static unsigned UsableKinds; // those below it; 0: none
  static bool Spins;
};

} // namespace gridlock::monitor

#endif
