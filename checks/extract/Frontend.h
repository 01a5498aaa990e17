// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs Clang over one compile command and returns facts, whatever happens: a
// command that can't be run, a file that doesn't parse, and a crash of the
// front end give a file with status Failed and the reason among its
// diagnostics.
#ifndef GRIDLOCK_EXTRACT_FRONTEND_H
#define GRIDLOCK_EXTRACT_FRONTEND_H

#include "checks/extract/CommandLine.h"
#include "checks/extract/Extractor.h"

namespace gridlock::extract {

struct FrontendResult {
  std::unique_ptr<facts::FileT> File;
  std::vector<std::string> Dependencies; // every file read, absolute, in order
};

/// The process must be in UNIT.Directory. Nothing is printed.
FrontendResult runFrontend(const CompileUnit &Unit,
                           const ExtractOptions &Options);

/// Facts without content of a unit that failed for REASON; they depend on the
/// unit's main file.
FrontendResult failedUnit(const CompileUnit &Unit,
                          const ExtractOptions &Options,
                          const std::string &Reason);

} // namespace gridlock::extract

#endif
