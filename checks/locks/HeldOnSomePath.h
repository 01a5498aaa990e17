// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether places of a function can be reached with a lock held that is held on
// some paths only: along one on which the conditions agree with each other.
//
// Cost: bounded for each function; what is not found by then is taken for not
// reached.
#ifndef GRIDLOCK_LOCKS_HELDONSOMEPATH_H
#define GRIDLOCK_LOCKS_HELDONSOMEPATH_H

#include "checks/locks/LockModel.h"

#include <vector>

namespace gridlock {

/// Whether F can hold LOCK at one of the events AT.
bool reachesHolding(LockModel &Model, FunctionId F, const AccessPath &Lock,
                    const std::vector<const facts::Event *> &At);

} // namespace gridlock

#endif
