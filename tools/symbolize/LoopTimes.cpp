// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/symbolize/LoopTimes.h"

#include "runtime-monitor/loops/Histogram.h"

#include <algorithm>

namespace gridlock::symbolize {

using monitor::Bucket;
using monitor::Histogram;

std::uint64_t quantile(const std::vector<Bucket> &Buckets, double Q) {
  return quantileOf<Histogram>(Buckets, Q);
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

LoopRow timesOf(const ProcessRecords &P, const LoopData &L) {
  LoopRow Row;
  Row.Pid = P.Header.Pid;
  Row.Tid = L.Head.Tid;
  Row.Thread = L.Head.Thread;
  Row.Name = L.Head.Name;
  Row.Wait = L.Head.Wait;
  Row.Iterations = L.Head.Iterations;
  Row.Busy = L.Head.Busy;
  Row.Idle = L.Head.Idle;
  Row.Max = L.Head.Max;
  Row.Stalls = L.Head.Stalls;
  Row.HeartbeatMs = L.Head.HeartbeatMs;
  Row.LagMs = L.Head.LagMs;
  Row.LateBeats = L.Head.LateBeats;
  if (L.Head.HeartbeatMs)
    Row.Beats = (L.Head.Busy + L.Head.Idle) / 1000000 / L.Head.HeartbeatMs;
  Row.Ended = L.Head.Ended;
  Row.P50 = std::min(quantile(L.Buckets, 0.50), Row.Max);
  Row.P99 = std::min(quantile(L.Buckets, 0.99), Row.Max);
  Row.LagP99 = lagQuantile(L.Buckets, L.Head.Busy + L.Head.Idle, 0.99);
  return Row;
}

} // namespace gridlock::symbolize
