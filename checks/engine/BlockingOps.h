// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The operations in one function that wait for something: catalogue entries
// that block, enter a loop, wait on a condition or take a thread lock, and
// constructions of lock guards; and those that compute for long. What is shared
// by the checks for coroutines, for callbacks and for what is done under locks.
#ifndef GRIDLOCK_ENGINE_BLOCKINGOPS_H
#define GRIDLOCK_ENGINE_BLOCKINGOPS_H

#include "checks/engine/Classify.h"
#include "checks/engine/Contexts.h"
#include "checks/engine/Finding.h"

#include <string>
#include <vector>

namespace gridlock {

struct BlockingOp {
  const facts::Event *Site;
  const rules::Entry *Entry; // of the operation, or of the guard's type
  std::string Name;          // as messages quote it
  bool MayBeHarmless;        // a condition could not be decided
  Precision Ceiling;         // the most that this operation deserves
};

/// In the order of the events; at most one for an event. Only events on the
/// loop. CALLERS, if not null: what parameters may be.
std::vector<BlockingOp> blockingOps(const Program &P, const Contexts &C,
                                    FunctionId F, const CallerValues *Callers);

/// The same of what computes for long and does not block besides.
std::vector<BlockingOp> computingOps(const Program &P, const Contexts &C,
                                     FunctionId F);

/// All of F, on a loop or not, without what takes locks.
std::vector<BlockingOp> waitingOps(const Program &P, FunctionId F);

} // namespace gridlock

#endif
