// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gridlock-blocking-under-lock, see blocking-under-lock.md.
#ifndef GRIDLOCK_BLOCKING_BLOCKINGUNDERLOCKCHECK_H
#define GRIDLOCK_BLOCKING_BLOCKINGUNDERLOCKCHECK_H

#include "checks/engine/Check.h"

namespace gridlock {

/// Finds operations that make the thread wait while it holds a lock of threads,
/// other than the wait on a condition variable with its own lock.
class BlockingUnderLockCheck : public Check {
public:
  void run(const Analysis &A, FindingSink &Sink) const override;
};

} // namespace gridlock

#endif
