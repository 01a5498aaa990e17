// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime-monitor/core/Clock.h"

#include "runtime-monitor/core/Syscalls.h"

#include <cstring>
#include <fcntl.h>

namespace gridlock::monitor {

uint64_t Clock::Origin = 0;
uint64_t Clock::Multiplier = 0;

// The kernel has checked the counter against others and may have rejected it
// (unsynchronised cores, a virtual machine that migrates).
static bool kernelTrustsCounter() noexcept {
  char Text[8] = {};
  long Fd = sys::open(
      "/sys/devices/system/clocksource/clocksource0/current_clocksource",
      O_RDONLY | O_CLOEXEC);
  if (Fd < 0)
    return false;
  long N = sys::read(static_cast<int>(Fd), Text, sizeof Text - 1);
  sys::close(static_cast<int>(Fd));
  return N >= 4 && std::memcmp(Text, "tsc\n", 4) == 0;
}

void Clock::start() noexcept {
  Multiplier = 0;
  Origin = monotonic();
  if (!kernelTrustsCounter())
    return;
  uint64_t Time = monotonic(), Count = __rdtsc(), Later;
  do
    Later = monotonic();
  while (Later - Time < 100000);
  uint64_t Counts = __rdtsc() - Count;
  if (Counts == 0)
    return;
  Origin = Count;
  Multiplier = static_cast<uint64_t>(
      ((static_cast<unsigned __int128>(Later - Time)) << 32) / Counts);
}

} // namespace gridlock::monitor
