// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who waits for which lock, who lets others wait, and what that one waited for
// himself meanwhile. A fixed table without locks of its own, keyed by lock,
// call site and side; touched only when a lock was not free.
#ifndef GRIDLOCK_MONITOR_LOCKS_CONTENTION_H
#define GRIDLOCK_MONITOR_LOCKS_CONTENTION_H

#include "runtime-monitor/capture/Capture.h"
#include "runtime-monitor/core/Table.h"
#include "runtime-monitor/core/Thread.h"

#include <cstdint>

namespace gridlock::monitor {

struct LockSite {
  std::atomic<uint32_t> State; // 0 free, 1 being claimed, 2 in use
  Role Side;
  const void *Lock;
  uint64_t Site, Place; // Place: of core/Place.h
  const char *Operation;
  std::atomic<uint64_t> Count, Total, Max;
  std::atomic<uint32_t> Tid, Other;
  std::atomic<bool> StackClaimed;
  std::atomic<TakenStack *> Stack;
  uint64_t Written; // Count at the last snapshot

  // Calls that may block which the lock's holder was in. Waiter: when the wait
  // began, Looked times looked; of the first one found, and its stack. Holder:
  // since it had taken the lock; of the longest.
  struct {
    std::atomic<uint64_t> Looked, Count, Total, Longest;
    std::atomic<bool> Claimed;
    std::atomic<const char *> Operation; // null: none; written last
    const void *Object;
    uint64_t Site;
    ArgumentText *Arguments; // Waiter, or null
    std::atomic<TakenStack *> Stack;
  } Call;
};

/// The table; Size entries, of which those in use have State 2.
struct LockSites {
  static constexpr uint32_t Size = 1u << 14;
  static LockSite *Table;
  static UsedEntries<Size> InUse;
};

void startContention() noexcept;
void forgetContention() noexcept; // in a forked child

/// The entry for Call's place, made if need be, with its stack; null when the
/// table is full (counted as lost).
LockSite *lockSite(const void *Lock, uint64_t Site, Role Side,
                   const char *Operation, const gridlock_call &Call) noexcept;
/// S: of the waiter. Looks at what the thread Owner, which holds the lock,
/// does.
void lookAtHolder(LockSite &S, uint32_t Owner) noexcept;
void waited(LockSite &S, uint32_t Tid, uint32_t Owner, uint64_t Time) noexcept;

/// S: of the holder. What it has waited for itself while it held the lock.
void holderWaited(LockSite &S, const HeldDetail &D) noexcept;

} // namespace gridlock::monitor

#endif
