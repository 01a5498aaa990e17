// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An interposed call that may block, published while it lasts: the watchdog can
// take the thread's stack without a signal, and a wait inside it (libpq's poll
// inside PQexec) makes no event loop. Costs two stores, and two clock reads on
// a busy loop thread, on one that holds a lock or waits for one.
#ifndef GRIDLOCK_MONITOR_CORE_CALLS_H
#define GRIDLOCK_MONITOR_CORE_CALLS_H

#include "runtime-monitor/core/Thread.h"

namespace gridlock::monitor {

/// Call.kinds, arguments and left are set already.
void beginCall(gridlock_call &Call, Thread *T, const char *Operation,
               const void *Object, uint64_t Site) noexcept;
void endCall(gridlock_call &Call) noexcept;

/// The program ends on this thread, T, inside a call: in a signal's handler or
/// in what the call calls back. It counts as far as it has come. Frame: where
/// the monitor's own part of the stack begins.
void endUnfinishedCall(Thread &T, const void *Frame) noexcept;

/// The catalogue's operation id of a hand-written interposer's function.
const char *operationOf(const char *Symbol) noexcept;

inline uint64_t addressOf(const void *P) noexcept {
  return reinterpret_cast<uint64_t>(P);
}

/// In a function that brackets a call: an exception or pthread_cancel that
/// leaves it ends the call. The monitor is compiled without exceptions, so no
/// function has a personality but this one (gridlock/monitor.h).
#define GRIDLOCK_MAY_BE_LEFT                                                   \
  __asm__ volatile(".cfi_personality 0x1b, gridlock_leaves_call")

/// Ends the call on every way out, exceptions and pthread_cancel included.
class CallScope : public gridlock_call {
public:
  // The program's own variables would be captured if this were not inlined.
  // Kinds: of the arguments (core/arguments.inc).
  [[gnu::always_inline]] CallScope(const char *Operation, const void *Object,
                                   const void *Site,
                                   const char *Kinds = nullptr,
                                   uint64_t First = 0,
                                   uint64_t Second = 0) noexcept {
    GRIDLOCK_MAY_BE_LEFT;
    GRIDLOCK_CAPTURE(this);
    kinds = Kinds;
    arguments[0] = First;
    arguments[1] = Second;
    left = nullptr;
    beginCall(*this, currentThread(), Operation, Object, addressOf(Site));
  }
  [[gnu::always_inline]] ~CallScope() { endCall(*this); }
  CallScope(const CallScope &) = delete;

  Thread *caller() const noexcept { return static_cast<Thread *>(thread); }
};

} // namespace gridlock::monitor

#endif
