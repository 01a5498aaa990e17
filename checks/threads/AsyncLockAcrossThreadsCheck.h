// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gridlock-async-lock-across-threads, see async-lock-across-threads.md.
#ifndef GRIDLOCK_THREADS_ASYNCLOCKACROSSTHREADSCHECK_H
#define GRIDLOCK_THREADS_ASYNCLOCKACROSSTHREADSCHECK_H

#include "checks/engine/Check.h"

namespace gridlock {

/// Finds objects that belong to an event loop and are used by a thread as well:
/// one finding for each thread's function and object.
class AsyncLockAcrossThreadsCheck : public Check {
public:
  void run(const Analysis &A, FindingSink &Sink) const override;
};

} // namespace gridlock

#endif
