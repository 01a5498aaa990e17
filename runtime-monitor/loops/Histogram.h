// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Log-linear histogram of durations in nanoseconds: 16 steps per power of two,
// so a value is known to 6 %, its bucket's middle to 3 %. Fixed memory,
// mergeable by adding counts. The monitor counts; the tools turn indices back
// into durations.
#ifndef GRIDLOCK_MONITOR_LOOPS_HISTOGRAM_H
#define GRIDLOCK_MONITOR_LOOPS_HISTOGRAM_H

#include <cstdint>

namespace gridlock::monitor {

struct Histogram {
  static constexpr uint32_t StepBits = 4, Steps = 1u << StepBits;
  static constexpr uint32_t FirstBit =
      8; // durations below 256 ns share bucket 0
  static constexpr uint32_t Octaves = 36; // up to 2^44 ns = 4.9 hours
  static constexpr uint32_t Size = Octaves * Steps;

  uint32_t Counts[Size];

  static uint32_t index(uint64_t Ns) {
    if (Ns < (1u << FirstBit))
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
    return static_cast<uint64_t>(Steps + Index % Steps)
           << (Index / Steps + FirstBit - StepBits);
  }
  static uint64_t middle(uint32_t Index) {
    return (lowest(Index) + lowest(Index + 1)) / 2;
  }
};

} // namespace gridlock::monitor

#endif
