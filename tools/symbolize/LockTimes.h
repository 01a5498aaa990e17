// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The locks of a process: who waited, who held them, for how long, and what
// they waited for themselves meanwhile.
#ifndef GRIDLOCK_TOOLS_SYMBOLIZE_LOCKTIMES_H
#define GRIDLOCK_TOOLS_SYMBOLIZE_LOCKTIMES_H

#include "tools/symbolize/Places.h"

#include <algorithm>
#include <utility>

namespace gridlock::rules {
class Catalogue;
}

namespace gridlock::symbolize {

/// One row for each function and operation, however often it is called from
/// different places; the longest one's stack is shown.
void mergeSide(std::vector<Side> &Sides, Side New);

/// What record R tells of one side: for those that waited also the sums of the
/// object's ROW. Others: the row's list of the other side.
template <class Row, class Record>
void addSide(Row &To, std::vector<Side> &Others, const Record &R, Side One) {
  One.Count = R.Count;
  One.Total = R.Total;
  One.Max = R.Max;
  const bool Waited = R.Side == monitor::Role::Waiter;
  if (Waited) {
    To.Count += R.Count;
    To.Total += R.Total;
    To.Max = std::max(To.Max, R.Max);
  }
  mergeSide(Waited ? To.Waiters : Others, std::move(One));
}

/// Most time first.
std::vector<HoldRow> holdTimes(const ProcessRecords &P, Symbolizer &S,
                               const Places &Root,
                               const rules::Catalogue &Rules);

/// What Side's Meanwhile says, as a sentence about the holder; or empty.
std::string meanwhile(const Side &Of);

/// "p50 1.2 us, p99 20 us, longest 31 ms (12 of about 4000 timed)".
std::string times(const HoldRow &H);

/// By address, without Holds; only those that a thread waited for.
std::vector<LockRow> contendedLocks(const ProcessRecords &P, Symbolizer &S,
                                    const Places &Root,
                                    const rules::Catalogue &Rules);

} // namespace gridlock::symbolize

#endif
