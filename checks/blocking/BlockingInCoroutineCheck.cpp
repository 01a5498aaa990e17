// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/blocking/BlockingInCoroutineCheck.h"

#include "checks/engine/BlockingOps.h"
#include "checks/engine/Classify.h"
#include "checks/engine/Trace.h"

#include <algorithm>

namespace gridlock {

namespace {

std::string messageFor(const Analysis &A, const BlockingOp &Op, FunctionId F) {
  const Reachability &Reach = A.fromCoroutines();
  const Root &Start = Reach.rootOf(F);
  std::string Root = describe(A.program(), Start);
  bool EntersLoop = does(*Op.Entry, rules::Effect::EntersLoop);
  std::string Text = Op.Name;
  Text += EntersLoop         ? " runs an event loop inside the event loop"
          : Op.MayBeHarmless ? " may block the event loop"
                             : " blocks the event loop";
  unsigned Calls = Reach.shapeOf(F).Calls;
  if (Calls == 0)
    Text += " in " + Root;
  else
    Text += ": " + Root + " reaches it through " + std::to_string(Calls) +
            (Calls == 1 ? " call" : " calls");
  return Text + insteadClause(*Op.Entry, A.contexts().frameworkOf(Start));
}

} // namespace

void BlockingInCoroutineCheck::run(const Analysis &A, FindingSink &Sink) const {
  const Program &P = A.program();
  const Reachability &Reach = A.fromCoroutines();
  for (FunctionId F : Reach.reached())
    for (const BlockingOp &Op : blockingOps(P, A.contexts(), F)) {
      Trace Path = traceTo(P, Reach, F, *Op.Site, Op.Name);
      Finding Result;
      Result.Where = Path.Where;
      Result.Function = findingFunction(P, Path.User);
      Result.Operation = Op.Entry->op() ? Op.Entry->op()->str() : "";
      Result.Message = messageFor(A, Op, F);
      Result.Notes = std::move(Path.Notes);
      Result.Confidence = std::min(Op.Ceiling, precisionOf(Reach.shapeOf(F)));
      Sink.report(std::move(Result));
    }
}

} // namespace gridlock
