// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/CycleAdvice.h"

namespace gridlock {

// Whether what takes the lock is of the C++ standard library, or a guard of it.
static bool isStandard(const LockModel &Model, ChainId Chain) {
  const Program &P = Model.program();
  const ChainLink &Link = Model.chain(Chain);
  return Link.Site && P.qualifiedName(P.resolve(P.function(Link.Function).Unit,
                                                Link.Site->symbol()))
                          .starts_with("std::");
}

std::string insteadOf(const LockModel &Model, const LockCycle &Cycle) {
  using rules::LockMode;
  bool Together = true;
  for (const OrderEdge *E : Cycle.Steps) {
    if (E->By == LockSummary::How::TakenAgain ||
        E->By == LockSummary::How::Joined)
      return "release '" + Model.display(E->From) + "' before the wait";
    Together &=
        E->By == LockSummary::How::Taken && E->Calls == 0 && !E->Awaited &&
        isStandard(Model, E->FromChain) && isStandard(Model, E->ToChain) &&
        E->FromMode == LockMode::Exclusive && E->ToMode == LockMode::Exclusive;
  }
  return std::string("take them in one order everywhere") +
         (Together ? ", or at once by std::scoped_lock" : "");
}

} // namespace gridlock
