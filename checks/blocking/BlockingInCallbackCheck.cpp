// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/blocking/BlockingInCallbackCheck.h"

#include "checks/blocking/OnLoop.h"

namespace gridlock {

void BlockingInCallbackCheck::run(const Analysis &A, FindingSink &Sink) const {
  const Reachability &Reach = A.fromCallbacks();
  for (FunctionId F : reachedByCallbacksOnly(A))
    for (const BlockingOp &Op : blockingOpsOf(A, Reach, F))
      if (!isLoopsOwnWait(A, Reach, F, Op))
        Sink.report(findingOfBlocking(A, Reach, F, Op));
}

} // namespace gridlock
