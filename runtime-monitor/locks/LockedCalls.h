// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls of block_ms or more that are made while a lock is held, by lock and
// call site; told if another thread waits for the lock when it is given back.
// A fixed table without locks.
#ifndef GRIDLOCK_MONITOR_LOCKS_LOCKEDCALLS_H
#define GRIDLOCK_MONITOR_LOCKS_LOCKEDCALLS_H

#include "runtime-monitor/capture/Capture.h"
#include "runtime-monitor/core/Thread.h"

namespace gridlock::monitor {

struct LockedCall {
  std::atomic<uint32_t> State; // 0 free, 1 being claimed, 2 in use
  const void *Lock;
  uint64_t Site, Place; // of the call; Place: of core/Place.h
  const char *Operation;
  std::atomic<uint64_t> Count, Total, Max;
  std::atomic<uint64_t> Waited; // holds with such a call that others waited for
  std::atomic<uint64_t> Taken;  // return address of the lock's acquisition
  std::atomic<uint32_t> Tid;    // of the longest
  std::atomic<TakenStack *> Stack;
  SharedArguments Longest;
  uint64_t Written; // Waited at the last snapshot
};

struct LockedCalls {
  static constexpr uint32_t Size = 1u << 10;
  static LockedCall Table[Size];
  static std::atomic<bool> Any; // else nothing was ever made
};

/// T, which holds H, has made a call; null: it was too short or is a wait for
/// another lock.
LockedCall *calledLong(Thread &T, const HeldLock &H, const gridlock_call &Call,
                       uint64_t Duration) noexcept;
void forgetLockedCalls() noexcept; // in a forked child

} // namespace gridlock::monitor

#endif
