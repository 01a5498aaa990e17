// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How sure it is that the calls of a chain lead to its acquisition.
#ifndef GRIDLOCK_LOCKS_LOCKCHAINS_H
#define GRIDLOCK_LOCKS_LOCKCHAINS_H

#include "checks/locks/LockModel.h"

namespace gridlock {

/// Whether a chain leads to its acquisition, from the weakest on.
enum class Leads : std::uint8_t {
  NotAsTold,  // a call gives a constant for a parameter that its callee tests
  IfNotHeld,  // a branch asks for what may tell that the lock is held: a
              // flag that is passed, who owns it
  OnSomeData, // a branch asks for anything else
  Always
};
Leads leadsToEnd(const LockModel &Model, ChainId Chain);

} // namespace gridlock

#endif
