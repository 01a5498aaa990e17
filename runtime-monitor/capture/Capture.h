// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Taking stacks: registers and a raw copy of the stack, unwound after the run
// by the tools. Nothing here unwinds, so nothing needs frame pointers or the
// loader's lock.
#ifndef GRIDLOCK_MONITOR_CAPTURE_CAPTURE_H
#define GRIDLOCK_MONITOR_CAPTURE_CAPTURE_H

#include "runtime-monitor/core/Arguments.h"
#include "runtime-monitor/include/gridlock/monitor.h"
#include "runtime-monitor/records/Format.h"

#include <atomic>
#include <cstddef>

namespace gridlock::monitor {

struct Thread;

/// A stack that waits to be written.
struct TakenStack {
  static constexpr size_t Site = 12 * 1024;
  static constexpr size_t Loop =
      40 * 1024; // libuv waits above 12 KiB of events
  Snapshot Head;
  bool Written;

  char *bytes() noexcept { return reinterpret_cast<char *>(this + 1); }
};

/// The calling thread's stack, from its published call upwards. Null when too
/// many are kept already. About 3 us.
TakenStack *takeOwnStack(const gridlock_call &Call,
                         size_t Capacity = TakenStack::Site) noexcept;

/// The same of any thread, as far as Call is still published, and into a stack
/// that was taken before, has TakenStack::Site's capacity and was not yet shown
/// to anybody.
void retakeStack(TakenStack &Stack, const gridlock_call &Call) noexcept;

/// The calls another thread is in, as it has published them.
struct PublishedCall {
  uint64_t Number;
  const gridlock_call *Where;
  // The innermost one's registers and object; what the program itself called.
  gridlock_call Innermost, Outermost;

  bool isOver(const Thread &T) const noexcept;
};
/// False if T is in none, or is leaving it.
bool readPublished(const Thread &T, PublishedCall &Result) noexcept;

/// What the watchdog takes of another thread: larger, one at a time.
struct StallCapture {
  static constexpr size_t Capacity = 64 * 1024;
  Snapshot Head;
  Cause Why;
  uint32_t Holder;    // of the lock it waits for
  const void *Lock;   // it waits for, or null
  char Operation[64]; // outermost interposed call, or the system call
  ArgumentText Arguments; // of that call
  char Bytes[Capacity];
};

/// Takes T's stack as it is now: without a signal while T is in an interposed
/// call or sleeps, else by a signal whose handler copies and returns, which is
/// waited for. False when T is gone.
bool takeStack(Thread &T, StallCapture &Result) noexcept;

/// The same in the iteration that began at Tick, without waiting: a thread that
/// runs, or wants to, is asked and answers when it gets a CPU. That wakes the
/// watchdog, which then takes the answer. A try that gives up leaves Result
/// empty.
enum class Attempt { Taken, Asked, Over, Refused };
Attempt takeStall(Thread &T, uint64_t Tick, StallCapture &Result) noexcept;
Attempt takeAnswer(const Thread &T, uint64_t Tick, bool GivesUp,
                   StallCapture &Result) noexcept;

/// Puts the signal handler in place. False if the program uses the signal
/// itself.
bool installSignal() noexcept;
/// Its number, or 0: not in place.
int captureSignal() noexcept;
/// Makes Number, unless the program uses it, ask for a snapshot.
void installLiveSignal(int Number) noexcept;
void resetCapture() noexcept; // in a forked child

} // namespace gridlock::monitor

#endif
