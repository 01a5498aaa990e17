// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Schedulers of coroutines that the program wrote itself: what a single thread
// runs that resumes one coroutine after the other. Coroutines share that thread
// as they do an event loop, where a pool's threads would go on with others. A
// single thread that resumes coroutines beside an event loop, and waits for no
// point in time, is one to block in.
//
// Threads: const use is safe. Cost: linear in the calls of what such threads
// run.
#ifndef GRIDLOCK_ENGINE_SCHEDULERS_H
#define GRIDLOCK_ENGINE_SCHEDULERS_H

#include "checks/engine/Program.h"

#include <functional>
#include <vector>

namespace gridlock {

/// A callable that a thread or a pool runs.
struct RunElsewhere {
  FunctionId Function;
  bool OneThread; // one that was started for it, once
};

/// Whether E, in BLOCK of function F, starts one thread.
bool startsOneThread(const Program &P, FunctionId F, std::uint32_t Block,
                     const facts::Event &E);

/// By function: whether it resumes coroutines as the scheduler of their thread.
/// CALLEES(function, call) are those of one call.
std::vector<bool> findSchedulers(
    const Program &P, const std::vector<RunElsewhere> &Starts, bool HasLoops,
    const std::function<std::vector<FunctionId>(FunctionId, const CallEvent &)>
        &Callees);

} // namespace gridlock

#endif
