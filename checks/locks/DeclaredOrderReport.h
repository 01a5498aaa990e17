// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Findings of gridlock-lock-order about orders that the source declares.
#ifndef GRIDLOCK_LOCKS_DECLAREDORDERREPORT_H
#define GRIDLOCK_LOCKS_DECLAREDORDERREPORT_H

#include "checks/engine/Check.h"
#include "checks/locks/DeclaredOrder.h"
#include "checks/locks/LockModel.h"

namespace gridlock {

/// Where the code takes locks against a declared order, and where declarations
/// contradict each other.
void reportDeclaredOrders(const Program &P, const LockModel &Model,
                          const DeclaredOrders &Declared, FindingSink &Sink);

} // namespace gridlock

#endif
