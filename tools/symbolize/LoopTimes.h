// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Quantiles of a loop's iteration times, from its histogram.
#ifndef GRIDLOCK_TOOLS_SYMBOLIZE_LOOPTIMES_H
#define GRIDLOCK_TOOLS_SYMBOLIZE_LOOPTIMES_H

#include "runtime-monitor/records/Format.h"

#include <cstdint>
#include <vector>

namespace gridlock::symbolize {

/// The busy time that a share Q of the iterations does not exceed, in ns.
std::uint64_t quantile(const std::vector<monitor::Bucket> &Buckets, double Q);

/// How long an event that comes at a random moment of Total ns waits, at
/// quantile Q: an iteration of length B makes those wait that come during it,
/// up to B. So one stall of 30 s counts for what it is, however many short
/// iterations there were.
std::uint64_t lagQuantile(const std::vector<monitor::Bucket> &Buckets,
                          std::uint64_t Total, double Q);

} // namespace gridlock::symbolize

#endif
