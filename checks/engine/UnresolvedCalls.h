// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a run says about calls that it could not follow.
#ifndef GRIDLOCK_ENGINE_UNRESOLVEDCALLS_H
#define GRIDLOCK_ENGINE_UNRESOLVEDCALLS_H

#include "checks/engine/Finding.h"

namespace gridlock {

/// A root from which calls could not be followed.
struct UnresolvedCalls {
  std::string Root; // "coroutine 'serve'"
  Location Where;
  std::uint64_t Calls = 0;
};

} // namespace gridlock

#endif
