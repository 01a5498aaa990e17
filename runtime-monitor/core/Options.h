// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The options of a run, read once from GRIDLOCK_OPTIONS before main. An unknown
// name or a bad value is named on stderr, with the nearest valid name, and
// ignored.
#ifndef GRIDLOCK_MONITOR_CORE_OPTIONS_H
#define GRIDLOCK_MONITOR_CORE_OPTIONS_H

#include <cstdint>

namespace gridlock::monitor {

struct Options {
#define NUMBER(Field, Name, Default, Least, Greatest, Help)                    \
  uint64_t Field = Default;
#define FLAG(Field, Name, Default, Help) bool Field = Default;
#define TEXT(Field, Name, Default, Help) char Field[1024] = Default;
#define LIMITS(Field, Name, Help) char Field[1024] = "";
#include "runtime-monitor/core/options.inc"
#undef NUMBER
#undef FLAG
#undef TEXT
#undef LIMITS

  /// The threshold in ms of a loop by its name, or its thread's.
  uint64_t thresholdOf(const char *Loop, const char *Thread) const noexcept;

  /// Reads "name=value:name=value" (also separated by ',' or blanks).
  void parse(const char *Settings) noexcept;
};

extern Options TheOptions;

} // namespace gridlock::monitor

#endif
