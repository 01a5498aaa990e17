// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// pthread_once and its like: who runs the routine holds it like a lock, also
// when the routine is left by an exception or pthread_cancel.
#ifndef GRIDLOCK_MONITOR_INTERPOSE_ONCE_H
#define GRIDLOCK_MONITOR_INTERPOSE_ONCE_H

#include "runtime-monitor/interpose/Locks.h"

namespace gridlock::monitor {

/// A call under way on this thread. Operation: must live for ever.
struct Once {
  Thread *T;
  const void *Control;
  const char *Operation;
  uint64_t Site;
  Once *Outer;

  static __thread Once *Innermost __attribute__((tls_model("initial-exec")));

  Once(Thread *T, const void *Control, const char *Operation, const void *Site)
      : T(T), Control(Control), Operation(Operation),
        Site(addressOf(Site) | Taking::Other), Outer(Innermost) {
    Innermost = this;
  }
  ~Once() { Innermost = Outer; }
  Once(const Once &) = delete;

  /// The routine is over, on every way out.
  void over() const noexcept;
};

/// Runs the routine of the innermost one. To be inlined into the function that
/// is given to the real one: an exception that leaves it ends both.
template <class Call> [[gnu::always_inline]] inline void runOnce(Call Routine) {
  __asm__ volatile(".cfi_personality 0x1b, gridlock_leaves_once");
  const Once &Mine = *Once::Innermost;
  Mine.T->acquired(Mine.Control, Mine.Site);
  Routine(Mine);
  Mine.over();
}

} // namespace gridlock::monitor

#endif
