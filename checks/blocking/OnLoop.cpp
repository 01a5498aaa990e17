// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/blocking/OnLoop.h"

#include "checks/engine/Classify.h"
#include "checks/engine/Trace.h"

#include <algorithm>

namespace gridlock {

// Only a coroutine can take advice that has it await something.
static std::string insteadFor(const Analysis &A, const rules::Entry &Entry,
                              const Root &Start) {
  std::string Framework = A.contexts().frameworkOf(Start);
  auto Awaits = [&] {
    return adviceFor(Entry, Framework).find("co_await") != std::string::npos;
  };
  if (Start.Kind != RootKind::Coroutine && Awaits()) {
    Framework = "any";
    if (Awaits())
      return {};
  }
  return insteadClause(Entry, Framework);
}

Finding findingOnLoop(const Analysis &A, const Reachability &Reach,
                      FunctionId F, const BlockingOp &Op,
                      const std::string &What) {
  const Program &P = A.program();
  const Root &Start = Reach.rootOf(F);
  PathShape Shape = Reach.shapeOf(F);
  std::string Root = describe(P, Start);
  Trace Path = traceTo(P, Reach, F, *Op.Site, Op.Name);
  Finding Result;
  Result.Where = Path.Where;
  Result.Function = findingFunction(P, Path.User);
  Result.Operation = Op.Entry->op() ? Op.Entry->op()->str() : "";
  Result.Message = Op.Name + What;
  if (Shape.Calls == 0)
    Result.Message += " in " + Root;
  else
    Result.Message += ": " + Root + " reaches it through " +
                      std::to_string(Shape.Calls) +
                      (Shape.Calls == 1 ? " call" : " calls");
  Result.Message += insteadFor(A, *Op.Entry, Start);
  Result.Notes = std::move(Path.Notes);
  Result.Confidence = std::min(Op.Ceiling, precisionOf(Shape));
  return Result;
}

Finding findingOfBlocking(const Analysis &A, const Reachability &Reach,
                          FunctionId F, const BlockingOp &Op) {
  bool EntersLoop = does(*Op.Entry, rules::Effect::EntersLoop);
  return findingOnLoop(A, Reach, F, Op,
                       EntersLoop ? " runs an event loop inside the event loop"
                       : Op.MayBeHarmless ? " may block the event loop"
                                          : " blocks the event loop");
}

bool isLoopsOwnWait(const Analysis &A, const Reachability &Reach, FunctionId F,
                    const BlockingOp &Op) {
  return Reach.rootOf(F).Kind == RootKind::OwnLoop &&
         A.calls().ownLoops().isWait(*Op.Site);
}

std::vector<FunctionId> reachedByCallbacksOnly(const Analysis &A) {
  const Reachability &Coroutines = A.fromCoroutines();
  const Reachability &Callbacks = A.fromCallbacks();
  std::vector<FunctionId> Result;
  for (FunctionId F : Callbacks.reached())
    if (!Coroutines.reaches(F) ||
        precisionOf(Coroutines.shapeOf(F)) < precisionOf(Callbacks.shapeOf(F)))
      Result.push_back(F);
  return Result;
}

} // namespace gridlock
