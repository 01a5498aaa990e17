// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The monitor's clock: nanoseconds since the monitor started. Reads the
// time-stamp counter where the kernel itself trusts it (10 ns a read), else
// CLOCK_MONOTONIC. Safe in signal handlers.
#ifndef GRIDLOCK_MONITOR_CORE_CLOCK_H
#define GRIDLOCK_MONITOR_CORE_CLOCK_H

#include <cstdint>
#include <ctime>
#include <x86intrin.h>

namespace gridlock::monitor {

class Clock {
public:
  /// Calibrates; called once, before any other thread exists. Takes about 100
  /// us.
  static void start() noexcept;

  static uint64_t now() noexcept {
    if (__builtin_expect(Multiplier != 0, 1))
      return static_cast<uint64_t>(
          (static_cast<unsigned __int128>(__rdtsc() - Origin) * Multiplier) >>
          32);
    return monotonic() - Origin;
  }

  static uint64_t monotonic() noexcept {
    timespec T;
    clock_gettime(CLOCK_MONOTONIC, &T);
    return static_cast<uint64_t>(T.tv_sec) * 1000000000u +
           static_cast<uint64_t>(T.tv_nsec);
  }

private:
  static uint64_t Origin;     // counter (or monotonic time) at the start
  static uint64_t Multiplier; // ns per count * 2^32; 0: no usable counter
};

} // namespace gridlock::monitor

#endif
