// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Notes that findings of every check get: which macro a place comes from, and
// that a file was parsed in part only.
//
// Cost: linear in the program's events, only if there are findings.
#ifndef GRIDLOCK_ENGINE_FINDINGNOTES_H
#define GRIDLOCK_ENGINE_FINDINGNOTES_H

#include "checks/engine/Finding.h"
#include "checks/engine/Program.h"

#include <vector>

namespace gridlock {

/// Behind each place that a macro expands to, "expanded from macro 'LOCK'"
/// where it is defined.
void addMacroNotes(const Program &P, std::vector<Finding> &Findings);

/// Last, for findings in files that no unit could parse fully.
void addErrorNotes(const Program &P, std::vector<Finding> &Findings);

} // namespace gridlock

#endif
