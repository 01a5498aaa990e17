// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the await protocol says of an awaiter's own futures.
#ifndef GRIDLOCK_ENGINE_AWAITERS_H
#define GRIDLOCK_ENGINE_AWAITERS_H

#include "checks/engine/Program.h"

namespace gridlock {

/// Whether F is the await_resume of an awaiter that others resume, when what it
/// stands for is done: its await_ready is asked first, and its await_suspend
/// keeps the coroutine or hands it on.
bool isResumedWhenDone(const Program &P, FunctionId F);

} // namespace gridlock

#endif
