// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Findings about several threads and their locks: orders that could have
// deadlocked (gridlock-lock-order), deadlocks that did (gridlock-deadlock), and
// calls that blocked while another thread waited for a lock of the caller's
// (gridlock-blocking-under-lock).
#ifndef GRIDLOCK_TOOLS_SYMBOLIZE_LOCKFINDINGS_H
#define GRIDLOCK_TOOLS_SYMBOLIZE_LOCKFINDINGS_H

#include "tools/symbolize/Places.h"

namespace gridlock::rules {
class Catalogue;
}

namespace gridlock::symbolize {

/// Operation: the functions that take the locks, sorted. Remarks: one is added
/// if not all orders could be followed.
std::vector<SeenFinding> findOrders(const ProcessRecords &P, Symbolizer &S,
                                    const Places &Where,
                                    std::vector<std::string> &Remarks);
std::vector<SeenFinding> findDeadlocks(const ProcessRecords &P, Symbolizer &S,
                                       const Places &Where);

/// Rows: the locks of that process.
std::vector<SeenFinding> findLockedCalls(const ProcessRecords &P, Symbolizer &S,
                                         const Places &Where,
                                         const rules::Catalogue &Rules,
                                         const std::vector<LockRow> &Rows);

} // namespace gridlock::symbolize

#endif
