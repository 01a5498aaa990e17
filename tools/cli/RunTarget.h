// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Looks at a program before it is started: whether the monitor can be preloaded
// into it.
//
// Threads: any. Errors: returned as text.
#ifndef GRIDLOCK_TOOLS_CLI_RUNTARGET_H
#define GRIDLOCK_TOOLS_CLI_RUNTARGET_H

#include <filesystem>
#include <string>

namespace gridlock::cli {

struct RunTarget {
  std::filesystem::path Program; // found in PATH if it has no slash
  std::string Refused;   // why it can't be watched, and what to do; or empty
  std::string RunsFirst; // a sanitizer's library that must be preloaded first
};

RunTarget inspectTarget(const std::string &Name);

} // namespace gridlock::cli

#endif
