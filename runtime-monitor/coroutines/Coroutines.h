// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What programs that include gridlock/coroutine.h tell of their coroutines: by
// coroutine function how many there are and how long they run; where tasks are
// dropped; where locks are held across suspensions. Fixed tables without locks.
#ifndef GRIDLOCK_MONITOR_COROUTINES_COROUTINES_H
#define GRIDLOCK_MONITOR_COROUTINES_COROUTINES_H

#include "runtime-monitor/capture/Capture.h"
#include "runtime-monitor/include/gridlock/coroutine.h"

namespace gridlock::monitor {

/// One coroutine function.
struct CoroutineSite {
  std::atomic<uint32_t> State; // 0 free, 1 being claimed, 2 in use
  const char *Function, *File;
  uint32_t Line;
  std::atomic<uint64_t> Created, Started, Finished, Destroyed;
  std::atomic<uint64_t> Steps, Total, Max; // times without suspension
  std::atomic<uint64_t> Slow;              // over the threshold, off loops
  std::atomic<uint32_t> From, To, Last;    // lines: of the longest; suspended
  uint64_t Written;                        // counts() at the last snapshot

  uint64_t counts() const noexcept {
    return Created.load(std::memory_order_relaxed) +
           Started.load(std::memory_order_relaxed) +
           Steps.load(std::memory_order_relaxed) +
           Destroyed.load(std::memory_order_relaxed) +
           Finished.load(std::memory_order_relaxed);
  }
};

/// A place where tasks are dropped before they ran, or where a coroutine is
/// suspended with a lock.
struct CoroutineEvent {
  std::atomic<uint32_t> State;
  RecordKind Kind;
  uint32_t Coroutine, Line, Tid;
  uint64_t Place; // return address: of the creation, or of the lock's taking
  uint64_t Lock;
  std::atomic<uint64_t> Count, Moved;
  std::atomic<TakenStack *> Stack;
  uint64_t Written;
};

struct Coroutines {
  static constexpr uint32_t Sites = 2048, Events = 1024;
  static CoroutineSite SiteTable[Sites];
  static CoroutineEvent EventTable[Events];
  static std::atomic<bool> Any; // else nothing was ever made
};

void forgetCoroutines() noexcept; // in a forked child

/// The coroutine that T runs and those that await it, innermost first. Any
/// thread. The texts are the program's constants.
struct ChainLink {
  const char *Function, *File;
  uint32_t Line;
};
struct CoroutineChain {
  static constexpr uint32_t Most = 16;
  uint32_t Count = 0;
  ChainLink Links[Most];
};
void readChain(const Thread &T, CoroutineChain &Chain) noexcept;
/// The callback that T runs, as a chain of one.
void readCallback(const Thread &T, CoroutineChain &Chain) noexcept;

} // namespace gridlock::monitor

#endif
