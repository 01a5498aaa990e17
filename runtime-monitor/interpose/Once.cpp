// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/interpose/Once.h"

using namespace gridlock::monitor;

__thread Once *Once::Innermost = nullptr;

void Once::over() const noexcept {
  const HoldEnd End(*T, Control);
  if (othersWait())
    tellRelease(*T, Control, Operation,
                reinterpret_cast<void *>(Site & ~Taking::All), End, true);
}

// As gridlock_leaves_call, of the function with runOnce: the one that has made
// the call is left with it.
extern "C" __attribute__((visibility("hidden"))) int
gridlock_leaves_once(int, int Actions, uint64_t, void *, void *) {
  constexpr int CleanupPhase = 2, Continue = 8;
  if (const Once *Left = Actions & CleanupPhase ? Once::Innermost : nullptr) {
    Left->over();
    Once::Innermost = Left->Outer;
  }
  return Continue;
}

namespace {

struct PosixOnce : Once {
  void (*Routine)();

  static void run() {
    runOnce([](const Once &Mine) {
      static_cast<const PosixOnce &>(Mine).Routine();
    });
  }
};

/// Another thread is at it. Apart, for a wait that is left is over: the
/// function that the routine is left through may have begun none.
[[gnu::noinline]] int waitOnce(const Once &Call, pthread_once_t *Control,
                               const void *Site) {
  LockWait Wait(*Call.T, Control, Operation.pthread_once, Site, 0);
  return Real.pthread_once(Control, PosixOnce::run);
}

// C11's call_once is the same function with the same flag.
[[gnu::always_inline]] inline int once(pthread_once_t *Control,
                                       void (*Routine)(), const void *Site) {
  auto *F = REAL(pthread_once);
  constexpr int StateBits = 3, InProgress = 1, Done = 2; // glibc's
  Thread *T = currentThread();
  if (!T)
    return F(Control, Routine);
  if (T->heldCount() != 0)
    takesInOrder(*T, Control, Operation.pthread_once,
                 addressOf(Site) | Taking::Other);
  const int State = __atomic_load_n(Control, __ATOMIC_ACQUIRE) & StateBits;
  if (State == Done)
    return F(Control, Routine);
  PosixOnce Call{{T, Control, Operation.pthread_once, Site}, Routine};
  if (State != InProgress || !TheOptions.Locks)
    return F(Control, PosixOnce::run);
  return waitOnce(Call, Control, Site);
}

} // namespace

INTERPOSE int pthread_once(pthread_once_t *Control, void (*Routine)()) {
  return once(Control, Routine, CALLER);
}

static_assert(sizeof(once_flag) == sizeof(pthread_once_t));
INTERPOSE void call_once(once_flag *Flag, void (*Routine)()) {
  once(reinterpret_cast<pthread_once_t *>(Flag), Routine, CALLER);
}
