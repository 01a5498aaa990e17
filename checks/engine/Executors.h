// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// On whose threads a callable runs that is handed to something which takes its
// executor as an argument, as far as the executor's type tells. `post(io, f)`
// runs on a loop, `post(pool, f)` does not, a strand runs where its inner
// executor does, and what a type-erased executor holds is unknown.
//
// Threads: const use is safe. Cost: a few comparisons of names.
#ifndef GRIDLOCK_ENGINE_EXECUTORS_H
#define GRIDLOCK_ENGINE_EXECUTORS_H

#include "checks/engine/Classify.h"

namespace gridlock {

/// Whether E, to which SINK applies, runs its callable on an event loop: Yes,
/// No, or Maybe for an executor that could be anybody's.
Verdict runsOnLoop(const Program &P, FunctionId F, const facts::Event &E,
                   const Applied &Sink);

} // namespace gridlock

#endif
