// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Progress on stderr: one line that moves on a terminal, else a plain line
// about every five seconds, nothing when quiet.
//
// Threads: one. Cost: a write per update on a terminal. Errors: none.
#ifndef GRIDLOCK_TOOLS_DRIVER_PROGRESS_H
#define GRIDLOCK_TOOLS_DRIVER_PROGRESS_H

#include <chrono>
#include <string>

namespace gridlock::driver {

class Progress {
public:
  enum class Mode { Quiet, Plain, Moving };

  /// Quiet if asked for, else by whether stderr is a terminal.
  static Mode modeForStderr(bool Quiet);

  explicit Progress(Mode Kind) : Kind(Kind) {}
  ~Progress() { clear(); }
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

  /// DONE of TOTAL are done, the last of them WHAT.
  void update(unsigned Done, unsigned Total, const std::string &What);

  /// Removes the moving line, so that other text can be written.
  void clear();

private:
  using Clock = std::chrono::steady_clock;
  Mode Kind;
  bool Shown = false;
  Clock::time_point LastPlain = Clock::now();
};

} // namespace gridlock::driver

#endif
