// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In which order each thread takes locks: which it held when it wanted another
// one. A fixed table without locks of its own; touched only when a thread that
// holds a lock takes a second one. An order a thread has taken lately costs a
// hash.
#ifndef GRIDLOCK_MONITOR_LOCKS_ORDER_H
#define GRIDLOCK_MONITOR_LOCKS_ORDER_H

#include "runtime-monitor/capture/Capture.h"
#include "runtime-monitor/core/Table.h"
#include "runtime-monitor/core/Thread.h"

namespace gridlock::monitor {

struct LockOrder {
  static constexpr unsigned MaxHeld = 16;

  std::atomic<uint32_t> State; // 0 free, 1 being claimed, 2 in use
  uint32_t Tid;
  const void *Lock; // wanted
  uint64_t Site;    // with Taking's bits
  const char *Operation;
  uint64_t ThreadStart;
  std::atomic<uint64_t> ThreadEnd; // 0: it runs
  uint64_t First;
  std::atomic<uint64_t> Last; // see LockOrders::Latest
  uint32_t HeldCount;
  HeldLock Held[MaxHeld];
  std::atomic<TakenStack *> Stack;
  uint64_t Written; // Last at the last snapshot
};

/// The table; Size entries, of which those in use have State 2.
struct LockOrders {
  static constexpr uint32_t Size = 1u << 12;
  static LockOrder *Table;
  static UsedEntries<Size> InUse;
  static std::atomic<uint32_t> Fresh; // made since the last snapshot
  // When the latest order was made, or the latest thread came: what an order's
  // Last is compared with. So Last is that time, which costs no clock.
  static std::atomic<uint64_t> Latest;
};

void startLockOrders() noexcept;
void forgetLockOrders() noexcept; // in a forked child

/// T, which holds locks, is about to wait for another one as long as it takes.
/// Site: with Taking's bits.
void takesInOrder(Thread &T, const void *Lock, const char *Operation,
                  uint64_t Site) noexcept;
void endLockOrders(Thread &T) noexcept; // its thread ends

} // namespace gridlock::monitor

#endif
