// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gridlock-callback-under-lock, see callback-under-lock.md.
#ifndef GRIDLOCK_LOCKS_CALLBACKUNDERLOCKCHECK_H
#define GRIDLOCK_LOCKS_CALLBACKUNDERLOCKCHECK_H

#include "checks/engine/Check.h"

namespace gridlock {

/// Finds calls of code that is not known, callbacks and hooks, while a lock is
/// held. What is known is for gridlock-lock-order and gridlock-self-deadlock.
class CallbackUnderLockCheck : public Check {
public:
  void run(const Analysis &A, FindingSink &Sink) const override;
};

} // namespace gridlock

#endif
