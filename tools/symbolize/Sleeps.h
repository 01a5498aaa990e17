// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Waits that another thread ends by saying so, or by its end: what for, where,
// how long, and who ends them.
#ifndef GRIDLOCK_TOOLS_SYMBOLIZE_SLEEPS_H
#define GRIDLOCK_TOOLS_SYMBOLIZE_SLEEPS_H

#include "tools/symbolize/Places.h"

namespace gridlock::rules {
class Catalogue;
}

namespace gridlock::symbolize {

/// By object, also those that no thread of the process waited for.
std::vector<SleepRow> sleeps(const ProcessRecords &P, Symbolizer &S,
                             const Places &Root, const rules::Catalogue &Rules);

/// Of the rows of all processes: for objects that processes share, those that
/// ended waits in another one, which has them at the same address if it was
/// forked; and no rows that nobody waited for.
void joinProcesses(std::vector<SleepRow> &Rows);

/// The record's own stack, or that of another one of its place: its id.
std::uint32_t withStack(const ProcessRecords &P, const monitor::SleepRecord &R);

} // namespace gridlock::symbolize

#endif
