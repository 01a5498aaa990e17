// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether a lock that a kept callable takes is that of the object which keeps
// it: the code that makes the lambda hands it to the object of which the lambda
// takes the lock, as in `bus.subscribe([&bus] { bus.close(); })`.
#ifndef GRIDLOCK_LOCKS_LOCKOWNERS_H
#define GRIDLOCK_LOCKS_LOCKOWNERS_H

#include "checks/locks/LockModel.h"

namespace gridlock {

/// R.Kept is a callable. Cost: one look at the function that makes it.
bool isKeptByOwner(const LockModel &Model, const LockRepeat &R);

} // namespace gridlock

#endif
