// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How much of a stall's time belongs to the place in which its stack was taken:
// what went to blocking calls that are counted by themselves does not.
#ifndef GRIDLOCK_TOOLS_SYMBOLIZE_STALLSHARES_H
#define GRIDLOCK_TOOLS_SYMBOLIZE_STALLSHARES_H

#include "tools/symbolize/Observed.h"
#include "tools/symbolize/Records.h"

namespace gridlock::symbolize {

struct StallShare {
  Measured Numbers;     // Count 0: all is counted elsewhere
  bool Blocked = false; // by the operation it was met in; else busy
};

/// The end of a stall.
struct StallEnd : monitor::StallEndRecord {
  bool Sooner = false; // than the record says: its parts aren't known
};

/// First: its first report; Elapsed: at its last one. Ended: null if it is not
/// over, then it lasts until the program's end.
StallShare shareOf(const ProcessRecords &P, const StallData &First,
                   std::uint64_t Elapsed, const StallEnd *Ended);

/// "one long callback", "24 callbacks, the longest 9 ms", or empty.
std::string congestion(const Measured &M);

} // namespace gridlock::symbolize

#endif
