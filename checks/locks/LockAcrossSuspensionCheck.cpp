// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockAcrossSuspensionCheck.h"

#include "checks/engine/Trace.h"
#include "checks/locks/GuardParameters.h"
#include "checks/locks/HeldOnSomePath.h"
#include "checks/locks/LockText.h"

#include <algorithm>

namespace gridlock {

using facts::EventKind;
using facts::SuspendKind;

namespace {

// One acquisition and the suspensions at which it is held.
struct Held {
  AccessPath Lock;
  ChainId Chain;
  bool Must = false;
  std::vector<const facts::Event *> Suspensions = {};
  std::vector<const facts::Event *> Open = {}; // that were not given the lock
};

class Coroutine {
public:
  Coroutine(const Program &P, LockModel &Model, FunctionId F)
      : P(P), Model(Model), Id(F), F(P.function(F)),
        File(P.unit(this->F.Unit)) {}

  void run(FindingSink &Sink);

private:
  void suspended(const facts::Event &E, const LockState &State);
  bool isHandedOver(const facts::Event &E, const AccessPath &Lock,
                    const LockState &State) const;
  Finding report(const Held &H) const;

  const Program &P;
  LockModel &Model;
  FunctionId Id;
  const ProgramFunction &F;
  const FactsFile &File;
  std::vector<Held> All;
};

void Coroutine::run(FindingSink &Sink) {
  Model.watch(Id, [&](const facts::Event &E, const LockState &Before,
                      const LockState &) {
    // What is held at the end is not held for a suspension.
    if (E.kind() == EventKind::Suspend && E.suspend() != SuspendKind::Final &&
        E.readiness() != facts::Readiness::NeverSuspends)
      suspended(E, Before);
  });
  for (const Held &H : All)
    Sink.report(report(H));
}

// Whether the awaited operation was given the lock or its guard, as an awaited
// condition variable is: it can let go of it while the coroutine is suspended.
bool Coroutine::isHandedOver(const facts::Event &Suspend,
                             const AccessPath &Lock,
                             const LockState &State) const {
  AccessPath Operand = AccessPath::of(File, Suspend.value());
  auto Is = [&](const facts::Value *V) {
    AccessPath Path = AccessPath::of(File, V);
    if (!Path)
      return false;
    if (canonical(Path, State.Known) == Lock)
      return true;
    auto Guard = State.Guards.find(Path);
    return Guard != State.Guards.end() &&
           std::find(Guard->second.Locks.begin(), Guard->second.Locks.end(),
                     Lock) != Guard->second.Locks.end();
  };
  for (const facts::Block *B : each(F.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      bool Makes = AccessPath::ofResult(E->id()) == Operand ||
                   (E->place() && AccessPath::of(File, *E->place()) == Operand);
      if (!Makes ||
          (E->kind() != EventKind::Call && E->kind() != EventKind::Construct))
        continue;
      auto Args = each(E->args());
      if (std::any_of(Args.begin(), Args.end(), Is))
        return true;
    }
  return false;
}

void Coroutine::suspended(const facts::Event &E, const LockState &State) {
  for (const auto &[Lock, H] : State.Held) {
    if (Model.isSemaphore(H.Chain))
      continue;
    const HeldLock &Taken = H;
    auto It = std::find_if(All.begin(), All.end(), [&](const Held &Known) {
      return Known.Chain == Taken.Chain;
    });
    if (It == All.end())
      It = All.insert(All.end(), {Lock, Taken.Chain});
    if (!isHandedOver(E, Lock, State)) {
      It->Must |= Taken.Must;
      It->Open.push_back(&E);
    }
    It->Suspensions.push_back(&E);
  }
}

std::string operationOf(const facts::Event &E) {
  switch (E.suspend()) {
  case SuspendKind::Yield:
    return "at a co_yield";
  case SuspendKind::Initial:
    return "at its start";
  default:
    return "at a co_await";
  }
}

Finding Coroutine::report(const Held &H) const {
  std::vector<const facts::Event *> Places = H.Suspensions;
  auto Line = [](const facts::Event *E) {
    return E->loc() ? std::pair(E->loc()->line(), E->loc()->column())
                    : std::pair(0u, 0u);
  };
  std::sort(Places.begin(), Places.end(),
            [&](auto *A, auto *B) { return Line(A) < Line(B); });
  std::string Lock = quoteLock(P, Id, H.Lock);
  Finding Result;
  Result.Where = P.locate(F.Unit, Places.front()->loc());
  Result.Function = findingFunction(P, F.Symbol);
  // Locals have no name that stays the same when the code moves.
  if (LockName Name = nameOf(H.Lock); !Name.Text.empty())
    Result.Operation = LockModel::display(Name);
  Result.Message =
      describeLock(P, Id, H.Lock) + " is held while coroutine " +
      describe(P, F.Symbol) + " is suspended " + operationOf(*Places.front()) +
      ": who wants it meanwhile blocks its thread, and another thread may "
      "resume and release it; instead: release it before, or use a lock that "
      "is awaited";
  addTrace(Model, H.Chain, Lock + " here", Result.Notes);
  for (std::size_t I = 1; I < Places.size(); ++I)
    Result.Notes.push_back({P.locate(F.Unit, Places[I]->loc()),
                            "it is also held at this suspension"});
  Result.Confidence = H.Must ? Precision::VeryHigh
                      : reachesHolding(Model, Id, H.Lock, H.Open)
                          ? Precision::High
                          : Precision::Medium;
  return Result;
}

Finding report(const Program &P, FunctionId Id, const HeldParameter &Held) {
  const ProgramFunction &F = P.function(Id);
  const ProgramSymbol &S = P.symbol(F.Symbol);
  const facts::Parameter &Guard = *(*S.Fact->params())[Held.Parameter];
  Finding Result;
  Result.Where = P.locate(F.Unit, Held.Suspensions.front()->loc());
  Result.Function = findingFunction(P, F.Symbol);
  Result.Message =
      "the lock of guard '" + std::string(P.text(S.Unit, Guard.name())) +
      "', which coroutine " + describe(P, F.Symbol) +
      " gets as an argument, is held while it is suspended " +
      operationOf(*Held.Suspensions.front()) +
      ": who wants it meanwhile blocks its thread, and another thread may "
      "resume and release it; instead: unlock it before, or use a lock that "
      "is awaited";
  for (std::size_t I = 1; I < Held.Suspensions.size(); ++I)
    Result.Notes.push_back({P.locate(F.Unit, Held.Suspensions[I]->loc()),
                            "it is also held at this suspension"});
  Result.Confidence = Precision::High;
  return Result;
}

} // namespace

void LockAcrossSuspensionCheck::run(const Analysis &A,
                                    FindingSink &Sink) const {
  const Program &P = A.program();
  LockModel &Model = A.locks();
  for (FunctionId F = 0; F < P.functions().size(); ++F) {
    if (!P.isCoroutine(F) || P.isSystem(F))
      continue;
    if (Model.isRelevant(F))
      Coroutine(P, Model, F).run(Sink);
    for (const HeldParameter &Held : findHeldParameters(P, F))
      Sink.report(report(P, F, Held));
  }
}

} // namespace gridlock
