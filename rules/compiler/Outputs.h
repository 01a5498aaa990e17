// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What gridlock-rulec writes for the build. Pure functions of the compiled
// table.
#ifndef GRIDLOCK_RULES_COMPILER_OUTPUTS_H
#define GRIDLOCK_RULES_COMPILER_OUTPUTS_H

#include "catalogue_generated.h"

#include <string>
#include <vector>

namespace gridlock::rules {

/// The buffer as elements of a std::uint64_t array in this machine's byte
/// order.
std::string wordsOf(const std::vector<unsigned char> &Buffer);

/// Markdown: each row of the guide with its rules and their advice, each
/// practice and mistake with its checks.
std::string mappingPage(const RuleTable &Table);

} // namespace gridlock::rules

#endif
