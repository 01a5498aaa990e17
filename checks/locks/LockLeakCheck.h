// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gridlock-lock-leak, see lock-leak.md.
#ifndef GRIDLOCK_LOCKS_LOCKLEAKCHECK_H
#define GRIDLOCK_LOCKS_LOCKLEAKCHECK_H

#include "checks/engine/Check.h"

namespace gridlock {

/// Finds locks that stay locked on some way out of a function that releases
/// them on others, and guards that are temporaries.
class LockLeakCheck : public Check {
public:
  void run(const Analysis &A, FindingSink &Sink) const override;
};

} // namespace gridlock

#endif
