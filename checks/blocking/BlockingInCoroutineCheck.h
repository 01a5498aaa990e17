// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gridlock-blocking-in-coroutine, see blocking-in-coroutine.md.
#ifndef GRIDLOCK_BLOCKING_BLOCKINGINCOROUTINECHECK_H
#define GRIDLOCK_BLOCKING_BLOCKINGINCOROUTINECHECK_H

#include "checks/engine/Check.h"

namespace gridlock {

/// Finds operations that block the thread and that a coroutine reaches by a
/// resolved path while it runs on its event loop.
class BlockingInCoroutineCheck : public Check {
public:
  void run(const Analysis &A, FindingSink &Sink) const override;
};

} // namespace gridlock

#endif
