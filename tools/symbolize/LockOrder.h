// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Deadlocks that a run did not meet but could have: threads that took the same
// locks in orders that form a cycle.
#ifndef GRIDLOCK_TOOLS_SYMBOLIZE_LOCKORDER_H
#define GRIDLOCK_TOOLS_SYMBOLIZE_LOCKORDER_H

#include "tools/symbolize/Records.h"

namespace gridlock::symbolize {

/// One thread's part: it wants what the next step's thread holds.
struct OrderStep {
  const OrderData *Order;
  const monitor::HeldRecord *From; // of Order's held ones
};
using OrderCycle = std::vector<OrderStep>;

/// Cycles in which every step is another thread's, the threads ran at the same
/// time, no two hold a common lock that would keep them apart, and no lock is
/// both held and wanted in shared mode. One for each set of places in the code.
/// Of any number of threads; but those of more than four only among locks that
/// are in no shorter one. A lock is known by its address only: where the same
/// places take two locks both ways and at different times, the memory may have
/// been used for other locks in between, which is no cycle.
struct OrderCycles {
  std::vector<OrderCycle> Found; // short ones first
  bool Complete = true; // else there were too many paths to follow them all
};
OrderCycles findOrderCycles(const std::map<std::uint32_t, OrderData> &Orders);

} // namespace gridlock::symbolize

#endif
