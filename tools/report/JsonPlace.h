// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How every JSON form names a place: "file", "line" and "column".
#ifndef GRIDLOCK_TOOLS_REPORT_JSONPLACE_H
#define GRIDLOCK_TOOLS_REPORT_JSONPLACE_H

#include "checks/engine/Finding.h"

#include <nlohmann/json.hpp>

namespace gridlock::report {

inline void addPlace(nlohmann::ordered_json &Object, const Location &Where) {
  Object["file"] = Where.File;
  Object["line"] = Where.Line;
  Object["column"] = Where.Column;
}

} // namespace gridlock::report

#endif
