// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/CallbackUnderLockCheck.h"

#include "checks/engine/Trace.h"
#include "checks/locks/LockKinds.h"
#include "checks/locks/LockTakers.h"
#include "checks/locks/LockText.h"
#include "checks/locks/UserCallbacks.h"

#include <algorithm>
#include <optional>

namespace gridlock {

namespace {

class Finder {
public:
  Finder(const Analysis &A, FindingSink &Sink)
      : P(A.program()), Model(A.locks()), Held(A.heldLocks()),
        Kinds(A.lockKinds()), Sink(Sink) {}
  void run();

private:
  bool isOwnClass(FunctionId F, FunctionId Holder) const;
  bool isRunAtOnce(FunctionId F) const;
  const HeldLockAt *takenAgain(const HeldSite &Site, FunctionId &By);
  void report(FunctionId F, const facts::Event &E, const UserCallback &C,
              const HeldSite &Site);

  const Program &P;
  LockModel &Model;
  const HeldLocks &Held;
  const LockKinds &Kinds;
  FindingSink &Sink;
  std::optional<LockTakers> Takers;
};

// Whether the class that invokes a callback in F is that which holds the lock:
// a callback of something that it only uses is not meant for its users.
bool Finder::isOwnClass(FunctionId F, FunctionId Holder) const {
  auto ClassOf = [&](FunctionId Of) {
    const ProgramSymbol &S = P.symbol(P.enclosing(P.function(Of).Symbol));
    return P.typeName(S.Unit, S.Fact->record());
  };
  return F == Holder || ClassOf(F) == ClassOf(Holder);
}

// Whether F is a lambda that stands in the call which runs it with locks held.
bool Finder::isRunAtOnce(FunctionId F) const {
  const HeldSite &Site = Held.siteOf(F);
  auto Args = each(Site.Site->args());
  return hasFlag(P.function(F).Flags, facts::FunctionFlag::Lambda) &&
         std::any_of(Args.begin(), Args.end(), [&](const facts::Value *Arg) {
           return Arg->kind() == facts::ValueKind::Callable &&
                  callableBody(P, P.function(Site.Function).Unit, Arg) == F;
         });
}

// A lock of SITE that who is called there would wait for, if they called BY.
const HeldLockAt *Finder::takenAgain(const HeldSite &Site, FunctionId &By) {
  for (const HeldLockAt &Lock : Site.Locks) {
    if (!Kinds.isNotRecursive(Model.acquisition(Lock.Held.Chain), Site.Function,
                              Lock.Lock))
      continue;
    if (!Takers)
      Takers.emplace(Model);
    By = Takers->besides(Site.Function, Lock.Lock);
    // Readers wait for a writer that waits, no sooner.
    if (By != NoFunction && (Lock.Held.Mode != rules::LockMode::Shared ||
                             Model.isWritten(Model.find(Lock.Lock))))
      return &Lock;
  }
  return nullptr;
}

void Finder::report(FunctionId Id, const facts::Event &E, const UserCallback &C,
                    const HeldSite &Site) {
  const ProgramFunction &F = P.function(Id);
  FunctionId By = NoFunction;
  const HeldLockAt *Again = C.IsRegistered && isOwnClass(Id, Site.Function)
                                ? takenAgain(Site, By)
                                : nullptr;
  const HeldLockAt &Lock = Again ? *Again : Site.Locks.front();
  Finding Result;
  Result.Where = P.locate(F.Unit, E.loc());
  Result.Function = findingFunction(P, F.Symbol);
  Result.Operation = C.Text;
  Result.Message =
      C.Text + " is invoked in " + describe(P, F.Symbol) + " while " +
      describeLock(P, Site.Function, Lock.Lock) + " is held" +
      (Again ? ": if it calls " + describe(P, P.function(By).Symbol) +
                   ", which takes that lock, it waits for its own thread for "
                   "ever; "
             : std::string(": if it takes that lock, or waits for a thread "
                           "that does, neither goes on; ")) +
      "instead: copy what it needs and invoke it after the release";
  addTrace(Model, Lock.Held.Chain,
           quoteLock(P, Site.Function, Lock.Lock) + " here", Result.Notes);
  Result.Confidence = Again ? Precision::High : C.Otherwise;
  if (Site.Site != &E) {
    Trace Calls = traceAlong(P, Held.pathTo(Id), Id, E, C.Text);
    Result.Notes.insert(Result.Notes.end(), Calls.Notes.begin(),
                        Calls.Notes.end());
    Result.Confidence =
        std::min(Result.Confidence, precisionOf(Held.shapeOf(Id)));
  }
  Sink.report(std::move(Result));
}

// One finding for an operation: with the lock that its own function holds, or
// else one of a caller.
void Finder::run() {
  for (FunctionId F : Held.functions()) {
    if (P.isSystem(F))
      continue;
    for (const CallEvent &Call : P.callEvents(F)) {
      const facts::Event &E = *Call.Event;
      const HeldSite *Site = Model.hasState(F) ? Held.at(E) : nullptr;
      if (!Site && Held.isInside(F) && (!Model.isEntered(F) || isRunAtOnce(F)))
        Site = &Held.siteOf(F);
      if (!Site || Site->Locks.empty())
        continue;
      if (std::optional<UserCallback> C = userCallback(Model, F, E, *Site))
        report(F, E, *C, *Site);
    }
  }
}

} // namespace

void CallbackUnderLockCheck::run(const Analysis &A, FindingSink &Sink) const {
  Finder(A, Sink).run();
}

} // namespace gridlock
