// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gridlock-blocking-in-callback, see blocking-in-callback.md.
#ifndef GRIDLOCK_BLOCKING_BLOCKINGINCALLBACKCHECK_H
#define GRIDLOCK_BLOCKING_BLOCKINGINCALLBACKCHECK_H

#include "checks/engine/Check.h"

namespace gridlock {

/// Finds operations that block the thread and that a callable reaches which an
/// event loop runs, unless a coroutine reaches them as well.
class BlockingInCallbackCheck : public Check {
public:
  void run(const Analysis &A, FindingSink &Sink) const override;
};

} // namespace gridlock

#endif
