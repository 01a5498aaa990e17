// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Findings about coroutines that include gridlock/coroutine.h: tasks dropped
// before they ran (gridlock-unawaited-task), locks held while suspended
// (gridlock-lock-across-suspension), long steps on threads without an event
// loop (gridlock-loop-stall).
#ifndef GRIDLOCK_TOOLS_SYMBOLIZE_COROUTINEFINDINGS_H
#define GRIDLOCK_TOOLS_SYMBOLIZE_COROUTINEFINDINGS_H

#include "tools/symbolize/Places.h"

namespace gridlock::symbolize {

struct SeenCoroutines {
  std::vector<SeenFinding> Findings;
  std::vector<std::string> Remarks; // what was pending at the end
};

SeenCoroutines findCoroutines(const ProcessRecords &P, Symbolizer &S,
                              const Places &Where);

/// A frame for a coroutine that awaits.
Frame awaitingFrame(const ChainLink &Link);
/// A callback that the program or an adapter tells of, where it was made.
Frame callbackFrame(const ProcessRecords &P, Symbolizer &S,
                    const std::vector<ChainLink> &Links);

} // namespace gridlock::symbolize

#endif
