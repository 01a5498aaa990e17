// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The path all lock interposers share: try first; only a lock that is not free
// costs more than a push on the thread's stack of held locks.
#ifndef GRIDLOCK_MONITOR_INTERPOSE_LOCKS_H
#define GRIDLOCK_MONITOR_INTERPOSE_LOCKS_H

#include "runtime-monitor/core/Place.h"
#include "runtime-monitor/interpose/Interpose.h"
#include "runtime-monitor/locks/Contention.h"
#include "runtime-monitor/locks/Holds.h"
#include "runtime-monitor/locks/Order.h"

namespace gridlock::monitor {

/// Brackets the wait for a lock that was not free. Its stack is taken before,
/// not while the lock is held.
class LockWait : gridlock_call {
public:
  [[gnu::always_inline]] LockWait(Thread &T, const void *Lock,
                                  const char *Operation, const void *Site,
                                  uint32_t Owner) noexcept {
    GRIDLOCK_MAY_BE_LEFT;
    GRIDLOCK_CAPTURE(this);
    begin(T, Lock, Operation, addressOf(Site), Owner);
  }
  [[gnu::always_inline]] ~LockWait() { end(); }
  LockWait(const LockWait &) = delete;

private:
  void begin(Thread &T, const void *Lock, const char *Operation, uint64_t Site,
             uint32_t Owner) noexcept;
  void end() noexcept;

  LockSite *Entry;
  uint64_t Since;
  uint32_t Owner;
};

/// How many threads wait for a lock whose own memory doesn't tell (rwlock,
/// spin, once, static variable).
extern std::atomic<uint32_t> WaitersElsewhere;
inline bool othersWait() noexcept {
  return WaitersElsewhere.load(std::memory_order_relaxed) != 0;
}

/// What a release has to tell: that others may have waited (Blame), how long
/// the lock was held. Lock may be gone already.
[[gnu::noinline, gnu::cold]] void
tellRelease(Thread &T, const void *Lock, const char *Operation,
            const void *Site, const HoldEnd &End, bool Blame) noexcept;

template <class T> const void *erased(T *Lock) {
  return const_cast<const std::remove_volatile_t<T> *>(Lock);
}

// The bodies of interposers. Mode is a kind of lock and a way to hold it:
//   Lock         the type
//   How          Taking's bits
//   Busy         what TryIt returns when the lock is not free
//   TryIt        takes it without waiting
//   quickly      takes it without a call; false: TryIt may or may not
//   HasQuick     there is that
//   ownerOf      thread id of whoever holds it, or 0
//   contended    others may wait for it
// Name is the operation, of CoreOperations or a text. A thread state
// exists only once all real functions are known, so the fast path calls them
// unchecked.
//
// Everything but the fast path is apart from it, so that that one needs no room
// on the stack.

template <auto Name> const char *nameOf() noexcept {
  if constexpr (std::is_member_pointer_v<decltype(Name)>)
    return Operation.*Name;
  else
    return Name;
}

inline bool isTaken(int Rc) noexcept { return Rc == 0 || Rc == EOWNERDEAD; }

/// The first try returned Rc, no success.
template <class Mode, auto Name, class Take>
int takeAfterTry(Thread &T, typename Mode::Lock *L, const void *Site, int Rc,
                 Take TakeIt) {
  if (Rc == Mode::Busy && TheOptions.Locks) {
    LockWait Wait(T, erased(L), nameOf<Name>(), Site, Mode::ownerOf(L));
    return TakeIt();
  }
  return Rc == EOWNERDEAD ? Rc : TakeIt();
}

/// The lock is not free, or not to be taken quickly (Rc: the lock's Busy). The
/// thread's state is read again, which saves the fast path a register.
template <class Mode, auto Name, uint64_t How, class Take>
[[gnu::noinline]] int acquireSlowly(typename Mode::Lock *L, const void *Site,
                                    int Rc, Take TakeIt) {
  Thread &T = *Self;
  if (Mode::HasQuick && (Rc = Mode::TryIt(L)) == 0)
    return 0;
  T.failedFirst();
  Rc = takeAfterTry<Mode, Name>(T, L, Site, Rc, TakeIt);
  if (isTaken(Rc))
    T.acquired(erased(L), addressOf(Site) | Mode::How | How);
  return Rc;
}

/// The hold is to be timed, or the lock is not to be taken quickly.
template <class Mode, auto Name, uint64_t How, class Take>
[[gnu::noinline]] int acquireTimed(Thread *T, typename Mode::Lock *L,
                                   const void *Site, Take TakeIt) {
  const uint64_t From = addressOf(Site) | Mode::How | How;
  const HoldStart Start(*T, erased(L), nameOf<Name>(), From);
  int Rc = Mode::TryIt(L);
  if (Rc != 0)
    Rc = takeAfterTry<Mode, Name>(*T, L, Site, Rc, TakeIt);
  if (isTaken(Rc)) {
    T->acquired(erased(L), From);
    Start.taken(*T);
  }
  return Rc;
}

/// The thread holds other locks, whose order is looked at before it may wait,
/// or the hold is to be timed, or a library has taken it for the program.
template <class Mode, auto Name, uint64_t How, class Take>
[[gnu::noinline]] int acquireClosely(Thread *T, typename Mode::Lock *L,
                                     const void *Site, Take TakeIt) {
  if (T->Holding & Thread::InLibrary)
    Site = outsideLibrary(Site);
  const uint64_t From = addressOf(Site) | Mode::How | How;
  if (T->heldCount() != 0)
    takesInOrder(*T, erased(L), nameOf<Name>(), From);
  if ((T->Holding & Thread::TimeNext) || !Mode::quickly(L, *T))
    return acquireTimed<Mode, Name, How>(T, L, Site, TakeIt);
  T->acquired(erased(L), From);
  return 0;
}

// From here on inlined into the interposer, whose caller is meant. CALLER is
// not kept in a variable: it would need a register across the try.

/// Try first; the lock is mostly free. How: further bits of Taking.
template <class Mode, auto Name, uint64_t How = 0, class Take>
[[gnu::always_inline]] inline int acquire(typename Mode::Lock *L, Take TakeIt) {
  Thread *T = currentThread();
  if (__builtin_expect(T == nullptr, 0))
    return TakeIt();
  if (__builtin_expect(!T->isFree(), 0))
    return acquireClosely<Mode, Name, How>(T, L, CALLER, TakeIt);
  T->acquiresFirst(erased(L), addressOf(CALLER) | Mode::How | How);
  const int Rc =
      Mode::HasQuick ? Mode::quickly(L, *T) ? 0 : Mode::Busy : Mode::TryIt(L);
  if (__builtin_expect(Rc == 0, 1))
    return 0;
  return acquireSlowly<Mode, Name, How>(L, CALLER, Rc, TakeIt);
}

/// trylock and its like: held when it succeeds.
template <class Mode, auto Name, class Try>
[[gnu::always_inline]] inline int tryAcquire(typename Mode::Lock *L,
                                             Try TryIt) {
  Thread *T = currentThread();
  if (!T)
    return TryIt();
  const void *Site = CALLER;
  if (T->Holding & Thread::InLibrary)
    Site = outsideLibrary(Site);
  const uint64_t From = addressOf(Site) | Mode::How;
  const HoldStart Start(*T, erased(L), nameOf<Name>(), From);
  const int Rc = TryIt();
  if (isTaken(Rc)) {
    T->acquired(erased(L), From);
    Start.taken(*T);
  }
  return Rc;
}

template <class Mode, auto Name, class Release>
[[gnu::noinline]] int releaseSlowly(typename Mode::Lock *L, const void *Site,
                                    Release ReleaseIt) {
  Thread *T = currentThread();
  if (!T)
    return ReleaseIt();
  const HoldEnd End(*T, erased(L));
  const bool Blame = TheOptions.Locks && Mode::contended(L);
  const int Rc = ReleaseIt();
  if (Blame || End.Detail.Timed)
    tellRelease(*T, erased(L), nameOf<Name>(), Site, End, Blame);
  return Rc;
}

/// The fast path ends in a jump and saves no register. ReleaseKnown: for a
/// thread that has a state.
template <class Mode, auto Name, class Known, class Release>
[[gnu::always_inline]] inline int
release(typename Mode::Lock *L, Known ReleaseKnown, Release ReleaseIt) {
  Thread *T = Self;
  if (__builtin_expect(T && T->tookLast(erased(L)) && !Mode::contended(L), 1)) {
    --T->Holding;
    return ReleaseKnown();
  }
  return releaseSlowly<Mode, Name>(L, CALLER, ReleaseIt);
}

} // namespace gridlock::monitor

#endif
