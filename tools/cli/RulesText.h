// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules as people and programs read them, for `gridlock rules`. Pure functions.
#ifndef GRIDLOCK_TOOLS_CLI_RULESTEXT_H
#define GRIDLOCK_TOOLS_CLI_RULESTEXT_H

#include "rules/Catalogue.h"

#include <nlohmann/json.hpp>

#include <string>

namespace gridlock::cli {

/// False for the second spelling of a name, made from `namespaces:`.
bool isCanonical(const rules::Entry &E);

/// One line of `rules list`.
std::string lineOf(const rules::Entry &E);

/// All that is known, for `rules show`.
std::string pageOf(const rules::Entry &E);

nlohmann::json jsonOf(const rules::Entry &E);

} // namespace gridlock::cli

#endif
