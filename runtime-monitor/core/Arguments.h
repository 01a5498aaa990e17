// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a blocking call was made on, as a text: "path /etc/hosts", "descriptor 7
// (TCP socket to 10.0.0.1:443)", "host db.example", "for 2 s". Made when the
// call has turned out long, by any thread and also while it lasts: with system
// calls only, so without a lock, allocation or errno, and memory that is gone
// is no fault. 2 to 8 us.
#ifndef GRIDLOCK_MONITOR_CORE_ARGUMENTS_H
#define GRIDLOCK_MONITOR_CORE_ARGUMENTS_H

#include "runtime-monitor/include/gridlock/monitor.h"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace gridlock::monitor {

/// Bounded; what did not fit is marked by "..." at its end. Empty: nothing is
/// known, or the options say no.
struct ArgumentText {
  static constexpr size_t Capacity = 160;
  char Bytes[Capacity] = {};
};

/// Call may be a copy of another thread's.
void describeArguments(const gridlock_call &Call, ArgumentText &To) noexcept;

/// One that its thread changes while others read it.
class SharedArguments {
public:
  void set(const ArgumentText &From) noexcept;
  /// False: it is just being changed.
  bool get(ArgumentText &To) const noexcept;

private:
  std::atomic<uint32_t> Version{0}; // odd: being changed
  ArgumentText Text;
};

} // namespace gridlock::monitor

#endif
