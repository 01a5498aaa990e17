// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The larger actions of `gridlock rules`; each returns the exit status and has
// said on stderr what went wrong.
#ifndef GRIDLOCK_TOOLS_CLI_RULESACTIONS_H
#define GRIDLOCK_TOOLS_CLI_RULESACTIONS_H

#include "rules/Catalogue.h"
#include "rules/YamlLoader.h"

#include <string>
#include <vector>

namespace gridlock::cli {

/// One error a line, on stderr.
void printErrors(const std::vector<rules::RuleError> &Errors);

/// Prints "OPERATION FILE:LINE" for each call, construction and use of a type
/// in the facts that the catalogue has an entry for.
int matchFacts(const rules::Catalogue &Rules, const std::string &FactsPath);

/// Writes a compiled table, or, for the monitor, a shared library of
/// interposers.
int compileUserRules(const std::vector<std::string> &Files,
                     const std::string &Output, bool ForMonitor);

} // namespace gridlock::cli

#endif
