// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks that the source says are held when a function is called
// (`requires_capability`), by the paths that the lock-set analysis knows: a
// class of the program around a mutex stands for that mutex.
#ifndef GRIDLOCK_LOCKS_REQUIREDLOCKS_H
#define GRIDLOCK_LOCKS_REQUIREDLOCKS_H

#include "checks/locks/LockPaths.h"

namespace gridlock {

struct RequiredLock {
  AccessPath Lock;
  rules::LockMode Mode;
};
/// Cost: nothing where there are no attributes; the bodies of the lock's class
/// otherwise.
std::vector<RequiredLock> requiredLocks(const Program &P, FunctionId F);

} // namespace gridlock

#endif
