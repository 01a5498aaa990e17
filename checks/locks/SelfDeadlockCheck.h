// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gridlock-self-deadlock, see self-deadlock.md.
#ifndef GRIDLOCK_LOCKS_SELFDEADLOCKCHECK_H
#define GRIDLOCK_LOCKS_SELFDEADLOCKCHECK_H

#include "checks/engine/Check.h"

namespace gridlock {

/// Finds locks that a thread takes again while it holds them: one finding for
/// each pair of acquisitions.
class SelfDeadlockCheck : public Check {
public:
  void run(const Analysis &A, FindingSink &Sink) const override;
};

} // namespace gridlock

#endif
