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

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace gridlock {

struct CallerValues;

/// The parameter of F that VALUE is, if F never changes it.
std::optional<std::uint32_t> keptParameter(const Program &P, FunctionId F,
                                           const facts::Value *Value);

/// By block of F; empty if there are none.
std::vector<bool> deadBlocks(const Program &P, FunctionId F,
                             const CallerValues &Callers);

/// The number that a value surely is, 0 of a null pointer. A text has none.
std::optional<std::int64_t> constantOf(const facts::Value *V);

/// What a condition comes to where its left side is LEFT (a null pointer: 0);
/// empty if its right side is not known.
std::optional<bool> comesTo(const facts::Predicate &Asked, std::int64_t Left);

/// All that a parameter can be; empty if that is not known.
using ParameterValues = std::function<std::set<std::int64_t>(std::uint32_t)>;
std::vector<bool> deadBlocks(const Program &P, FunctionId F,
                             const ParameterValues &Passed);

/// The arms of conditionals in F that are evaluated, where the other one is
/// in a dead block: 0 the true one, 1 the false one.
std::map<const facts::Value *, std::uint32_t>
takenArms(const facts::Function &F, const std::vector<bool> &Dead);

/// What branches of F, and conditionals, compare its unchanged parameters with
/// (0 where they only ask for the truth).
std::map<std::uint32_t, std::set<std::int64_t>>
askedParameters(const Program &P, FunctionId F);

} // namespace gridlock

#endif
