// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/SelfDeadlockCheck.h"

#include "checks/engine/Trace.h"
#include "checks/locks/LockChains.h"
#include "checks/locks/LockKinds.h"
#include "checks/locks/LockOwners.h"
#include "checks/locks/LockText.h"

#include <algorithm>
#include <set>

namespace gridlock {

using facts::StepKind;

namespace {

class Reporter {
public:
  Reporter(const Analysis &A, const LockModel &Model, FindingSink &Sink)
      : P(A.program()), Model(Model), Kinds(A.lockKinds()), Sink(Sink) {}
  void repeat(const LockRepeat &R);

private:
  bool isNeverWritten(const LockRepeat &R, bool BothShared) const;
  bool mayBeReadTwice(const ChainLink &Site) const;
  bool endsMoved(const LockRepeat &R) const;
  std::string advice(const LockRepeat &R, const std::string &Taker) const;
  std::string message(const LockRepeat &R, const std::string &Lock,
                      const std::string &Taker) const;

  const Program &P;
  const LockModel &Model;
  const LockKinds &Kinds;
  FindingSink &Sink;
  std::set<std::tuple<FunctionId, ChainId, ChainId>> Seen;
};

// Readers of a lock that nobody writes wait for nothing.
bool Reporter::isNeverWritten(const LockRepeat &R, bool BothShared) const {
  return BothShared && !Model.isWritten(Model.find(R.Lock));
}

// POSIX lets a thread have a read lock several times, and many systems let
// readers pass a writer that waits. What C++ has forbids it.
bool Reporter::mayBeReadTwice(const ChainLink &Site) const {
  const SymbolId Taker =
      P.resolve(P.function(Site.Function).Unit, Site.Site->symbol());
  return P.qualifiedName(Taker).starts_with("pthread_");
}

// Whether the lock is taken by the end of an object that has been moved from.
bool Reporter::endsMoved(const LockRepeat &R) const {
  const facts::Event &End = *Model.chain(R.ToChain).Site;
  const ProgramFunction &F = P.function(R.Function);
  AccessPath Object = AccessPath::of(P.unit(F.Unit), End.receiver());
  if (End.implicit() != facts::ImplicitKind::Destructor || !Object)
    return false;
  auto IsIt = [&](const facts::Value *V) {
    return V && (V->moved() || Object.Root == facts::PlaceRoot::Temporary) &&
           AccessPath::of(P.unit(F.Unit), V) == Object;
  };
  for (const facts::Block *B : each(F.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      auto Args = each(E->args());
      if (IsIt(E->value()) || std::any_of(Args.begin(), Args.end(), IsIt))
        return true;
    }
  return false;
}

std::string Reporter::message(const LockRepeat &R, const std::string &Lock,
                              const std::string &Taker) const {
  using rules::LockMode;
  if (R.Joined) {
    bool WaitsForSign = false;
    for (ChainId C = R.ToChain; C != 0; C = Model.chain(C).Next)
      WaitsForSign |=
          Model.chain(C).Site && Model.signalWait(*Model.chain(C).Site);
    return "lock " + Lock + " is held" + modeText(R.FromMode) + " in " +
           describe(P, P.function(R.Function).Symbol) +
           (WaitsForSign ? " while it waits for a sign of a thread that first "
                           "takes it"
                         : " while it waits for the end of a thread that takes "
                           "it") +
           modeText(R.ToMode) + " in " + Taker +
           ": both wait for ever; instead: release it before waiting";
  }
  // Where the modes differ, each is said.
  auto Mode = [&](LockMode M, LockMode Other) {
    return M == LockMode::Exclusive && Other != M ? std::string(" exclusively")
                                                  : modeText(M);
  };
  const bool BothShared =
      R.FromMode == LockMode::Shared && R.ToMode == LockMode::Shared;
  return "lock " + Lock + " is taken" + Mode(R.ToMode, R.FromMode) + " in " +
         Taker + " while the same " + (R.Awaited ? "coroutine" : "thread") +
         " holds it" + Mode(R.FromMode, R.ToMode) + " already: " +
         (BothShared ? "if a writer waits in between, both can wait for ever"
                     : "it waits for itself for ever") +
         "; instead: " + advice(R, Taker);
}

std::string Reporter::advice(const LockRepeat &R,
                             const std::string &Taker) const {
  if (Model.chain(R.ToChain).Next == 0)
    return "take it once";
  const FunctionId By = Model.acquisition(R.ToChain).Function;
  if (hasFlag(P.function(By).Flags, facts::FunctionFlag::Destructor))
    return "let the object end after the lock is released";
  return "release it before the call, or call a form of " + Taker +
         " that expects it to be held";
}

void Reporter::repeat(const LockRepeat &R) {
  bool BothShared = R.FromMode == rules::LockMode::Shared &&
                    R.ToMode == rules::LockMode::Shared;
  const ChainLink &Site = Model.acquisition(R.ToChain);
  // Another thread waits for a recursive mutex as well.
  bool Waits =
      R.Joined ? !BothShared
               : R.Awaited || Kinds.isNotRecursive(Site, R.Function, R.Lock);
  if (P.isSystem(R.Function) || !Waits || isNeverWritten(R, BothShared) ||
      !isOneObject(P, R.Function, R.Lock) ||
      !Seen.insert({R.Function, R.FromChain, R.ToChain}).second)
    return;
  std::string Lock = quoteLock(P, R.Function, R.Lock);
  const ProgramFunction &F = P.function(R.Function);
  Finding Result;
  Result.Where = P.locate(F.Unit, Model.chain(R.ToChain).Site->loc());
  Result.Function = findingFunction(P, F.Symbol);
  if (LockName Name = nameOf(R.Lock); !Name.Text.empty())
    Result.Operation = LockModel::display(Name);
  Result.Message =
      message(R, Lock, describe(P, P.function(Site.Function).Symbol));
  addTrace(Model, R.FromChain, Lock + modeText(R.FromMode) + " here",
           Result.Notes);
  addTrace(Model, R.ToChain,
           Lock + modeText(R.ToMode) + (R.Joined ? " here" : " again here"),
           Result.Notes);
  bool ThroughField = std::count_if(R.Lock.Steps.begin(), R.Lock.Steps.end(),
                                    [](const PathStep &S) {
                                      return S.Kind == StepKind::Deref;
                                    }) > 1;
  PathShape Shape{R.Calls, R.Uncertain            ? EdgeKind::SeveralOverrides
                           : R.Kept != NoFunction ? EdgeKind::Callable
                                                  : EdgeKind::Static};
  Precision Ceiling = Precision::VeryHigh;
  Leads How = R.Joined ? Leads::Always : leadsToEnd(Model, R.ToChain);
  if (How == Leads::OnSomeData && endsMoved(R))
    How = Leads::IfNotHeld;
  if (How <= Leads::IfNotHeld)
    Ceiling = How == Leads::NotAsTold ? Precision::Low : Precision::Medium;
  else if (ThroughField || (BothShared && mayBeReadTwice(Site)) ||
           (R.Kept != NoFunction && !isKeptByOwner(Model, R)))
    Ceiling = Precision::Medium;
  else if (How == Leads::OnSomeData || BothShared)
    Ceiling = Precision::High;
  Result.Confidence = std::min(Ceiling, precisionOf(Shape));
  Sink.report(std::move(Result));
}

} // namespace

void SelfDeadlockCheck::run(const Analysis &A, FindingSink &Sink) const {
  const LockModel &Model = A.locks();
  Reporter Report(A, Model, Sink);
  for (const LockRepeat &R : Model.repeats())
    Report.repeat(R);
}

} // namespace gridlock
