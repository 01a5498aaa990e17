// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a function does as a child process: where `fork` has returned 0, up to
// where the parent goes on as well. There is no event loop in the child.
//
// Cost: nothing for functions that don't fork, else linear in their blocks.
#ifndef GRIDLOCK_ENGINE_CHILDPROCESS_H
#define GRIDLOCK_ENGINE_CHILDPROCESS_H

#include "checks/engine/Program.h"

#include <vector>

namespace gridlock {

/// By block of F; empty if there are none.
std::vector<bool> childBlocks(const Program &P, FunctionId F);

} // namespace gridlock

#endif
