// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Coroutines that run elsewhere than on an event loop because every use of them
// that was seen says so (CoroutineFlow.h): awaited where the awaiting coroutine
// has switched to a pool, awaited by a coroutine that is itself only run
// elsewhere, or handed to something that runs it elsewhere; or, if all that it
// awaits is known not to take it to a loop, resumed by threads that are no
// loops, or by a function that then blocks its thread (a sync_wait of the
// program's own) and that no loop gets to. A coroutine that is used in any
// other way, or not at all, is none.
//
// Threads: const use is safe. Cost: linear in the events of functions that make
// coroutines, and at most 500 steps for each coroutine.
#ifndef GRIDLOCK_ENGINE_OFFLOADED_H
#define GRIDLOCK_ENGINE_OFFLOADED_H

#include "checks/engine/Contexts.h"

#include <vector>

namespace gridlock {

/// By function. C has to know the coroutines already, not yet the roots.
std::vector<bool> offloadedCoroutines(const Program &P, const CallGraph &Calls,
                                      const Contexts &C);

} // namespace gridlock

#endif
