// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The path all lock interposers share: try first; only a lock that is not free
// costs more than a push on the thread's stack of held locks.
#ifndef GRIDLOCK_MONITOR_INTERPOSE_LOCKS_H
#define GRIDLOCK_MONITOR_INTERPOSE_LOCKS_H

#include "runtime-monitor/interpose/Interpose.h"
#include "runtime-monitor/locks/Contention.h"

namespace gridlock::monitor {

/// Brackets the wait for a lock that was not free. Its stack is taken before,
/// not while the lock is held.
class LockWait {
public:
  [[gnu::always_inline]] LockWait(Thread &T, const void *Lock,
                                  const char *Operation, const void *Site,
                                  uint32_t Owner) noexcept {
    GRIDLOCK_CAPTURE(&Call);
    begin(T, Lock, Operation, addressOf(Site), Owner);
  }
  [[gnu::always_inline]] ~LockWait() { end(); }
  LockWait(const LockWait &) = delete;

private:
  void begin(Thread &T, const void *Lock, const char *Operation, uint64_t Site,
             uint32_t Owner) noexcept;
  void end() noexcept;

  gridlock_call Call;
  LockSite *Entry;
  uint64_t Start;
  uint32_t Owner;
};

/// How many threads wait for a lock whose own memory doesn't tell (rwlock,
/// spin, C11).
extern std::atomic<uint32_t> WaitersElsewhere;

/// The lock was given back while others may wait for it. Lock may be gone
/// already.
[[gnu::noinline]] void contendedRelease(Thread &T, const void *Lock,
                                        const char *Operation,
                                        const void *Site) noexcept;

template <class Try, class Take>
[[gnu::always_inline]] inline int
acquire(const void *Lock, const char *Operation, const void *Site, int Busy,
        uint32_t Owner, Try &&TryIt, Take &&TakeIt) {
  Thread *T = currentThread();
  if (__builtin_expect(!T || !TheOptions.Locks, 0))
    return TakeIt();
  int Rc = TryIt();
  if (__builtin_expect(Rc == Busy, 0)) {
    LockWait Wait(*T, Lock, Operation, Site, Owner);
    Rc = TakeIt();
  } else if (__builtin_expect(Rc != 0 && Rc != EOWNERDEAD, 0)) {
    return TakeIt();
  }
  if (__builtin_expect(Rc == 0 || Rc == EOWNERDEAD, 1))
    T->acquired(Lock, addressOf(Site));
  return Rc;
}

/// trylock and its like: held when it succeeds.
template <class Try>
[[gnu::always_inline]] inline int tryAcquire(const void *Lock, const void *Site,
                                             Try &&TryIt) {
  int Rc = TryIt();
  if (Rc == 0 || Rc == EOWNERDEAD)
    if (Thread *T = currentThread(); T && TheOptions.Locks)
      T->acquired(Lock, addressOf(Site));
  return Rc;
}

template <class Release>
[[gnu::always_inline]] inline int
release(const void *Lock, const char *Operation, const void *Site,
        bool Contended, Release &&ReleaseIt) {
  Thread *T = currentThread();
  if (__builtin_expect(!T || !TheOptions.Locks, 0))
    return ReleaseIt();
  T->released(Lock);
  int Rc = ReleaseIt();
  if (__builtin_expect(Contended, 0))
    contendedRelease(*T, Lock, Operation, Site);
  return Rc;
}

} // namespace gridlock::monitor

#endif
