// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Log-linear scales of durations in nanoseconds. Fixed memory, mergeable by
// adding counts. The monitor counts; the tools turn indices back into
// durations.
#ifndef GRIDLOCK_MONITOR_LOOPS_HISTOGRAM_H
#define GRIDLOCK_MONITOR_LOOPS_HISTOGRAM_H

#include <cstdint>

namespace gridlock::monitor {

/// Durations below 2^FirstBit share bucket 0; those from 2^(FirstBit + Octaves)
/// on, the last one.
template <uint32_t StepBits, uint32_t FirstBit, uint32_t Octaves>
struct LogScale {
  static_assert(FirstBit >= StepBits);
  static constexpr uint32_t Steps = 1u << StepBits, Size = Octaves * Steps;

  static uint32_t index(uint64_t Ns) {
    if (Ns < (uint64_t{1} << FirstBit))
      return 0;
    uint32_t Bit = 63u - static_cast<uint32_t>(__builtin_clzll(Ns));
    uint32_t Step = static_cast<uint32_t>(Ns >> (Bit - StepBits)) & (Steps - 1);
    uint32_t Index = (Bit - FirstBit) * Steps + Step;
    return Index < Size ? Index : Size - 1;
  }
  /// Least duration that falls into the bucket.
  static uint64_t lowest(uint32_t Index) {
    if (Index == 0)
      return 0;
    return uint64_t{Steps + Index % Steps}
           << (Index / Steps + FirstBit - StepBits);
  }
  static uint64_t middle(uint32_t Index) {
    return (lowest(Index) + lowest(Index + 1)) / 2;
  }
};

/// Of loops: to 6 %, a bucket's middle to 3 %, up to 4.9 hours.
struct Histogram : LogScale<4, 8, 36> {
  uint32_t Counts[Size];
};

/// Of locks: from 32 ns to 34 s, to 25 %, a bucket's middle to 13 %.
using HoldTimes = LogScale<2, 5, 30>;

} // namespace gridlock::monitor

#endif
