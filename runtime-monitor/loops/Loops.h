// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Event loops. A wait site (thread and call site of epoll_wait, poll, select
// ...) that is reached three times outside any interposed blocking call is a
// loop. While its thread is between two waits it is busy. Written by the loop's
// own thread only.
#ifndef GRIDLOCK_MONITOR_LOOPS_LOOPS_H
#define GRIDLOCK_MONITOR_LOOPS_LOOPS_H

#include "runtime-monitor/capture/Capture.h"
#include "runtime-monitor/core/Calls.h"
#include "runtime-monitor/core/Thread.h"
#include "runtime-monitor/loops/Blocking.h"
#include "runtime-monitor/loops/Histogram.h"

namespace gridlock::monitor {

struct Loop {
  uint32_t Id = 0, Tid = 0;
  const char *Wait = nullptr; // the operation it waits with
  uint64_t Site = 0;
  char Name[32] = {};
  uint64_t Iterations = 0, Busy = 0, Idle = 0, Max = 0;
  uint64_t Stalls = 0, StallTime = 0;
  uint64_t LateBeats = 0; // of lag_ms
  uint64_t First = 0, Last = 0;
  bool Ended = false;
  uint64_t Written = 0;   // iterations at the last snapshot
  uint64_t Threshold = 0; // ns, of a stall
  uint32_t Events = 0;    // that the last wait returned
  BlockSites Blocks;
  OpenIteration Open;
  std::atomic<TakenStack *> Stack{nullptr}; // of a wait
  Histogram Times;
  Loop *Next = nullptr;
};

extern std::atomic<Loop *> AllLoops;     // only grows
extern std::atomic<uint32_t> LastLoopId; // of loops and block sites

/// Brackets a wait for events. Not to be used inside an interposed call.
class WaitScope : gridlock_call {
public:
  [[gnu::always_inline]] WaitScope(Thread &T, const char *Operation,
                                   const void *Site,
                                   const char *Kinds = nullptr,
                                   uint64_t First = 0,
                                   uint64_t Second = 0) noexcept
      : T(T) {
    GRIDLOCK_MAY_BE_LEFT;
    GRIDLOCK_CAPTURE(this);
    kinds = Kinds;
    arguments[0] = First;
    arguments[1] = Second;
    left = [](gridlock_call *Call) {
      static_cast<WaitScope *>(Call)->~WaitScope();
    };
    begin(Operation, reinterpret_cast<uint64_t>(Site));
  }
  [[gnu::always_inline]] ~WaitScope() { end(); }
  WaitScope(const WaitScope &) = delete;

  int Result = 0; // of the wait: how many events

private:
  void begin(const char *Operation, uint64_t Site) noexcept;
  void end() noexcept;

  Thread &T;
  bool OfLoop = false; // else a wait like any other call
};

void nameLoop(Thread &T, const char *Name) noexcept;
/// From now on, of the loop that runs or will run on T; 0: by the options.
void setThreshold(Thread &T, uint64_t Ns) noexcept;
/// The thread ends, or the program on it: a stall is over.
void endLoop(Thread &T) noexcept;
void forgetLoops() noexcept; // in a forked child

} // namespace gridlock::monitor

#endif
