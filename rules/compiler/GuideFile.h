// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads one table of the guide (schema/guide.schema.json) into rows.
#ifndef GRIDLOCK_RULES_COMPILER_GUIDEFILE_H
#define GRIDLOCK_RULES_COMPILER_GUIDEFILE_H

#include "catalogue_generated.h"
#include "rules/compiler/YamlReader.h"

#include <memory>

namespace gridlock::rules {

std::vector<std::unique_ptr<GuideRowT>> readGuideFile(const YAML::Node &Root,
                                                      Diagnostics &D);

} // namespace gridlock::rules

#endif
