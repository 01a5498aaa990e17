// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockHandOver.h"
#include "checks/engine/QualifiedNames.h"

#include <algorithm>
#include <array>

namespace gridlock {

using facts::EventKind;
using facts::FunctionFlag;

namespace {

std::string keyOf(const AccessPath &Lock) { return nameOf(Lock).Text; }

} // namespace

LockHandOver::LockHandOver(LockModel &Model)
    : Model(Model), P(Model.program()), Callers(Model.callers()) {
  for (FunctionId F = 0; F < P.functions().size(); ++F) {
    if (!Model.hasState(F))
      continue;
    LockUses Found = findLockUses(Model, F);
    if (Found.empty())
      continue;
    std::set<std::string> Taken;
    for (const auto &[Lock, Use] : Found.Locks) {
      std::string Name = keyOf(Lock);
      if (Use.isTaken())
        Taken.insert(Name);
      if (!Use.Released.empty()) {
        Releasers[Name].insert(F);
        if (Use.isTaken())
          Balanced[Name].insert(F);
        if (Use.isTaken() && Lock.Root == facts::PlaceRoot::CallResult)
          OfResults.insert(Name);
        if (isTakenByHelper(F, Use)) {
          // The helper may know it as the object's own lock.
          for (const std::string &Inner : nameOf(Lock).Inner)
            Told.insert(Inner);
          Told.insert(Name);
        }
      }
    }
    for (const std::string &Name : Found.GivenBack)
      if (!Taken.contains(Name))
        Givers[Name].insert(F);
    Uses.emplace(F, std::move(Found));
  }
}

// Whether a function of the program took the lock and said so by its result.
bool LockHandOver::isTakenByHelper(FunctionId F, const LockUse &Use) const {
  return std::any_of(Use.Tried.begin(), Use.Tried.end(), [&](const auto &Try) {
    const facts::Event &Call = *Try.second.Call;
    return P.entries(P.resolve(P.function(F).Unit, Call.symbol())).empty();
  });
}

std::set<FunctionId> LockHandOver::callersOf(FunctionId F) const {
  std::set<FunctionId> Result{F};
  std::vector<FunctionId> Pending{F};
  while (!Pending.empty()) {
    FunctionId Now = Pending.back();
    Pending.pop_back();
    for (FunctionId Caller : Callers[Now])
      if (Model.isRelevant(Caller) && Result.insert(Caller).second)
        Pending.push_back(Caller);
  }
  return Result;
}

// Clang's thread-safety attributes say that it returns with a lock held.
bool LockHandOver::isAnnotated(FunctionId Id) const {
  constexpr std::array Names{
      "acquire_capability",        "acquire_shared_capability",
      "try_acquire_capability",    "try_acquire_shared_capability",
      "exclusive_lock_function",   "shared_lock_function",
      "exclusive_trylock_function"};
  const ProgramSymbol &S = P.symbol(P.function(Id).Symbol);
  for (const facts::Attribute *A : each(S.Fact->attributes()))
    if (std::find(Names.begin(), Names.end(), P.text(S.Unit, A->name())) !=
        Names.end())
      return true;
  return false;
}

// F says by its result that it has left the lock held, and somebody who asked
// releases it.
bool LockHandOver::isTold(FunctionId F, const AccessPath &Lock) const {
  const LockSummary *Summary = Model.summary(F);
  return Summary && Told.contains(keyOf(Lock)) &&
         std::any_of(Summary->Tells.begin(), Summary->Tells.end(),
                     [&](const auto &T) { return T.Lock == Lock; });
}

// F returns an object with its lock held, and somebody releases such a one.
bool LockHandOver::isReturned(FunctionId F, const AccessPath &Lock) const {
  const LockSummary *Summary = Model.summary(F);
  const std::string Name = keyOf(Lock);
  auto IsIt = [&](const AccessPath &Path) {
    return Path.Root == facts::PlaceRoot::CallResult && keyOf(Path) == Name;
  };
  return Summary && OfResults.contains(Name) &&
         (std::any_of(Summary->Tells.begin(), Summary->Tells.end(),
                      [&](const auto &T) { return IsIt(T.Lock); }) ||
          std::any_of(Summary->LeftHeld.begin(), Summary->LeftHeld.end(),
                      [&](const auto &Left) { return IsIt(Left.first); }));
}

bool LockHandOver::isHandedOn(FunctionId F, const AccessPath &Lock) const {
  return isAnnotated(F) || isTold(F, Lock) || isReturned(F, Lock) ||
         isGivenBack(callersOf(F), F, keyOf(Lock));
}

// By a function of ABOVE, or outside the program: by a function that can be
// called from there, as one of ABOVE can.
bool LockHandOver::isGivenBack(const std::set<FunctionId> &Above, FunctionId F,
                               const std::string &Name) const {
  auto Found = Givers.find(Name);
  if (Found == Givers.end())
    return false;
  auto IsOpen = [&](FunctionId Id) {
    return Model.isEntered(Id) &&
           !hasFlag(P.function(Id).Fact->flags(), FunctionFlag::Main);
  };
  bool OpenAbove = std::any_of(Above.begin(), Above.end(), IsOpen);
  return std::any_of(
      Found->second.begin(), Found->second.end(), [&](FunctionId Giver) {
        return Giver != F &&
               (Above.contains(Giver) || (OpenAbove && IsOpen(Giver)));
      });
}

bool LockHandOver::mustBeReleased(FunctionId F, const AccessPath &Lock) const {
  std::string Name = keyOf(Lock);
  if (Name.empty() || nameOf(Lock).IsElement || !Balanced.contains(Name) ||
      isAnnotated(F))
    return false;
  // Said by its name, or at the program's end.
  const std::string Called = lowerCase(P.qualifiedName(P.function(F).Symbol));
  for (const char *Word :
       {"lock", "acquire", "enter", "pause", "stop", "suspend", "shutdown",
        "exit", "destroy", "cleanup", "fork", "(lambda)", "main"})
    if (Called.find(Word) != std::string::npos)
      return false;
  const std::set<FunctionId> &Release = Releasers.at(Name);
  std::set<FunctionId> Above = callersOf(F);
  return !isGivenBack(Above, F, Name) &&
         std::none_of(Above.begin(), Above.end(), [&](FunctionId Caller) {
           return Release.contains(Caller);
         });
}

std::vector<bool> findThrowing(const Program &P, const CallGraph &Calls) {
  std::size_t Count = P.functions().size();
  std::vector<bool> Throws(Count), Contains(Count);
  std::vector<FunctionId> Pending;
  for (FunctionId F = 0; F < Count; ++F) {
    const ProgramFunction &Fn = P.function(F);
    Contains[F] = P.isCoroutine(F) || hasFlag(P.symbol(Fn.Symbol).Fact->flags(),
                                              facts::SymbolFlag::NoThrow);
    bool Own = false;
    for (const facts::Block *B : each(Fn.Fact->blocks())) {
      for (const facts::Event *E : each(B->events()))
        Own |= E->kind() == EventKind::Throw;
      for (const facts::Edge *E : each(B->edges()))
        Contains[F] = Contains[F] || E->kind() == facts::EdgeKind::Handler;
    }
    if (Own && !Contains[F]) {
      Throws[F] = true;
      Pending.push_back(F);
    }
  }
  if (Pending.empty())
    return Throws;
  std::vector<std::vector<FunctionId>> Callers(Count);
  for (FunctionId F = 0; F < Count; ++F)
    Calls.eachEdge(F, [&](const facts::Event &E, const CallEdge &Edge) {
      if (Edge.Kind == EdgeKind::Static && !E.is_noexcept())
        Callers[Edge.Target].push_back(F);
    });
  while (!Pending.empty()) {
    FunctionId F = Pending.back();
    Pending.pop_back();
    for (FunctionId Caller : Callers[F])
      if (!Throws[Caller] && !Contains[Caller]) {
        Throws[Caller] = true;
        Pending.push_back(Caller);
      }
  }
  return Throws;
}

} // namespace gridlock
