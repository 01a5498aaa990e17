// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gridlock-manual-lock, see manual-lock.md.
#ifndef GRIDLOCK_LOCKS_MANUALLOCKCHECK_H
#define GRIDLOCK_LOCKS_MANUALLOCKCHECK_H

#include "checks/engine/Check.h"

namespace gridlock {

/// Finds locks that one function takes and releases by hand where a guard of a
/// scope would do: one finding for each acquisition.
class ManualLockCheck : public Check {
public:
  void run(const Analysis &A, FindingSink &Sink) const override;
};

} // namespace gridlock

#endif
