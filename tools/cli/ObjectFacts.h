// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Facts that the Clang plugin embedded in object files, collected from
// relocatable objects, archives and linked binaries (ELF).
//
// Threads: one. Cost: what the patterns' folders hold is listed, and each file
// that fits is mapped once. Errors: returned as text where nothing can be
// done, else listed beside what was found.
#ifndef GRIDLOCK_TOOLS_CLI_OBJECTFACTS_H
#define GRIDLOCK_TOOLS_CLI_OBJECTFACTS_H

#include "checks/facts/FactsFile.h"

#include <filesystem>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace gridlock::cli {

struct ObjectFacts {
  std::vector<FactsFile> Facts; // each buffer once, in the order of file names
  /// Object and reason of what is cut off or has a facts section that can't be
  /// used.
  std::vector<std::pair<std::string, std::string>> Broken;
  unsigned Objects = 0;             // ELF files and members of archives
  std::vector<std::string> Without; // those of them that have no facts
};

/// PATTERNS are paths relative to CWD, in which `*`, `?`, `[...]` and `**` (any
/// number of folders) are expanded; what they match beside object files is
/// passed over, but a path without them must be an object file.
std::variant<ObjectFacts, std::string>
collectObjectFacts(const std::vector<std::string> &Patterns,
                   const std::filesystem::path &Cwd);

} // namespace gridlock::cli

#endif
