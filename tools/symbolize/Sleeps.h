// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Waits that another thread ends by saying so: what for, where, how long, and
// who ends them.
#ifndef GRIDLOCK_TOOLS_SYMBOLIZE_SLEEPS_H
#define GRIDLOCK_TOOLS_SYMBOLIZE_SLEEPS_H

#include "tools/symbolize/Places.h"

namespace gridlock::rules {
class Catalogue;
}

namespace gridlock::symbolize {

/// By object, only those that a thread waited for.
std::vector<SleepRow> sleeps(const ProcessRecords &P, Symbolizer &S,
                             const Places &Root,
                             const rules::Catalogue &Rules);

} // namespace gridlock::symbolize

#endif
