// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cycles in the lock-order graph that can be a deadlock: of any length, each
// once, with one way of taking the locks for every step.
//
// A step is left out, or a choice of steps refused, where the deadlock can't
// come about: two steps under a common gate lock, two steps that can't run at
// the same time (ThreadOrder.h), a lock that is held and wanted in shared mode
// only and that nobody writes.
// (Locks taken by a try are no steps in the first place.)
#ifndef GRIDLOCK_LOCKS_LOCKCYCLES_H
#define GRIDLOCK_LOCKS_LOCKCYCLES_H

#include "checks/locks/LockModel.h"

namespace gridlock {

struct LockCycle {
  /// In order: each takes the lock that the next one holds, the last takes what
  /// the first holds. Starts with the lock whose name sorts first.
  std::vector<const OrderEdge *> Steps;
  bool Unlikely = false; // the steps hardly run at the same time
  bool Writers = false;  // readers wait for a writer that waits for readers
};

/// Shortest first. A cycle over the locks of a shorter one is not given again.
/// Bounded: cycles of up to 8 locks, 200 for each connected part of the graph.
std::vector<LockCycle> findLockCycles(const LockModel &Model);

} // namespace gridlock

#endif
