// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// On whose threads a callable or a coroutine runs that is handed to something
// which takes its executor as an argument. `post(io, f)` runs on a loop,
// `post(pool, f)` does not, a strand runs where its inner executor does; what a
// type-erased executor holds is told by what flows into it in the program, and
// unknown if nothing or different things do.
//
// Threads: const use is safe. Cost: a few comparisons of names.
#ifndef GRIDLOCK_ENGINE_EXECUTORS_H
#define GRIDLOCK_ENGINE_EXECUTORS_H

#include "checks/engine/CallableFlow.h"
#include "checks/engine/Classify.h"

namespace gridlock {

/// Whether E, to which SINK applies, runs its callable on an event loop: Yes,
/// No, or Maybe for an executor that could be anybody's.
Verdict runsOnLoop(const Program &P, const CallableFlow &Flow, FunctionId F,
                   const facts::Event &E, const Applied &Sink);

/// Whether the executor that E is given, if it is given one, is a pool's.
bool runsOnPool(const CallableFlow &Flow, FunctionId F, const facts::Event &E);

/// Whether a class is what an operation completes on: a token or a handler with
/// its executor.
bool isExecutorBinder(std::string_view Class);
/// Whether it is the token of operations whose results are awaited.
bool isAwaitableToken(std::string_view Class);

} // namespace gridlock

#endif
