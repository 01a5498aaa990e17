// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gridlock-unguarded-state, see unguarded-state.md.
#ifndef GRIDLOCK_THREADS_UNGUARDEDSTATECHECK_H
#define GRIDLOCK_THREADS_UNGUARDEDSTATECHECK_H

#include "checks/engine/Check.h"

namespace gridlock {

/// Finds members and globals that are used without the lock that guards them
/// elsewhere: one finding for each function and lock.
class UnguardedStateCheck : public Check {
public:
  void run(const Analysis &A, FindingSink &Sink) const override;
};

} // namespace gridlock

#endif
