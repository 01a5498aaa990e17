// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The initialisation of static variables in functions: a lock that the compiler
// takes. In the shared monitor only, for the C++ runtime may be linked
// statically where the archive is.
#include "runtime-monitor/capture/Watchdog.h"
#include "runtime-monitor/core/Clock.h"
#include "runtime-monitor/interpose/Interpose.h"
#include "runtime-monitor/locks/Order.h"

using namespace gridlock::monitor;

INTERPOSE int __cxa_guard_acquire(long long *Guard) {
  auto *F = REAL(__cxa_guard_acquire);
  Thread *T = currentThread();
  // The second byte says that a thread is at it, in libstdc++ and libc++abi.
  if (!T || *reinterpret_cast<volatile char *>(Guard) != 0)
    return F(Guard);
  if (T->heldCount() != 0)
    takesInOrder(*T, Guard, Operation.__cxa_guard_acquire,
                 addressOf(CALLER) | Taking::Other);
  int Rc;
  if (reinterpret_cast<volatile char *>(Guard)[1] == 0) {
    Rc = F(Guard);
  } else {
    CallScope Scope(Operation.__cxa_guard_acquire, Guard, CALLER);
    Watchdog::waitBegins(Clock::now());
    Rc = F(Guard);
  }
  if (Rc != 0)
    T->acquired(Guard, addressOf(CALLER) | Taking::Other);
  return Rc;
}

INTERPOSE void __cxa_guard_release(long long *Guard) noexcept {
  if (Thread *T = currentThread())
    T->released(Guard);
  REAL(__cxa_guard_release)(Guard);
}

INTERPOSE void __cxa_guard_abort(long long *Guard) noexcept {
  if (Thread *T = currentThread())
    T->released(Guard);
  REAL(__cxa_guard_abort)(Guard);
}
