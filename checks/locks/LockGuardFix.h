// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The edits that put a guard in place of a lock() and its unlock().
#ifndef GRIDLOCK_LOCKS_LOCKGUARDFIX_H
#define GRIDLOCK_LOCKS_LOCKGUARDFIX_H

#include "checks/engine/Finding.h"
#include "checks/engine/Program.h"

#include <set>
#include <string>
#include <vector>

namespace gridlock {

/// Empty unless a std::lock_guard in place of TAKEN surely does the same and
/// compiles: the one release ends the block that TAKEN stands in, save for a
/// return of what is known by then; no local's destructor comes in between; the
/// mutex is one of <mutex>. GIVEN are the names of guards in other fixes for F;
/// this one's is added.
std::vector<Edit> guardFor(const Program &P, FunctionId F,
                           const facts::Event &Taken,
                           const facts::Event &Released,
                           std::set<std::string> &Given);

} // namespace gridlock

#endif
