// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one table that says how far a path can be trusted, by its weakest edge
// and its length. It is explained in checks/engine/README.md.
#ifndef GRIDLOCK_ENGINE_PRECISION_H
#define GRIDLOCK_ENGINE_PRECISION_H

#include "checks/engine/CallGraph.h"
#include "checks/engine/Finding.h"

namespace gridlock {

struct PathShape {
  unsigned Calls = 0; // edges from the root to the function with the operation
  EdgeKind Weakest = EdgeKind::Static;
};

Precision precisionOf(const PathShape &Path);

} // namespace gridlock

#endif
