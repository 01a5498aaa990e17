// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Comma-separated globs as clang-tidy's --checks and NOLINT take them: `*`
// matches any text, a leading `-` excludes, the last glob that matches decides.
#ifndef GRIDLOCK_ENGINE_GLOBS_H
#define GRIDLOCK_ENGINE_GLOBS_H

#include <string_view>

namespace gridlock {

bool matchesGlobs(std::string_view Globs, std::string_view Name,
                  bool Otherwise = false);

} // namespace gridlock

#endif
