// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The initialisation of static variables in functions: a lock that the compiler
// takes. Where the C++ runtime is linked statically with the archive there are
// no other functions than these: then they do the work, as libstdc++ does it.
#include "runtime-monitor/core/Syscalls.h"
#include "runtime-monitor/interpose/Locks.h"
#include "runtime-monitor/interpose/RecursiveInit.h"

#include <climits>
#include <cstdlib>
#include <sys/single_threaded.h>

using namespace gridlock::monitor;

namespace {

// libstdc++'s and libc++abi's first byte: initialised. libstdc++'s others:
constexpr int Initialised = 1, Pending = 1 << 8, Waited = 1 << 16;

int *wordOf(long long *Guard) { return reinterpret_cast<int *>(Guard); }

int acquireGuard(long long *Guard) {
  int *const Word = wordOf(Guard);
  for (int Seen = 0;;) {
    if (__atomic_compare_exchange_n(Word, &Seen, Pending, false,
                                    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
      return 1;
    if (Seen == Initialised)
      return 0;
    if (__libc_single_threaded) // the initialisation needs itself
      failRecursiveInit();
    if ((Seen & Waited) == 0 &&
        !__atomic_compare_exchange_n(Word, &Seen, Seen | Waited, false,
                                     __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
      Seen = 0;
      continue;
    }
    sys::futexWait(Word, Pending | Waited, nullptr);
    Seen = 0;
  }
}

void leaveGuard(long long *Guard, int Now) noexcept {
  int *const Word = wordOf(Guard);
  if (__atomic_exchange_n(Word, Now, __ATOMIC_ACQ_REL) & Waited)
    sys::futexWake(Word, INT_MAX);
}

int acquire(long long *Guard) {
  auto *F = REAL(__cxa_guard_acquire);
  return F ? F(Guard) : acquireGuard(Guard);
}

[[gnu::noinline]] int waitAndAcquire(Thread &T, long long *Guard,
                                     const void *Site) {
  LockWait Wait(T, Guard, Operation.__cxa_guard_acquire, Site, 0);
  return unseen([=] { return acquire(Guard); });
}

/// Release, or Abort if it is none: the function that is Name.
template <class Function>
[[gnu::always_inline]] inline void giveBack(long long *Guard, Function *F,
                                            int Now, const char *Name,
                                            const void *Site) noexcept {
  const auto Leave = [=] {
    F ? F(Guard) : leaveGuard(Guard, Now);
    return 0;
  };
  Thread *T = currentThread();
  if (!T)
    return static_cast<void>(Leave());
  const HoldEnd End(*T, Guard);
  const bool Blame = othersWait();
  unseen(Leave);
  if (Blame)
    tellRelease(*T, Guard, Name, Site, End, true);
}

} // namespace

INTERPOSE int __cxa_guard_acquire(long long *Guard) {
  Thread *T = currentThread();
  // The second byte says that a thread is at it, in libstdc++ and libc++abi.
  const volatile char *Bytes = reinterpret_cast<volatile char *>(Guard);
  if (!T || Bytes[0] != 0)
    return acquire(Guard);
  // It is this thread itself. No watchdog now: with it, libstdc++ would wait.
  if (Bytes[1] != 0 && __libc_single_threaded)
    return acquire(Guard);
  if (T->heldCount() != 0)
    takesInOrder(*T, Guard, Operation.__cxa_guard_acquire,
                 addressOf(CALLER) | Taking::Other);
  const int Rc = TheOptions.Locks && Bytes[1] != 0
                     ? waitAndAcquire(*T, Guard, CALLER)
                     : unseen([=] { return acquire(Guard); });
  if (Rc != 0)
    T->acquired(Guard, addressOf(CALLER) | Taking::Other);
  return Rc;
}

INTERPOSE void __cxa_guard_release(long long *Guard) noexcept {
  giveBack(Guard, REAL(__cxa_guard_release), Initialised,
           Operation.__cxa_guard_release, CALLER);
}

INTERPOSE void __cxa_guard_abort(long long *Guard) noexcept {
  giveBack(Guard, REAL(__cxa_guard_abort), 0, Operation.__cxa_guard_abort,
           CALLER);
}
