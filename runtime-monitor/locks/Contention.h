// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who waits for which lock, and who lets others wait. A fixed table without
// locks of its own, keyed by lock, call site and side; touched only when a lock
// was not free.
#ifndef GRIDLOCK_MONITOR_LOCKS_CONTENTION_H
#define GRIDLOCK_MONITOR_LOCKS_CONTENTION_H

#include "runtime-monitor/capture/Capture.h"

#include <cstdint>

namespace gridlock::monitor {

struct LockSite {
  std::atomic<uint32_t> State; // 0 free, 1 being claimed, 2 in use
  Role Side;
  const void *Lock;
  uint64_t Site;
  const char *Operation;
  std::atomic<uint64_t> Count, Total, Max;
  std::atomic<uint32_t> Tid, Other;
  std::atomic<bool> StackClaimed;
  std::atomic<TakenStack *> Stack;
  uint64_t Written; // Count at the last snapshot
};

/// The table; Size entries, of which those in use have State 2.
struct LockSites {
  static constexpr uint32_t Size = 1u << 14;
  static LockSite *Table;
};

void startContention() noexcept;
void forgetContention() noexcept; // in a forked child

/// The entry, made if need be; null when the table is full (counted as lost).
LockSite *lockSite(const void *Lock, uint64_t Site, Role Side,
                   const char *Operation) noexcept;
/// Keeps the caller's stack, the first time.
void keepStack(LockSite &S, const gridlock_call &Call) noexcept;
void waited(LockSite &S, uint32_t Tid, uint32_t Owner, uint64_t Time) noexcept;

} // namespace gridlock::monitor

#endif
