// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every hand-written interposer uses. Rules for them: pass through unless
// there is a thread state; leave errno as the real function set it; never
// noexcept (the real one may be a cancellation point or call back into code
// that throws); nothing of libc's but the real function.
#ifndef GRIDLOCK_MONITOR_INTERPOSE_INTERPOSE_H
#define GRIDLOCK_MONITOR_INTERPOSE_INTERPOSE_H

#include "runtime-monitor/core/Calls.h"
#include "runtime-monitor/core/Options.h"
#include "runtime-monitor/core/Real.h"

#include <cerrno>
#include <type_traits>

#define INTERPOSE extern "C" __attribute__((visibility("default")))
#define CALLER __builtin_return_address(0)

namespace gridlock::monitor {

/// The operation id of each hand-written interposer, from the catalogue.
struct CoreOperations {
#define CORE(Name) const char *Name = "libc/" #Name;
#define CORE_VERSION(Name, Version) CORE(Name)
#include "runtime-monitor/interpose/core_symbols.inc"
#undef CORE
#undef CORE_VERSION
};
extern CoreOperations Operation;
void nameOperations() noexcept;

} // namespace gridlock::monitor

#endif
