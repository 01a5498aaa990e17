// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names in a user's rules that were probably meant otherwise: an alias of a
// class, a wrong class, an inline namespace. A rule that matches nothing is
// silent, and most of a library's functions are not used in one program, so
// only names with a likely correction are told.
//
// Threads: no state. Cost: linear in the symbols of all facts. Errors: none.
#ifndef GRIDLOCK_TOOLS_CLI_RULENAMES_H
#define GRIDLOCK_TOOLS_CLI_RULENAMES_H

#include "checks/facts/FactsFile.h"
#include "rules/Catalogue.h"

#include <string>
#include <vector>

namespace gridlock::cli {

/// For functions that RULES has besides the embedded ones, that nothing in
/// FACTS is called, and that differ from a function there only between the
/// first and the last part of the name: "kv.yaml:9: 'kv::client::get' is the
/// name of no function in what was analysed; did you mean
/// 'kv::basic_client::get'?".
std::vector<std::string> unusedRuleNames(const rules::Catalogue &Rules,
                                         const std::vector<FactsFile> &Facts);

} // namespace gridlock::cli

#endif
