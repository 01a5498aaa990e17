// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gridlock-lock-order, see lock-order.md.
#ifndef GRIDLOCK_LOCKS_LOCKORDERCHECK_H
#define GRIDLOCK_LOCKS_LOCKORDERCHECK_H

#include "checks/engine/Check.h"

namespace gridlock {

/// Finds locks that are taken in conflicting orders: one finding for each cycle
/// in the lock-order graph, and one for each function that takes two instances
/// of one lock in the order of its parameters.
class LockOrderCheck : public Check {
public:
  void run(const Analysis &A, FindingSink &Sink) const override;
};

} // namespace gridlock

#endif
