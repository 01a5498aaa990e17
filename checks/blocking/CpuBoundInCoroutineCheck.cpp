// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/blocking/CpuBoundInCoroutineCheck.h"

#include "checks/blocking/OnLoop.h"

namespace gridlock {

void CpuBoundInCoroutineCheck::run(const Analysis &A, FindingSink &Sink) const {
  auto Report = [&](const Reachability &Reach, FunctionId F) {
    for (const BlockingOp &Op : computingOps(A.program(), A.contexts(), F)) {
      bool Certain = Op.Ceiling >= Precision::High;
      Sink.report(findingOnLoop(A, Reach, F, Op,
                                Certain ? " keeps the event loop busy"
                                        : " may keep the event loop busy"));
    }
  };
  for (FunctionId F : A.fromCoroutines().reached())
    Report(A.fromCoroutines(), F);
  for (FunctionId F : reachedByCallbacksOnly(A))
    Report(A.fromCallbacks(), F);
}

} // namespace gridlock
