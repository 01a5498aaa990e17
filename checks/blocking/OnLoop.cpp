// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/blocking/OnLoop.h"

#include "checks/engine/Classify.h"
#include "checks/engine/DeadBlocks.h"
#include "checks/engine/Trace.h"
#include "checks/engine/ValueFlow.h"

#include <algorithm>

namespace gridlock {

namespace {

constexpr std::string_view Await = "co_await ";

void replaceAll(std::string &Text, std::string_view From, std::string_view To) {
  for (std::size_t At; (At = Text.find(From)) != std::string::npos;)
    Text.replace(At, From.size(), To);
}

// Advice for coroutines in the words of callbacks; empty if there are none.
std::string withoutAwait(std::string Text, std::string_view Framework) {
  for (std::string_view Alternative : {", or co_await ", "; or co_await "})
    if (std::size_t At = Text.find(Alternative); At != std::string::npos)
      Text.resize(At);
  if (Text.find(Await) == std::string::npos)
    return Text;
  if (Framework != "asio")
    return {};
  if (Text.find("co_spawn(") != std::string::npos)
    return "boost::asio::post it to a boost::asio::thread_pool, and post the "
           "result back";
  replaceAll(Text, Await, "");
  replaceAll(Text, "boost::asio::use_awaitable", "handler");
  replaceAll(Text, "with use_awaitable", "with a handler");
  replaceAll(Text, "use_awaitable", "handler");
  replaceAll(Text, ", or co_spawn it", "");
  return Text;
}

std::string insteadClause(const std::string &Text) {
  return Text.empty() ? Text : "; instead: " + Text;
}

// Only a coroutine can take advice that has it await something.
std::string insteadFor(const Analysis &A, const rules::Entry &Entry,
                       const Root &Start) {
  std::string Framework = A.contexts().frameworkOf(Start);
  if (Start.Kind == RootKind::Coroutine)
    return insteadClause(adviceFor(Entry, Framework));
  std::string Text = withoutAwait(adviceFor(Entry, Framework), Framework);
  if (Text.empty())
    Text = withoutAwait(adviceFor(Entry, "any"), "any");
  return insteadClause(Text);
}

std::string_view typeText(const Program &P, FunctionId F,
                          const facts::Value &V) {
  const std::uint32_t Unit = P.function(F).Unit;
  return P.text(Unit,
                P.type(Unit, P.withoutReference(Unit, V.type()))->display());
}

// The mode of what HANDED, a callback, gets as V, its parameter: that of the
// first thing of its type that it is registered with.
Mark modeWhereHanded(const Program &P, const LoopCallable &Handed,
                     const facts::Value &V) {
  const FunctionId F = Handed.Registrar;
  for (const facts::Value *Arg : each(Handed.Site->args())) {
    if (typeText(P, F, *Arg) != typeText(P, Handed.Callable, V))
      continue;
    for (const CallEvent &C : P.callEvents(F))
      if (C.Event == Handed.Site)
        if (auto State =
                ValueFlow(P, F, P.descriptorModes()).before(C.Block, *C.Event))
          return State->of(descriptorPath(P.unit(P.function(F).Unit), Arg));
    break;
  }
  return Mark::Unknown;
}

// Of an operation on what the callback F is handed as a parameter: whether it
// blocks, by the mode where the callback is registered; empty if that doesn't
// say.
std::optional<bool> blocksAsHanded(const Analysis &A, FunctionId F,
                                   const BlockingOp &Op) {
  const Program &P = A.program();
  std::optional<bool> Result;
  for (const rules::Condition *C : each(Op.Entry->unless())) {
    const facts::Value *V =
        C->kind() == rules::ConditionKind::NonblockingDescriptor
            ? argument(*Op.Site, C->arg())
            : nullptr;
    if (!V || !keptParameter(P, F, V))
      continue;
    for (const LoopCallable &Handed : A.calls().loopCallables()) {
      if (Handed.Callable != F)
        continue;
      const Mark Mode = modeWhereHanded(P, Handed, *V);
      // A descriptor that the loop calls for is ready, blocking or not; an
      // object may want more of it than there is.
      const bool IsNumber = P.type(P.function(F).Unit, V->type())->kind() !=
                            facts::TypeKind::Pointer;
      if (Mode == Mark::Unknown || (Mode == Mark::Blocking && IsNumber))
        return std::nullopt;
      Result = Result.value_or(false) || Mode == Mark::Blocking;
    }
  }
  return Result;
}

} // namespace

std::vector<BlockingOp> blockingOpsOf(const Analysis &A,
                                      const Reachability &Reach, FunctionId F) {
  const Program &P = A.program();
  // Who calls it through a pointer or as an event loop is not among the
  // callers.
  const auto IsCalledByName = [&](FunctionId Called) {
    return Reach.isCalledByName(P, Called);
  };
  const CallerValues Callers{
      A.callSites(), [&](FunctionId Caller) { return Reach.reaches(Caller); },
      IsCalledByName};
  std::vector<BlockingOp> Ops =
      blockingOps(P, A.contexts(), F, IsCalledByName(F) ? &Callers : nullptr);
  std::erase_if(Ops, [&](BlockingOp &Op) {
    std::optional<bool> Blocks =
        Op.MayBeHarmless ? blocksAsHanded(A, F, Op) : std::nullopt;
    if (Blocks == true) {
      Op.MayBeHarmless = false;
      Op.Ceiling = Precision::VeryHigh;
    }
    return Blocks == false;
  });
  return Ops;
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
