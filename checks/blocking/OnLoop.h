// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the checks for code on event loops share: the finding for an operation
// that async code reaches, and which of two paths to it is told.
#ifndef GRIDLOCK_BLOCKING_ONLOOP_H
#define GRIDLOCK_BLOCKING_ONLOOP_H

#include "checks/engine/BlockingOps.h"
#include "checks/engine/Check.h"

namespace gridlock {

/// Blocking operations of function F, which REACH has reached. Its parameters
/// are what those of its callers pass that REACH has reached as well.
std::vector<BlockingOp> blockingOpsOf(const Analysis &A,
                                      const Reachability &Reach, FunctionId F);

/// OP of function F, which REACH has reached. WHAT is what it does: " blocks
/// the event loop".
Finding findingOnLoop(const Analysis &A, const Reachability &Reach,
                      FunctionId F, const BlockingOp &Op,
                      const std::string &What);

/// The same for the checks on blocking, in their words.
Finding findingOfBlocking(const Analysis &A, const Reachability &Reach,
                          FunctionId F, const BlockingOp &Op);

/// Whether OP is where an event loop of the program's own waits for its events.
bool isLoopsOwnWait(const Analysis &A, const Reachability &Reach, FunctionId F,
                    const BlockingOp &Op);

/// Functions that callbacks on a loop reach, without those that coroutines
/// reach no less surely: an operation is told once.
std::vector<FunctionId> reachedByCallbacksOnly(const Analysis &A);

} // namespace gridlock

#endif
