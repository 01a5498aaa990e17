// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The times of a loop: quantiles, from its histogram.
#ifndef GRIDLOCK_TOOLS_SYMBOLIZE_LOOPTIMES_H
#define GRIDLOCK_TOOLS_SYMBOLIZE_LOOPTIMES_H

#include "tools/symbolize/Observed.h"

namespace gridlock::symbolize {

/// The duration that a share Q of those in a histogram does not exceed, in ns.
/// Scale: the histogram's, Buckets: in order.
template <class Scale, class Buckets>
std::uint64_t quantileOf(const Buckets &All, double Q) {
  std::uint64_t Count = 0, Seen = 0;
  for (const auto &B : All)
    Count += B.Count;
  for (const auto &B : All) {
    Seen += B.Count;
    if (static_cast<double>(Seen) >= Q * static_cast<double>(Count))
      return Scale::middle(B.Index);
  }
  return 0;
}

/// Of a loop's busy times.
std::uint64_t quantile(const std::vector<monitor::Bucket> &Buckets, double Q);

/// How long an event that comes at a random moment of Total ns waits, at
/// quantile Q: an iteration of length B makes those wait that come during it,
/// up to B. So one stall of 30 s counts for what it is, however many short
/// iterations there were.
std::uint64_t lagQuantile(const std::vector<monitor::Bucket> &Buckets,
                          std::uint64_t Total, double Q);

/// All of a loop's row but its place in the code.
LoopRow timesOf(const ProcessRecords &P, const LoopData &L);

} // namespace gridlock::symbolize

#endif
