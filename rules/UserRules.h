// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The embedded catalogue with a user's rule files added (`--rules FILE`).
#ifndef GRIDLOCK_RULES_USERRULES_H
#define GRIDLOCK_RULES_USERRULES_H

#include "rules/Catalogue.h"
#include "rules/YamlLoader.h"

#include <string>
#include <variant>
#include <vector>

namespace gridlock::rules {

/// Adds FILES, YAML or compiled (`.glkr`), to the embedded catalogue; an entry
/// of a user's file hides embedded ones of the same name. Errors: all of them,
/// with places.
std::variant<Catalogue, std::vector<RuleError>>
loadCatalogue(const std::vector<std::string> &Files);

/// Ids of the embedded guide rows, for CompileOptions::GuideRows.
std::vector<std::string> guideRowIds();

} // namespace gridlock::rules

#endif
