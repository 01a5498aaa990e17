// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/tasks/UnawaitedTaskCheck.h"

#include "checks/engine/Trace.h"
#include "checks/tasks/KeptTasks.h"
#include "checks/tasks/TaskFlow.h"

#include <algorithm>
#include <set>

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

// Whether E can be reached without passing a handler: in one there is no
// co_await.
bool isOutsideHandlers(const facts::Function &F, const facts::Event &E) {
  auto Blocks = each(F.blocks());
  std::vector<std::uint32_t> Pending{0};
  std::set<std::uint32_t> Seen{0};
  while (!Pending.empty()) {
    const facts::Block &B = *Blocks[Pending.back()];
    Pending.pop_back();
    auto Events = each(B.events());
    if (std::find(Events.begin(), Events.end(), &E) != Events.end())
      return true;
    for (const facts::Edge *Next : each(B.edges()))
      if (Next->kind() != facts::EdgeKind::Handler &&
          Seen.insert(Next->to()).second)
        Pending.push_back(Next->to());
  }
  return false;
}

// "co_await " in front of the call, where that surely compiles: in a coroutine
// whose promise takes what it is given, or awaits tasks of its own type.
std::vector<Edit> awaitIt(const Program &P, FunctionId Id,
                          const facts::Event &E) {
  const ProgramFunction &F = P.function(Id);
  const facts::Type *Own = P.type(F.Unit, F.Fact->coroutine_type());
  const facts::Type *Task = P.type(F.Unit, E.type());
  if (!P.isCoroutine(Id) || !E.statement() || !Own->promise() ||
      Own->promise()->is_generator() ||
      (!hasFlag(Task->flags(), facts::TypeFlag::Awaitable) &&
       !hasFlag(Task->flags(), facts::TypeFlag::OperatorCoAwait)) ||
      (Own->promise()->has_await_transform() && Own->name() != Task->name()) ||
      !isOutsideHandlers(*F.Fact, E))
    return {};
  Location Begin = P.locate(F.Unit, E.statement()->begin());
  return {{Begin, Begin.Line, Begin.Column, "co_await "}};
}

void reportDiscarded(const Program &P, FunctionId F, const facts::Event &E,
                     const TaskType &Type, FindingSink &Sink) {
  Finding Result = makeFinding(P, F, E);
  Result.Message = taskOf(P, F, E) + " is discarded and " + fate(Type) +
                   "; instead: co_await it, or hand it to what owns it";
  Result.Confidence = precisionOf(Type);
  Result.Fix = awaitIt(P, F, E);
  Sink.report(std::move(Result));
}

void reportUnused(const Program &P, FunctionId F, const facts::Event &E,
                  FindingSink &Sink) {
  TaskType Type = *taskType(P, P.function(F).Unit, E.type());
  Finding Result = makeFinding(P, F, E);
  Result.Message =
      taskOf(P, F, E) + " is only bound to a reference that nothing uses and " +
      fate(Type) + "; instead: co_await it, or hand it to what owns it";
  Result.Confidence = std::min(Precision::High, precisionOf(Type));
  Sink.report(std::move(Result));
}

std::string lossOf(const LostTask &Lost, const std::string &Name) {
  switch (Lost.Where) {
  case TaskPlace::Container:
    return " is put into '" + Name +
           "', of which nothing is awaited, returned or handed on, and " +
           fate(Lost.Type);
  case TaskPlace::Overwritten:
    return " into '" + Name +
           "' is replaced by another one before anything awaits it and " +
           fate(Lost.Type);
  case TaskPlace::Local:
    break;
  }
  return " into '" + Name + "' is " +
         (Lost.OnEveryPath ? "never awaited, returned or moved and "
                           : "awaited on some paths only; on the others it ") +
         fate(Lost.Type);
}

void reportLost(const Program &P, FunctionId F, const LostTask &Lost,
                FindingSink &Sink) {
  const facts::Local *Local = (*P.function(F).Fact->locals())[Lost.Local];
  std::string Name(P.text(P.function(F).Unit, Local->name()));
  Finding Result = makeFinding(P, F, *Lost.Created);
  Result.Message = taskOf(P, F, *Lost.Created) + lossOf(Lost, Name);
  Result.Notes.push_back({P.locate(P.function(F).Unit, Local->loc()),
                          "'" + Name + "' is declared here"});
  Result.Confidence = std::min(Precision::High, precisionOf(Lost.Type));
  // Several consumers on several branches may well be all there can be.
  if (!Lost.OnEveryPath && Lost.Consumptions > 1)
    Result.Confidence = std::min(Precision::Medium, Result.Confidence);
  Sink.report(std::move(Result));
}

void reportKept(const Program &P, const KeptTask &Kept, FindingSink &Sink) {
  TaskType Type =
      *taskType(P, P.function(Kept.Function).Unit, Kept.Created->type());
  Finding Result = makeFinding(P, Kept.Function, *Kept.Created);
  Result.Message = taskOf(P, Kept.Function, *Kept.Created) +
                   " is kept in member '" + Kept.Member +
                   "', which nothing in the program reads, and " + fate(Type);
  Result.Confidence = std::min(Precision::Medium, precisionOf(Type));
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
    if (P.isSystem(F) || !P.has(F, Has::Task))
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
    if (HasTasks) {
      for (const LostTask &Lost : findLostTasks(P, F))
        reportLost(P, F, Lost, Sink);
      for (const facts::Event *E : findUnusedTasks(P, F))
        reportUnused(P, F, *E, Sink);
    }
  }
  for (const KeptTask &Kept : findKeptTasks(P))
    reportKept(P, Kept, Sink);
}

} // namespace gridlock
