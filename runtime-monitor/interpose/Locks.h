// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The path all lock interposers share: try first; only a lock that is not free
// costs more than a push on the thread's stack of held locks.
#ifndef GRIDLOCK_MONITOR_INTERPOSE_LOCKS_H
#define GRIDLOCK_MONITOR_INTERPOSE_LOCKS_H

#include "runtime-monitor/interpose/Interpose.h"
#include "runtime-monitor/locks/Contention.h"
#include "runtime-monitor/locks/Order.h"

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
[[gnu::noinline, gnu::cold]] void contendedRelease(Thread &T, const void *Lock,
                                                   const char *Operation,
                                                   const void *Site) noexcept;

/// Everything but the fast path, apart from it so that that one needs no room
/// on the stack. Rc: of the first try; without a thread there was none.
template <class Owner, class Take>
[[gnu::noinline, gnu::cold]] int
acquireSlowly(Thread *T, const void *Lock, const char *Operation,
              const void *Site, uint64_t How, int Busy, int Rc, Owner OwnerNow,
              Take TakeIt) {
  if (!T)
    return TakeIt();
  if (Rc == Busy && TheOptions.Locks) {
    LockWait Wait(*T, Lock, Operation, Site, OwnerNow());
    Rc = TakeIt();
  } else if (Rc != EOWNERDEAD) {
    Rc = TakeIt();
  }
  if (Rc == 0 || Rc == EOWNERDEAD)
    T->acquired(Lock, addressOf(Site) | How);
  return Rc;
}

/// The thread holds other locks: their order is looked at before it may wait.
template <class Try, class Owner, class Take>
[[gnu::noinline]] int acquireNested(Thread *T, const void *Lock,
                                    const char *Operation, const void *Site,
                                    uint64_t How, int Busy, Try TryIt,
                                    Owner OwnerNow, Take TakeIt) {
  takesInOrder(*T, Lock, Operation, addressOf(Site) | How);
  const int Rc = TryIt();
  if (Rc != 0)
    return acquireSlowly(T, Lock, Operation, Site, How, Busy, Rc, OwnerNow,
                         TakeIt);
  T->acquired(Lock, addressOf(Site) | How);
  return 0;
}

// The macros below are the bodies of interposers. A thread state exists only
// once all real functions are known, so the fast path calls them unchecked.

/// Try first; the lock is mostly free.
#define ACQUIRE(LOCK, NAME, HOW, TRY, BUSY, OWNER, TAKE)                       \
  Thread *T = currentThread();                                                 \
  int Rc = 0;                                                                  \
  if (__builtin_expect(T != nullptr, 1)) {                                     \
    if (__builtin_expect(T->HeldCount != 0, 0))                                \
      return acquireNested(                                                    \
          T, erased(LOCK), Operation.NAME, CALLER, HOW, BUSY,                  \
          [=] { return Real.TRY(LOCK); }, [=] { return OWNER; },               \
          [=] { return TAKE; });                                               \
    Rc = Real.TRY(LOCK);                                                       \
    if (__builtin_expect(Rc == 0, 1)) {                                        \
      T->acquired(erased(LOCK), addressOf(CALLER) | (HOW));                    \
      return 0;                                                                \
    }                                                                          \
  }                                                                            \
  return acquireSlowly(                                                        \
      T, erased(LOCK), Operation.NAME, CALLER, HOW, BUSY, Rc,                  \
      [=] { return OWNER; }, [=] { return TAKE; })

/// trylock and its like: held when it succeeds.
#define TRY_ACQUIRE(LOCK, NAME, HOW)                                           \
  int Rc = REAL(NAME)(LOCK);                                                   \
  if (Rc == 0 || Rc == EOWNERDEAD)                                             \
    if (Thread *T = currentThread())                                           \
      T->acquired(erased(LOCK), addressOf(CALLER) | (HOW));                    \
  return Rc

/// The fast path ends in a jump and saves no register.
#define RELEASE(LOCK, NAME, CONTENDED)                                         \
  Thread *T = Self;                                                            \
  if (__builtin_expect(T && T->holdsOnTop(erased(LOCK)) && !(CONTENDED), 1)) { \
    --T->HeldCount;                                                            \
    return Real.NAME(LOCK);                                                    \
  }                                                                            \
  return releaseSlowly(                                                        \
      erased(LOCK), Operation.NAME, CALLER, [=] { return CONTENDED; },         \
      [=] { return REAL(NAME)(LOCK); })

template <class Contended, class Release>
[[gnu::noinline, gnu::cold]] int
releaseSlowly(const void *Lock, const char *Operation, const void *Site,
              Contended IsContended, Release ReleaseIt) {
  Thread *T = currentThread();
  if (!T)
    return ReleaseIt();
  T->released(Lock);
  const bool Blame = TheOptions.Locks && IsContended();
  const int Rc = ReleaseIt();
  if (Blame)
    contendedRelease(*T, Lock, Operation, Site);
  return Rc;
}

template <class T> const void *erased(T *Lock) {
  return const_cast<const std::remove_volatile_t<T> *>(Lock);
}

} // namespace gridlock::monitor

#endif
