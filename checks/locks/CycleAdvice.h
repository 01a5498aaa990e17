// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What to do about locks that are taken in conflicting orders.
#ifndef GRIDLOCK_LOCKS_CYCLEADVICE_H
#define GRIDLOCK_LOCKS_CYCLEADVICE_H

#include "checks/locks/LockCycles.h"

#include <string>

namespace gridlock {

/// A way out that what the cycle's functions do leaves open, for messages.
std::string insteadOf(const LockModel &Model, const LockCycle &Cycle);

} // namespace gridlock

#endif
