// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The records of a program that runs. Its monitor is asked for what it has not
// written yet by a signal to the monitor's own thread: no other thread notices.
//
// Threads: one.
#ifndef GRIDLOCK_TOOLS_SYMBOLIZE_LIVE_H
#define GRIDLOCK_TOOLS_SYMBOLIZE_LIVE_H

#include "tools/symbolize/Records.h"

namespace gridlock::symbolize {

class LiveProcess {
public:
  explicit LiveProcess(unsigned Pid) : Pid(Pid) {}

  /// Finds the program and its record file. Returns what is wrong and what to
  /// do, or an empty text.
  std::string open();

  /// Asks for a snapshot, waits for it, at most a second, and reads it. Returns
  /// an error or an empty text.
  std::string refresh();

  /// False once the program has ended.
  bool running() const;

  /// What the system calls it; programs change it.
  std::string name() const;

  /// Those to look at instead if it has no event loop itself: the watched ones
  /// of those that it started, "12 (nginx), 13 (nginx)".
  std::string watchedChildren() const;

  /// Grows with each refresh. Its address stays.
  const ProcessRecords &records() const { return Records; }

private:
  bool ask() const;
  /// Their folders in /proc; a program may have threads of the same name.
  std::vector<std::filesystem::path> monitorThreads() const;
  /// Opens the record that one of these descriptors is of, if any.
  std::error_code openIn(const std::filesystem::path &Descriptors);
  std::string path(const std::string &Name) const;

  const unsigned Pid;
  ProcessRecords Records;
};

} // namespace gridlock::symbolize

#endif
