// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What callers decide by constants: parameters that keep their value, and the
// blocks of a function that no caller's constants lead to, such as the waiting
// part of `stop(wait)` where everybody passes false.
//
// Cost: linear in the function's blocks and in its callers.
#ifndef GRIDLOCK_ENGINE_DEADBLOCKS_H
#define GRIDLOCK_ENGINE_DEADBLOCKS_H

#include "checks/engine/Program.h"

#include <optional>
#include <vector>

namespace gridlock {

struct CallerValues;

/// The parameter of F that VALUE is, if F never changes it.
std::optional<std::uint32_t> keptParameter(const Program &P, FunctionId F,
                                           const facts::Value *Value);

/// By block of F; empty if there are none.
std::vector<bool> deadBlocks(const Program &P, FunctionId F,
                             const CallerValues &Callers);

} // namespace gridlock

#endif
