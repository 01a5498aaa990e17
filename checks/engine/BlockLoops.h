// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops in a function's event graph.
//
// Cost: linear in the function's edges for loopOf and blocksAfter, times its
// loops for innermostLoopOf.
#ifndef GRIDLOCK_ENGINE_BLOCKLOOPS_H
#define GRIDLOCK_ENGINE_BLOCKLOOPS_H

#include "facts_generated.h"

#include <cstdint>
#include <vector>

namespace gridlock {

/// The blocks that can follow BLOCK and come before it, sorted: the outermost
/// loop that it is in. Empty if it is in none.
std::vector<std::uint32_t> loopOf(const facts::Function &F,
                                  std::uint32_t Block);

/// The smallest loop that BLOCK is in, sorted; the outermost where the graph
/// does not tell. Empty if it is in none.
std::vector<std::uint32_t> innermostLoopOf(const facts::Function &F,
                                           std::uint32_t Block);

/// By block: whether it can come after BLOCK.
std::vector<bool> blocksAfter(const facts::Function &F, std::uint32_t Block);

/// The edges by which LOOP is left, other than by an exception.
std::vector<const facts::Edge *>
exitsOf(const facts::Function &F, const std::vector<std::uint32_t> &Loop);

} // namespace gridlock

#endif
