// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The stacks with which a process's loops wait for events, and what they tell
// about other stacks of the same thread.
#ifndef GRIDLOCK_TOOLS_SYMBOLIZE_LOOPWAITS_H
#define GRIDLOCK_TOOLS_SYMBOLIZE_LOOPWAITS_H

#include "tools/symbolize/Symbolizer.h"

namespace gridlock::symbolize {

/// The library whose event loop waits with this stack ("libuv"), or an empty
/// text: the program's own.
std::string loopLibrary(const std::vector<Frame> &Stack);

/// The innermost frame of the program's own code, or null.
const Frame *innermostUser(const std::vector<Frame> &Stack);

class LoopWaits {
public:
  LoopWaits(const ProcessRecords &P, Symbolizer &S) : P(P), S(S) {}

  const std::vector<Frame> &of(std::uint32_t Loop);

  /// True if the thread has left its loop: the function of the program that was
  /// waiting is no longer active, or has gone on to another line while a
  /// library ran the loop. Only to be asked when the loop has not come round
  /// again.
  bool left(std::uint32_t Loop, const std::vector<Frame> &Stack);

  /// True for a wait that the loop's own library makes between two callbacks
  /// (Asio's scheduler waits on a condition variable while another thread
  /// polls): the innermost user function is then the one that runs the loop,
  /// and it called the same library function, at the same place of the stack,
  /// as when the loop waits for events.
  bool madeByLoop(std::uint32_t Loop, const std::vector<Frame> &Stack);

private:
  const ProcessRecords &P;
  Symbolizer &S;
  std::map<std::uint32_t, std::vector<Frame>> Stacks;
};

} // namespace gridlock::symbolize

#endif
