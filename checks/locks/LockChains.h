// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How sure it is that the calls of a chain lead to its acquisition.
#ifndef GRIDLOCK_LOCKS_LOCKCHAINS_H
#define GRIDLOCK_LOCKS_LOCKCHAINS_H

#include "checks/locks/LockModel.h"

namespace gridlock {

/// Whether some call of the chain, or the acquisition, is left out on some path
/// through its function: a parameter may say that the lock is held already.
bool isAvoidable(const LockModel &Model, ChainId Chain);

/// Whether a call of the chain gives a constant for a parameter that its callee
/// tests: most likely it says that the lock is held already.
bool isTold(const LockModel &Model, ChainId Chain);

} // namespace gridlock

#endif
