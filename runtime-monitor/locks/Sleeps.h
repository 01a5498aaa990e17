// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Waits that another thread ends by saying so: for semaphores, condition
// variables, barriers and futexes (std::atomic, latch, semaphore, future); or
// by its end. Who waits for what, where and how long, and who ends it. None of
// it is a finding by itself: a worker without work waits like this. A fixed
// table without locks, touched only when a thread really has to sleep or wakes
// another one.
#ifndef GRIDLOCK_MONITOR_LOCKS_SLEEPS_H
#define GRIDLOCK_MONITOR_LOCKS_SLEEPS_H

#include "runtime-monitor/capture/Capture.h"
#include "runtime-monitor/core/Calls.h"
#include "runtime-monitor/core/Table.h"

namespace gridlock::monitor {

struct SleepSite {
  std::atomic<uint32_t> State; // 0 free, 1 being claimed, 2 in use
  Role Side;                   // Waiter: sleeps; Holder: has woken others
  const void *Object; // null: all that are waited for there beyond the first 16
  uint64_t Site, Place;
  const char *Operation;
  std::atomic<uint64_t> Count, Total, Max;
  std::atomic<uint32_t> Tid;   // the last one
  std::atomic<uint32_t> Ended; // the thread whose end the longest was for, or 0
  std::atomic<uint64_t> AnyProcess; // waits that any process may have ended
  std::atomic<TakenStack *> Stack;
  uint64_t Written; // Count at the last snapshot
};

/// The table; Size entries, of which those in use have State 2.
struct SleepSites {
  static constexpr uint32_t Size = 1u << 12;
  static SleepSite *Table;
  static UsedEntries<Size> InUse;
};

void startSleeps() noexcept;
void forgetSleeps() noexcept; // in a forked child

/// One wait, on every way out of it. Published: what the watchdog is to know of
/// it (the search for deadlocks). Its stack is taken before, so that none is
/// taken with a condition variable's mutex held. About 60 ns beside CallScope.
class SleepScope : public CallScope {
public:
  [[gnu::always_inline]] SleepScope(const char *Operation, const void *Object,
                                    const void *Site,
                                    const void *Published = nullptr) noexcept
      : CallScope(Operation, Published, Site) {
    left = [](gridlock_call *Call) {
      static_cast<SleepScope *>(Call)->~SleepScope();
    };
    begin(Object, __builtin_dwarf_cfa());
  }
  [[gnu::always_inline]] ~SleepScope() {
    if (Entry)
      end();
  }
  SleepScope(const SleepScope &) = delete;

  /// The call has returned without waiting.
  void atOnce() noexcept { Entry = nullptr; }
  /// It was for something that processes share, and somebody has ended it.
  void endedByAny(bool Shared) noexcept { AnyProcess = Shared; }
  /// It was for the end of that thread.
  void forEndOf(uint32_t Tid) noexcept { Ended = Tid; }

private:
  void begin(const void *Object, const void *Above) noexcept;
  void end() const noexcept;

  SleepSite *Entry; // null: nothing to tell
  uint64_t Since;
  uint32_t Ended = 0;
  bool AnyProcess = false;
};

/// Above: where the interposer's caller's frame begins.
[[gnu::noinline, gnu::cold]] void tellWoken(const void *Object,
                                            const char *Operation,
                                            const void *Site,
                                            const void *Above) noexcept;

/// The calling thread has just ended waits of others for Object, which may be
/// gone.
[[gnu::always_inline]] inline void wokeOthers(const void *Object,
                                              const char *Operation,
                                              const void *Site) noexcept {
  tellWoken(Object, Operation, Site, __builtin_dwarf_cfa());
}

} // namespace gridlock::monitor

#endif
