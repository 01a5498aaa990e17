// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How long locks are held. Of each thread's acquisitions one in a block of
// TheOptions.HoldEvery has its hold timed, at a place of the block that is
// drawn anew each time: every acquisition is as likely to be timed as any other
// one, whatever the program's rhythm, and counts for the whole block. A
// thread's first blocks are smaller, so that short runs show something. What is
// not timed costs nothing but the word in which the thread counts what it
// holds.
#ifndef GRIDLOCK_MONITOR_LOCKS_HOLDS_H
#define GRIDLOCK_MONITOR_LOCKS_HOLDS_H

#include "runtime-monitor/capture/Capture.h"
#include "runtime-monitor/core/Table.h"
#include "runtime-monitor/core/Thread.h"
#include "runtime-monitor/loops/Histogram.h"

namespace gridlock::monitor {

/// Holds of one lock that was taken at one place.
struct HoldSite {
  std::atomic<uint32_t> State; // 0 free, 1 being claimed, 2 in use
  const void *Lock; // null: of all locks taken there beyond the first 64
  uint64_t Site;    // return address of the acquisition, with Taking's bits
  uint64_t Place;   // the same, of core/Place.h
  const char *Operation;
  std::atomic<uint64_t> Samples, Count, Total, Max, Shown;
  std::atomic<uint32_t> Tid; // of the longest
  // Where a long one was given back; before there is one, where it was taken,
  // if Site tells nothing.
  std::atomic<TakenStack *> Stack;
  uint64_t Written; // Samples at the last snapshot
  std::atomic<uint64_t> Buckets[HoldTimes::Size]; // counts, not samples
};

/// The table; Size entries, of which those in use have State 2.
struct HoldSites {
  static constexpr uint32_t Size = 1u << 12;
  static HoldSite *Table;
  static UsedEntries<Size> InUse;
};

void startHolds() noexcept;
void forgetHolds() noexcept; // in a forked child

/// One acquisition. Made before the lock is taken, so that nothing but a clock
/// is read while it is held.
class HoldStart {
public:
  HoldStart(Thread &T, const void *Lock, const char *Operation,
            uint64_t Site) noexcept
      : Timed(T.Holding & Thread::TimeNext ? find(T, Lock, Operation, Site)
                                           : nullptr),
        Due(T.Holding & Thread::TimeNext) {}

  /// T has just taken it, and has been told so by acquired().
  void taken(Thread &T) const noexcept {
    if (Due)
      begin(T);
  }

private:
  static HoldSite *find(Thread &T, const void *Lock, const char *Operation,
                        uint64_t Site) noexcept;
  void begin(Thread &T) const noexcept;

  HoldSite *const Timed;
  const bool Due;
};

/// One release, from before it: T no longer holds the lock.
class HoldEnd {
public:
  HoldEnd(Thread &T, const void *Lock) noexcept;

  const HeldDetail Detail; // all zero: there is nothing to tell

  /// To be called once the lock has been given back, with the caller's call
  /// for the stack; null: without one.
  void tell(Thread &T, const gridlock_call *Call) const noexcept;

private:
  static HeldDetail detailOf(const Thread &T, int Place) noexcept;
  HoldEnd(Thread &T, int Place) noexcept;

  uint64_t Time;
};

/// T has made a call that may block, while it held locks.
void calledWhileHolding(Thread &T, const gridlock_call &Call,
                        uint64_t Duration) noexcept;

} // namespace gridlock::monitor

#endif
