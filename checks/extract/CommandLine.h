// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A compile command as a build system wrote it, for whatever compiler, to one
// that this Clang takes: parse only, one input, no outputs, no foreign flags or
// caches.
#ifndef GRIDLOCK_EXTRACT_COMMANDLINE_H
#define GRIDLOCK_EXTRACT_COMMANDLINE_H

#include <string>
#include <vector>

namespace gridlock::extract {

/// UNIT.json: one compile command.
struct CompileUnit {
  std::string Directory; // of the command; the process is already in it
  std::string File;      // as the database spells it
  std::vector<std::string> Arguments; // with the compiler
};

struct AdaptedCommand {
  std::vector<std::string> Arguments; // for clang::tooling::ToolInvocation
  std::vector<std::string> Notes;     // one for each flag that was dropped
  bool Targeted = false; // for the target that the compiler's name says
  std::string Error;     // nothing can be run: why
};

/// WITHOUT_TARGET also drops the target and the options that choose a
/// processor: a second try when the first is refused, or has not the target's
/// headers.
AdaptedCommand adaptCommand(const CompileUnit &Unit, bool WithoutTarget);

} // namespace gridlock::extract

#endif
