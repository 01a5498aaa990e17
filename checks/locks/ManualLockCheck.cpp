// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/ManualLockCheck.h"

#include "checks/engine/Dataflow.h"
#include "checks/engine/Trace.h"
#include "checks/locks/LockGuardFix.h"
#include "checks/locks/LockOperations.h"
#include "checks/locks/LockText.h"

#include <algorithm>
#include <set>

namespace gridlock {

namespace {

using Sites = std::set<const facts::Event *>; // null: not held on some path

// By lock, the acquisitions that may have left it held.
struct Open {
  std::map<AccessPath, Sites> By;
  bool join(const Open &Other) {
    bool Changed = false;
    auto Add = [&](const AccessPath &Lock, const facts::Event *Site) {
      auto [It, New] = By.try_emplace(Lock);
      if (New)
        It->second.insert(nullptr);
      Changed |= New | It->second.insert(Site).second;
    };
    for (const auto &[Lock, From] : Other.By)
      for (const facts::Event *Site : From)
        Add(Lock, Site);
    for (auto &[Lock, From] : By)
      if (!Other.By.contains(Lock))
        Changed |= From.insert(nullptr).second;
    return Changed;
  }
};

// C has no guards; a class that is a lock itself takes and releases what it
// wraps.
bool isExempt(const Program &P, FunctionId Id) {
  if (isInC(P, Id))
    return true;
  const ProgramSymbol &S = P.symbol(P.function(Id).Symbol);
  auto Methods = each(P.type(S.Unit, S.Fact->record())->methods());
  auto Has = [&](std::string_view Lower, std::string_view Upper) {
    return std::any_of(
        Methods.begin(), Methods.end(), [&](std::uint32_t Method) {
          std::string_view Name = P.qualifiedName(P.resolve(S.Unit, Method));
          return Name.ends_with(Lower) || Name.ends_with(Upper);
        });
  };
  return S.Fact->record() != 0 && Has("::lock", "::Lock") &&
         Has("::unlock", "::Unlock");
}

class Body {
public:
  Body(const Program &P, const LockModel &Model, FunctionId F)
      : P(P), Id(F), F(P.function(F)), Operations(lockOperations(Model, F)) {}
  void run(FindingSink &Sink);

private:
  void event(const facts::Event &E, Open &State);
  void endLocal(const facts::Event &E, const Open &State);
  void report(const facts::Event &Taken, FindingSink &Sink);

  const Program &P;
  FunctionId Id;
  const ProgramFunction &F;
  std::map<const facts::Event *, LockOperation> Operations;
  std::map<const facts::Event *, Sites> Releases; // and what they release
  std::map<const facts::Event *, Sites> Around;   // held where one is taken
  Sites Unscoped; // acquisitions that no scope would fit
  std::map<std::uint32_t, std::uint32_t> Made; // by local: the event's id
  std::set<std::string> Names;                 // of guards in fixes
};

// The block of what is older than an acquisition ends before the release: no
// scope begins in the one and ends behind the other.
void Body::endLocal(const facts::Event &E, const Open &State) {
  if (!E.place() || E.place()->root() != facts::PlaceRoot::Local ||
      !each(E.place()->path()).empty())
    return;
  const std::uint32_t Local = E.place()->id();
  if (E.kind() == facts::EventKind::Construct)
    Made.try_emplace(Local, E.id());
  if (E.kind() == facts::EventKind::LifetimeEnd && Made.contains(Local))
    for (const auto &[Lock, From] : State.By)
      for (const facts::Event *Site : From)
        if (Site && Site->id() > Made.at(Local))
          Unscoped.insert(Site);
}

void Body::event(const facts::Event &E, Open &State) {
  endLocal(E, State);
  auto It = Operations.find(&E);
  // What an awaiter takes, it may release while the coroutine is suspended.
  if (It == Operations.end() || E.implicit() == facts::ImplicitKind::Await)
    return;
  Sites &Now =
      State.By.try_emplace(It->second.Lock, Sites{nullptr}).first->second;
  if (!It->second.Takes) {
    Releases[&E].insert(Now.begin(), Now.end());
    // What was taken later and is still held can't be in an inner scope.
    for (const auto &[Lock, From] : State.By)
      for (const facts::Event *Later : From)
        for (const facts::Event *Site : Now)
          if (Later && Site && Around[Later].contains(Site))
            Unscoped.insert({Later, Site});
    Now = {nullptr};
    return;
  }
  for (const auto &[Lock, From] : State.By)
    Around[&E].insert(From.begin(), From.end());
  if (Now != Sites{nullptr}) // taken in several places at once
    Unscoped.insert(Now.begin(), Now.end());
  Now = {&E};
}

void Body::run(FindingSink &Sink) {
  auto Any = [&](bool Takes) {
    return std::any_of(Operations.begin(), Operations.end(),
                       [&](auto &O) { return O.second.Takes == Takes; });
  };
  if (!Any(true) || !Any(false) || isExempt(P, Id))
    return;
  auto In = solveForward(
      *F.Fact, Open(),
      [&](const facts::Event &E, Open &State) { event(E, State); }, everyEdge);
  if (In[F.Fact->exit()])
    for (const auto &[Lock, From] : In[F.Fact->exit()]->By)
      Unscoped.insert(From.begin(), From.end());
  Sites Balanced;
  for (const auto &[Release, From] : Releases)
    (From.size() == 1 ? Balanced : Unscoped).insert(From.begin(), From.end());
  std::vector<const facts::Event *> Found;
  for (const facts::Event *Taken : Balanced)
    if (Taken && !Unscoped.contains(Taken))
      Found.push_back(Taken);
  std::sort(Found.begin(), Found.end(),
            [](auto *A, auto *B) { return A->id() < B->id(); });
  for (const facts::Event *Taken : Found)
    report(*Taken, Sink);
}

void Body::report(const facts::Event &Taken, FindingSink &Sink) {
  const LockOperation &O = Operations.at(&Taken);
  std::string Lock = quoteLock(P, Id, O.Lock);
  Finding Result;
  Result.Where = P.locate(F.Unit, Taken.loc());
  Result.Function = findingFunction(P, F.Symbol);
  if (LockName Name = nameOf(O.Lock); !Name.Text.empty())
    Result.Operation = LockModel::display(Name);
  Result.Message = "lock " + Lock + " is taken and released by hand in " +
                   describe(P, F.Symbol) +
                   ": an exception or a new return in between leaves it "
                   "locked; instead: a guard in a scope, such as "
                   "std::lock_guard";
  std::vector<const facts::Event *> Ends;
  for (const auto &[Release, From] : Releases)
    if (From.contains(&Taken)) {
      Ends.push_back(Release);
      Result.Notes.push_back(
          {P.locate(F.Unit, Release->loc()), "it is released here"});
    }
  if (Ends.size() == 1)
    Result.Fix = guardFor(P, Id, Taken, *Ends[0], Names);
  std::sort(Result.Notes.begin(), Result.Notes.end(),
            [](auto &A, auto &B) { return A.Where < B.Where; });
  Result.Confidence =
      O.Guards == GuardSupply::Library ? Precision::High : Precision::Medium;
  Sink.report(std::move(Result));
}

} // namespace

void ManualLockCheck::run(const Analysis &A, FindingSink &Sink) const {
  const Program &P = A.program();
  const LockModel &Model = A.locks();
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    if (Model.isRelevant(F) && !P.isSystem(F))
      Body(P, Model, F).run(Sink);
}

} // namespace gridlock
