// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/LoopTimes.h"

#include "runtime-monitor/loops/Histogram.h"

#include <algorithm>

namespace gridlock::symbolize {

using monitor::Bucket;
using monitor::Histogram;

std::uint64_t quantile(const std::vector<Bucket> &Buckets, double Q) {
  std::uint64_t All = 0, Seen = 0;
  for (const Bucket &B : Buckets)
    All += B.Count;
  for (const Bucket &B : Buckets) {
    Seen += B.Count;
    if (static_cast<double>(Seen) >= Q * static_cast<double>(All))
      return Histogram::middle(B.Index);
  }
  return 0;
}

std::uint64_t lagQuantile(const std::vector<Bucket> &Buckets,
                          std::uint64_t Total, double Q) {
  if (Total == 0)
    return 0;
  // Time during which an event would wait longer than Lag.
  const auto Longer = [&](double Lag) {
    double Sum = 0;
    for (const Bucket &B : Buckets)
      Sum +=
          std::max(0.0, static_cast<double>(Histogram::middle(B.Index)) - Lag) *
          B.Count;
    return Sum / static_cast<double>(Total);
  };
  double Low = 0, High = 1.8e13;
  for (int I = 0; I < 60; ++I)
    (Longer((Low + High) / 2) > 1 - Q ? Low : High) = (Low + High) / 2;
  return static_cast<std::uint64_t>(High);
}

} // namespace gridlock::symbolize
