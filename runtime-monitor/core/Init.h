// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Start and end of the monitor. Before the start and after the end every
// interposer passes its call through.
#ifndef GRIDLOCK_MONITOR_CORE_INIT_H
#define GRIDLOCK_MONITOR_CORE_INIT_H

namespace gridlock::monitor {

/// Writes the last snapshot; once. Not in a vfork child, which shares our
/// memory.
void finishMonitor() noexcept;

} // namespace gridlock::monitor

#endif
