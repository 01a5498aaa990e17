// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The functions behind the hand-written interposers: libc's own, or those of
// another preloaded library that comes after the monitor. Found once at the
// start; a call that comes earlier finds its own.
#ifndef GRIDLOCK_MONITOR_CORE_REAL_H
#define GRIDLOCK_MONITOR_CORE_REAL_H

#include <cstdlib>
#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <threads.h>
#include <unistd.h>

extern "C" {
int __poll_chk(pollfd *, nfds_t, int, size_t);
int __ppoll_chk(pollfd *, nfds_t, const timespec *, const sigset_t *, size_t);
int __cxa_guard_acquire(long long *);
void __cxa_guard_release(long long *) noexcept;
void __cxa_guard_abort(long long *) noexcept;
}

namespace gridlock::monitor {

struct RealFunctions {
#define CORE(Name) decltype(&::Name) Name;
#define CORE_VERSION(Name, Version) CORE(Name)
#include "runtime-monitor/interpose/core_symbols.inc"
#undef CORE
#undef CORE_VERSION
};

extern RealFunctions Real;

void findRealFunctions() noexcept;
/// Null if there is none; then calling it is the program's mistake as without
/// us.
void *findReal(const char *Name, const char *Version = nullptr) noexcept;

template <class F>
[[gnu::noinline, gnu::cold]] F findNow(F &Slot, const char *Name) noexcept {
  Slot = reinterpret_cast<F>(findReal(Name));
  return Slot;
}

#define REAL(Name)                                                             \
  (__builtin_expect(::gridlock::monitor::Real.Name != nullptr, 1)              \
       ? ::gridlock::monitor::Real.Name                                        \
       : ::gridlock::monitor::findNow(::gridlock::monitor::Real.Name, #Name))

} // namespace gridlock::monitor

#endif
