// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What went wrong with single files of a check, and how it is told.
//
// Threads: one. Errors: none.
#ifndef GRIDLOCK_TOOLS_CLI_CHECKTROUBLES_H
#define GRIDLOCK_TOOLS_CLI_CHECKTROUBLES_H

#include "checks/facts/FactsFile.h"
#include "tools/report/Report.h"

#include <filesystem>
#include <set>
#include <string>

namespace gridlock::cli {

/// The first error in UNIT, a file that did not parse, or not fully. Its main
/// file MAIN, relative to the root, is the place unless the error says better.
report::Trouble firstError(const FactsFile &Unit, const std::string &Main);

/// Sorts R's troubles and names each on stderr.
void tellTroubles(report::Report &R, const std::filesystem::path &Cwd);

/// "what: a, b; other: c" from "what: a", "what: b", "other: c".
std::string joinedNotes(const std::set<std::string> &Notes);

} // namespace gridlock::cli

#endif
