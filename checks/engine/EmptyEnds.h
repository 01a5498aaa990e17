// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether an object that waits at its end, a thread or a future, has nothing
// left to wait for there.
//
// Threads: pure. Cost: linear in the function's events.
#ifndef GRIDLOCK_ENGINE_EMPTYENDS_H
#define GRIDLOCK_ENGINE_EMPTYENDS_H

#include "checks/engine/Program.h"

namespace gridlock {

/// Whether the object that END, a destructor's call in F, ends may have been
/// given away, joined or detached before, or was made empty and never got
/// anything. On some way is enough: then its end is no sure wait.
bool endsEmpty(const Program &P, FunctionId F, const facts::Event &End);

/// Whether TYPE, or what it refers to, is std::future.
bool isFuture(const Program &P, std::uint32_t Unit, std::uint32_t Type);

} // namespace gridlock

#endif
