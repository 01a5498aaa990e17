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
    if (auto It = Calls->StartsOf.find(Next); It != Calls->StartsOf.end())
      Result.Starts.insert(Result.Starts.end(), It->second.begin(),
                           It->second.end());
    for (FunctionId Caller : Calls->Callers[Next])
      if (Seen.insert(Caller).second)
        Pending.push_back(Caller);
  }
  // Too many callers to look at, or nobody knows who calls it.
  Result.Outside |= !Pending.empty() || (!Result.Main && Result.Starts.empty());
  return Result;
}

const StartPhases &ThreadOrder::phases(std::uint32_t Start) {
  std::unique_ptr<StartPhases> &Result = Phases[Start];
  if (!Result)
    Result = std::make_unique<StartPhases>(*Calls, Start);
  return *Result;
}

// The thread that takes the locks, if it is told by where it is started.
std::optional<std::uint32_t> ThreadOrder::ownStart(const OrderEdge &E) const {
  if (E.By == LockSummary::How::Started)
    for (ChainId C = E.ToChain; C != 0; C = Model.chain(C).Next)
      for (const ThreadStart *T :
           Model.threads().startedAt(*Model.chain(C).Site))
        if (T->Body == E.Runner)
          return static_cast<std::uint32_t>(T - Model.threads().all().data());
  return std::nullopt;
}

// Whether one of the threads runs when E comes to its second lock.
Beside ThreadOrder::runsAt(const Runners &Threads, const OrderEdge &E) {
  Beside Result = Beside::Never;
  for (std::uint32_t Start : Threads.Starts)
    Result = std::max(Result, phases(Start).atEnd(E.ToChain));
  return Result;
}

// Whether one of the threads runs when one of the others is started.
Beside ThreadOrder::runsAtStarts(const Runners &Threads,
                                 const Runners &Others) {
  Beside Result = Beside::Never;
  const std::vector<ThreadStart> &All = Model.threads().all();
  for (std::uint32_t Start : Threads.Starts)
    for (std::uint32_t Later : Others.Starts) {
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
  auto RunnersOf = [&](const OrderEdge &E) {
    if (auto Start = ownStart(E))
      return Runners{false, false, {*Start}};
    return runners(E.Runner);
  };
  if (FromOutside[A.Runner] && FromOutside[B.Runner])
    return Beside::Possible;
  const Runners OfA = RunnersOf(A), OfB = RunnersOf(B);
  if ((OfA.Outside && (OfB.Outside || OfB.Main)) || (OfA.Main && OfB.Outside))
    return Beside::Possible;
  Beside Result = std::max(runsAtStarts(OfA, OfB), runsAtStarts(OfB, OfA));
  if (OfA.Main || OfA.Outside)
    Result = std::max(Result, runsAt(OfB, A));
  if (OfB.Main || OfB.Outside)
    Result = std::max(Result, runsAt(OfA, B));
  return Result;
}

} // namespace gridlock
