// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/ThreadOrder.h"

#include <algorithm>
#include <unordered_set>

namespace gridlock {

ThreadOrder::ThreadOrder(const LockModel &Model) : Model(Model) {}

void ThreadOrder::findFromOutside() {
  FromOutside.assign(Calls->functions(), false);
  std::vector<FunctionId> Pending;
  auto Reach = [&](FunctionId F) {
    if (!FromOutside[F]) {
      FromOutside[F] = true;
      Pending.push_back(F);
    }
  };
  for (FunctionId F = 0; F < FromOutside.size(); ++F)
    if (!Calls->isMain(F) && Calls->isOutside(F))
      Reach(F);
  while (!Pending.empty()) {
    FunctionId F = Pending.back();
    Pending.pop_back();
    for (FunctionId Callee : Model.callTargets()[F])
      Reach(Callee);
  }
}

const ThreadOrder::Runners &ThreadOrder::runners(FunctionId F) {
  auto [It, New] = Known.try_emplace(F);
  Runners &Result = It->second;
  if (!New)
    return Result;
  constexpr std::size_t MaxCallers = 20000;
  std::unordered_set<FunctionId> Seen{F};
  std::vector<FunctionId> Pending{F};
  while (!Pending.empty() && Seen.size() < MaxCallers) {
    FunctionId Next = Pending.back();
    Pending.pop_back();
    Result.Main |= Calls->isMain(Next);
    Result.Outside |= !Calls->isMain(Next) && Calls->isOutside(Next);
    if (Calls->StartsOf.contains(Next))
      Result.Bodies.push_back(Next);
    for (FunctionId Caller : Calls->Callers[Next])
      if (Seen.insert(Caller).second)
        Pending.push_back(Caller);
  }
  // Too many callers to look at, or nobody knows who calls it.
  Result.Outside |= !Pending.empty() || (!Result.Main && Result.Bodies.empty());
  return Result;
}

const StartPhases &ThreadOrder::phases(std::uint32_t Start) {
  std::unique_ptr<StartPhases> &Result = Phases[Start];
  if (!Result)
    Result = std::make_unique<StartPhases>(*Calls, Start);
  return *Result;
}

// Whether the thread with this body runs when E comes to its second lock.
Beside ThreadOrder::runsAt(FunctionId Body, const OrderEdge &E) {
  Beside Result = Beside::Never;
  for (std::uint32_t Start : Calls->StartsOf.at(Body))
    Result = std::max(Result, phases(Start).atEnd(E.ToChain));
  return Result;
}

// Whether the one runs when the other is started.
Beside ThreadOrder::runsAtStarts(FunctionId Body, FunctionId Other) {
  Beside Result = Beside::Never;
  const std::vector<ThreadStart> &All = Model.threads().all();
  for (std::uint32_t Start : Calls->StartsOf.at(Body))
    for (std::uint32_t Later : Calls->StartsOf.at(Other)) {
      const ThreadStart &T = All[Later];
      if (!T.OneThread)
        return Beside::Possible;
      Result = std::max(Result, phases(Start).before(T.Starter, *T.Site));
    }
  return Result;
}

Beside ThreadOrder::overlap(const OrderEdge &A, const OrderEdge &B) {
  // Coroutines interleave on one thread; a wait for a thread is of two.
  auto Leads = [](const OrderEdge &E) {
    return E.Awaited || E.By == LockSummary::How::Joined;
  };
  constexpr std::size_t MaxPhases = 64;
  if (Leads(A) || Leads(B) || Model.threads().all().empty() ||
      Phases.size() > MaxPhases)
    return Beside::Possible;
  if (!Calls) {
    Calls = std::make_unique<ThreadCalls>(Model);
    findFromOutside();
  }
  if (FromOutside[A.Function] && FromOutside[B.Function])
    return Beside::Possible;
  const Runners OfA = runners(A.Function), OfB = runners(B.Function);
  if ((OfA.Outside && (OfB.Outside || OfB.Main)) || (OfA.Main && OfB.Outside))
    return Beside::Possible;
  Beside Result = Beside::Never;
  if (OfA.Main || OfA.Outside)
    for (FunctionId Body : OfB.Bodies)
      Result = std::max(Result, runsAt(Body, A));
  if (OfB.Main || OfB.Outside)
    for (FunctionId Body : OfA.Bodies)
      Result = std::max(Result, runsAt(Body, B));
  for (FunctionId One : OfA.Bodies)
    for (FunctionId Other : OfB.Bodies)
      Result = std::max(
          {Result, runsAtStarts(One, Other), runsAtStarts(Other, One)});
  return Result;
}

} // namespace gridlock
