// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/tasks/UnawaitedTaskCheck.h"

#include "checks/engine/Trace.h"
#include "checks/tasks/TaskFlow.h"

#include <algorithm>

namespace gridlock {

using facts::PromiseStart;

namespace {

const char *fate(const TaskType &Type) {
  switch (Type.Start) {
  case PromiseStart::Lazy:
    return "never runs";
  case PromiseStart::Eager:
    return "runs detached";
  case PromiseStart::Unknown:
    break;
  }
  return "is not waited for";
}

Precision precisionOf(const TaskType &Type) {
  switch (Type.Start) {
  case PromiseStart::Lazy:
    return Precision::VeryHigh;
  case PromiseStart::Eager:
    return Precision::High;
  case PromiseStart::Unknown:
    break;
  }
  return Precision::Medium;
}

Finding makeFinding(const Program &P, FunctionId Id, const facts::Event &Call) {
  const ProgramFunction &F = P.function(Id);
  Finding Result;
  Result.Where = P.locate(F.Unit, Call.loc());
  Result.Function = findingFunction(P, F.Symbol);
  Result.Operation = P.qualifiedName(P.resolve(F.Unit, Call.symbol()));
  return Result;
}

std::string taskOf(const Program &P, FunctionId Id, const facts::Event &Call) {
  SymbolId Callee = P.resolve(P.function(Id).Unit, Call.symbol());
  return Callee == 0 ? "the task that this call returns"
                     : "the task that " + describe(P, Callee) + " returns";
}

void reportDiscarded(const Program &P, FunctionId F, const facts::Event &E,
                     const TaskType &Type, FindingSink &Sink) {
  Finding Result = makeFinding(P, F, E);
  Result.Message = taskOf(P, F, E) + " is discarded and " + fate(Type) +
                   "; instead: co_await it, or hand it to what owns it";
  Result.Confidence = precisionOf(Type);
  Sink.report(std::move(Result));
}

void reportLost(const Program &P, FunctionId F, const LostTask &Lost,
                FindingSink &Sink) {
  const facts::Local *Local = (*P.function(F).Fact->locals())[Lost.Local];
  std::string Name(P.text(P.function(F).Unit, Local->name()));
  Finding Result = makeFinding(P, F, *Lost.Created);
  Result.Message = taskOf(P, F, *Lost.Created) + " into '" + Name + "' is ";
  Result.Message += Lost.OnEveryPath
                        ? "never awaited, returned or moved and " +
                              std::string(fate(Lost.Type))
                        : "awaited on some paths only; on the others it " +
                              std::string(fate(Lost.Type));
  Result.Notes.push_back({P.locate(P.function(F).Unit, Local->loc()),
                          "'" + Name + "' is declared here"});
  Result.Confidence = std::min(Precision::High, precisionOf(Lost.Type));
  // Several consumers on several branches may well be all there can be.
  if (!Lost.OnEveryPath && Lost.Consumptions > 1)
    Result.Confidence = std::min(Precision::Medium, Result.Confidence);
  Sink.report(std::move(Result));
}

bool isDiscarded(const facts::Event &E) {
  return E.kind() == facts::EventKind::Call && E.discarded() &&
         !E.void_cast() && E.implicit() != facts::ImplicitKind::Await &&
         E.implicit() != facts::ImplicitKind::Promise;
}

} // namespace

void UnawaitedTaskCheck::run(const Analysis &A, FindingSink &Sink) const {
  const Program &P = A.program();
  for (FunctionId F = 0; F < P.functions().size(); ++F) {
    if (P.isSystem(F))
      continue;
    const ProgramFunction &Fn = P.function(F);
    bool HasTasks = false;
    for (const facts::Block *B : each(Fn.Fact->blocks()))
      for (const facts::Event *E : each(B->events()))
        if (E->kind() == facts::EventKind::Call)
          if (auto Type = taskType(P, Fn.Unit, E->type())) {
            HasTasks = true;
            if (isDiscarded(*E))
              reportDiscarded(P, F, *E, *Type, Sink);
          }
    if (HasTasks)
      for (const LostTask &Lost : findLostTasks(P, F))
        reportLost(P, F, Lost, Sink);
  }
}

} // namespace gridlock
