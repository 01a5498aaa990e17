// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the time of an event loop's iterations goes to: calls that block it, by
// operation and call site, and CPU time. A call of block_ms counts by itself;
// shorter ones count if the iteration becomes a stall and they have a tenth of
// the threshold. Written by the loop's own thread only.
#ifndef GRIDLOCK_MONITOR_LOOPS_BLOCKING_H
#define GRIDLOCK_MONITOR_LOOPS_BLOCKING_H

#include "runtime-monitor/capture/Capture.h"
#include "runtime-monitor/core/Arguments.h"

#include <atomic>
#include <cstdint>

namespace gridlock::monitor {

struct CoroutineChain;
struct Loop;
struct Thread;

/// A blocking call made on a loop thread, by operation, call site and what
/// leads to it from the loop: a library's call is made for many.
struct BlockSite {
  std::atomic<const char *> Operation; // null: free
  uint64_t Site, Depth; // Depth: of the stack, below the loop's frame
  uint32_t Id;
  uint64_t Count, Total, Max;
  uint64_t OnCpu;     // of Total
  uint64_t Iteration; // in which the last ones were made, and these:
  uint64_t OpenCount, OpenTotal;
  SharedArguments Longest; // the longest call's
  std::atomic<TakenStack *> Stack;
  CoroutineChain *Coroutines, *Callback; // that ran, or null
  bool ChainsWritten;
  bool Unfinished; // the last one: the program ended in it
};

struct BlockSites {
  static constexpr unsigned Most = 64;
  BlockSite All[Most] = {};
  uint64_t Lost = 0;
};

/// The thread's CPU time at a moment, and how long the loop had been busy then.
/// A system call of half a microsecond.
struct CpuReading {
  uint64_t At = 0, Time = 0, Busy = 0;

  static CpuReading now(uint64_t At, uint64_t Busy) noexcept;
  /// How much of the busy time from this reading to Now was off the CPU.
  uint64_t offCpu(const CpuReading &Now) const noexcept;
};

/// The iteration that a loop is in.
struct OpenIteration {
  struct Short {
    const char *Operation;
    uint64_t Site, Depth, Count, Total, Max, OnCpu;
    uint64_t Unread; // of Total, not in OnCpu yet
    // Once they have a tenth of the threshold:
    ArgumentText Arguments;
    TakenStack *Stack;
  };
  static constexpr unsigned MostShort = 8;

  uint64_t Blocked = 0; // in calls of any length
  uint64_t Counted = 0; // of these, in block sites
  uint32_t ShortCount = 0;
  uint64_t Callbacks = 0, Longest = 0; // as far as the program tells
  Short Shorts[MostShort] = {};

  CpuReading Begin; // when an iteration, this or an earlier one, began
  CpuReading Last;  // then, or after calls of a millisecond in all
  // In noticed calls since Last, also of earlier iterations. They share the
  // time off the CPU: what the loop did between them counts as CPU time.
  uint64_t Unread = 0;

  void begin(const Loop &L, uint64_t Now) noexcept {
    Blocked = Counted = Callbacks = Longest = 0;
    ShortCount = 0;
    if (__builtin_expect(Now - Begin.At > 10000000, 0))
      readCpu(L, Now);
  }
  void readCpu(const Loop &L, uint64_t Now) noexcept;
  /// Shares what was off the CPU since Last among the calls since then, and
  /// returns the share of one more that took Duration.
  uint64_t settle(const CpuReading &Now, uint64_t Duration) noexcept;
};

/// A call bracketed by beginCall and endCall took Duration on a busy loop
/// thread. Over: else the program ends in it.
void blockingCallEnded(Thread &T, const gridlock_call &Call, uint64_t Duration,
                       bool Over) noexcept;

void callbackEnded(Thread &T, uint64_t Duration) noexcept;

/// The iteration, which ends Now, is a stall. Busy: the loop, up to then.
void countShortCalls(Loop &L, uint64_t Now, uint64_t Busy) noexcept;
} // namespace gridlock::monitor

#endif
