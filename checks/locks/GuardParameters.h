// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Guards that a coroutine gets by value: their locks are held from its start.
#ifndef GRIDLOCK_LOCKS_GUARDPARAMETERS_H
#define GRIDLOCK_LOCKS_GUARDPARAMETERS_H

#include "checks/engine/Program.h"

#include <vector>

namespace gridlock {

struct HeldParameter {
  std::uint32_t Parameter;
  std::vector<const facts::Event *> Suspensions; // where it is surely held
};

/// Parameters of guard type that are held at a co_await or co_yield of
/// coroutine F. One that is unlocked, moved on or assigned on some path before
/// is not held there.
std::vector<HeldParameter> findHeldParameters(const Program &P, FunctionId F);

} // namespace gridlock

#endif
