// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gridlock-lock-across-suspension, see lock-across-suspension.md.
#ifndef GRIDLOCK_LOCKS_LOCKACROSSSUSPENSIONCHECK_H
#define GRIDLOCK_LOCKS_LOCKACROSSSUSPENSIONCHECK_H

#include "checks/engine/Check.h"

namespace gridlock {

/// Finds locks of threads that a coroutine holds where it may be suspended: one
/// finding for each acquisition.
class LockAcrossSuspensionCheck : public Check {
public:
  void run(const Analysis &A, FindingSink &Sink) const override;
};

} // namespace gridlock

#endif
