// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a monitored run showed, ready for the writers: findings in the record
// that the checks use as well, and the tables of loops and locks.
#ifndef GRIDLOCK_TOOLS_SYMBOLIZE_OBSERVED_H
#define GRIDLOCK_TOOLS_SYMBOLIZE_OBSERVED_H

#include "tools/report/Report.h"
#include "tools/symbolize/Suppressions.h"

#include <iosfwd>
#include <optional>

namespace gridlock::symbolize {

/// Durations in nanoseconds.
struct LoopRow {
  std::uint32_t Pid = 0, Tid = 0;
  std::string Thread, Name, Wait;
  std::string Library;  // that runs it, or empty
  std::string Function; // innermost user function around the wait
  Location Where;
  std::uint64_t Iterations = 0, Busy = 0, Idle = 0;
  std::uint64_t P50 = 0, P99 = 0, Max = 0; // of one iteration's busy time
  std::uint64_t LagP99 = 0; // wait of an event that comes at a random moment
  std::uint64_t Stalls = 0;
  // Beats thought of as due at a fixed rhythm while it ran, and those that it
  // came to more than LagMs late.
  std::uint64_t Beats = 0, LateBeats = 0;
  std::uint32_t HeartbeatMs = 0, LagMs = 0;
  bool Ended = false;
};

/// A call in which whoever held a lock let others wait.
struct HolderCall {
  std::string Function;
  Location Where;
  std::string Operation;
  std::uint64_t Lock = 0; // it waited for itself, or 0
  // Of a waiter: how many of the Looked waits began during such a call. Of a
  // holder: after how many of the Looked holds that made others wait there had
  // been one, and for how long.
  std::uint64_t Count = 0, Looked = 0, Total = 0, Longest = 0;
  std::string Arguments; // of one that a waiter met, or empty
  std::vector<Frame> Stack;
};

struct Side {
  std::string Function;
  Location Where;
  std::string Operation;
  std::uint64_t Count = 0, Total = 0, Max = 0; // time: waiters only
  std::vector<Frame> Stack;
  std::optional<HolderCall> Meanwhile;
  std::uint32_t Pid = 0; // the process, if another one than the row's
};

/// How long a lock is held that is taken at one place.
struct HoldRow {
  std::uint32_t Pid = 0;
  std::uint64_t Address = 0; // 0: of many locks
  std::string Function;
  Location Where;
  std::string Operation;
  std::uint64_t Samples = 0;          // holds that were timed
  std::uint64_t Count = 0, Total = 0; // of all, as the samples tell
  std::uint64_t P50 = 0, P99 = 0, Max = 0;
  std::vector<Frame> Stack; // that gave back a long one, or the place's frame
};

struct LockRow {
  std::uint32_t Pid = 0;
  std::uint64_t Address = 0;
  std::uint64_t Count = 0, Total = 0, Max = 0;
  std::vector<Side> Waiters, Holders; // most time, most releases first
  std::vector<HoldRow> Holds;         // most time first
};

/// Waits for one object that other threads end by saying so: a semaphore, a
/// condition variable, a barrier, a futex; or for the end of a thread.
struct SleepRow {
  std::uint32_t Pid = 0;
  std::uint64_t Address = 0; // 0: many objects
  std::string Operation;     // of most of the time
  std::uint64_t Count = 0, Total = 0, Max = 0;
  std::uint32_t Ended = 0;      // the thread whose end the longest was for
  std::uint64_t AnyProcess = 0; // waits that another process may have ended
  std::vector<Side> Waiters, Wakers; // most time, most often first

  /// Ended by nobody that is known, but by somebody.
  bool byAnotherProcess() const { return AnyProcess != 0 && Wakers.empty(); }
};

/// Numbers behind a finding; the finding's notes are its stack.
struct Measured {
  std::uint64_t Count = 0, Worst = 0, Total = 0;
  std::uint64_t OnCpu = 0; // of the part of Total of which it is known:
  std::uint64_t CpuKnown = 0;
  std::uint64_t Stacks = 0; // stalls that were met here while they lasted
  // Of these the longest: callbacks it had and their longest, if the program
  // tells; else how many events were ready.
  std::uint64_t Callbacks = 0, LongestCallback = 0, Events = 0;
  bool Unfinished = false; // went on when the program ended
  std::string Arguments{}; // of the longest call, or empty
};

struct Observed {
  report::Report Report;         // Findings sorted worst first
  std::vector<Measured> Numbers; // of Report.Findings, same order
  std::vector<LoopRow> Loops;
  std::vector<LockRow> Locks;   // most waited for first
  std::vector<HoldRow> Holds;   // most time first
  std::vector<SleepRow> Sleeps; // most time first
  std::vector<std::string>
      Remarks; // what was lost, cut off or could not be named
  unsigned Processes = 0;
  unsigned FilesRead = 0; // for their names
};

/// Merges all processes. Root: paths below it become relative. Suppressed:
/// applied to each stack before they are merged.
Observed observe(const std::vector<ProcessRecords> &Processes,
                 const std::filesystem::path &Root, Suppressions &Suppressed);

void writeObservedText(std::ostream &Out, const Observed &O,
                       const report::TextOptions &Options);
void writeObservedJson(std::ostream &Out, const Observed &O);

/// How much of the time was spent off the CPU, in per cent; nothing if that's
/// not known.
std::optional<unsigned> offCpu(const Measured &M);

/// "312 ms", "1.25 s", "40 us".
std::string duration(std::uint64_t Ns);
/// "once", "3 times".
std::string times(std::uint64_t Count);
std::string hexadecimal(std::uint64_t Address); // with 0x

} // namespace gridlock::symbolize

#endif
