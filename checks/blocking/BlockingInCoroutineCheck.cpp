// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/blocking/BlockingInCoroutineCheck.h"

#include "checks/blocking/OnLoop.h"

namespace gridlock {

void BlockingInCoroutineCheck::run(const Analysis &A, FindingSink &Sink) const {
  const Reachability &Reach = A.fromCoroutines();
  for (FunctionId F : Reach.reached())
    for (const BlockingOp &Op : blockingOpsOf(A, Reach, F))
      Sink.report(findingOfBlocking(A, Reach, F, Op));
}

} // namespace gridlock
