// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gridlock-cpu-bound-in-coroutine, see cpu-bound-in-coroutine.md.
#ifndef GRIDLOCK_BLOCKING_CPUBOUNDINCOROUTINECHECK_H
#define GRIDLOCK_BLOCKING_CPUBOUNDINCOROUTINECHECK_H

#include "checks/engine/Check.h"

namespace gridlock {

/// Finds computations that take long and that a coroutine or a callback reaches
/// while it runs on its event loop.
class CpuBoundInCoroutineCheck : public Check {
public:
  void run(const Analysis &A, FindingSink &Sink) const override;
};

} // namespace gridlock

#endif
