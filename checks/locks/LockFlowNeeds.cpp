// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LockFlow, sixth part: what LockNeeds is told about a function.
#include "checks/locks/LockFlow.h"

namespace gridlock {

namespace {

void add(std::vector<LockClass> &To, const std::vector<LockClass> &More) {
  To.insert(To.end(), More.begin(), More.end());
  sortUnique(To);
}

} // namespace

// The classes of the locks that are held.
std::vector<LockClass> LockFlow::classesHeld(const LockState &State) {
  std::vector<LockClass> Result;
  for (const auto *Held : {&State.Held, &State.Awaited})
    for (const auto &[Lock, H] : *Held) {
      if (!H.Must && !H.Chosen)
        continue;
      LockClass Class = Model.needs().classOf(Lock);
      if (Class == NoLockClass) {
        Model.needs().want(Id);
        noteBare(Lock, {}, {});
        continue;
      }
      Model.needs().held(Lock);
      Result.push_back(Class);
    }
  return Result;
}

void LockFlow::tellTaken(const LockState &State, const AccessPath &Lock) {
  LockNeeds &Needs = Model.needs();
  LockClass Taken = Needs.classOf(Lock);
  std::vector<LockClass> Under = classesHeld(State);
  if (Taken == NoLockClass) {
    noteBare(Lock, Under, {});
    return;
  }
  Needs.takes(Id, Taken);
  for (LockClass Held : Under)
    Needs.takesUnder(Id, Held, Taken);
}

void LockFlow::tellRuns(const LockState &State, FunctionId Callee) {
  if (State.Held.empty() && State.Awaited.empty())
    return;
  for (LockClass Held : classesHeld(State))
    Model.needs().runsUnder(Id, Held, Callee);
}

// A pointer or reference at PLACE may be, or lead to, what TO names.
void LockFlow::tellBound(const AccessPath &Place, const AccessPath &To) {
  if (!Summarising)
    return;
  LockNeeds &Needs = Model.needs();
  Needs.bound(Place);
  LockClass Class = Needs.classOf(Place), Other = Needs.classOf(To);
  if (Class == NoLockClass)
    return;
  if (Other != NoLockClass)
    Needs.unite(Class, Other);
  else if (isVisible(To))
    noteBare(To, {}, {Class});
  else
    Needs.loosen(Class);
}

void LockFlow::noteBare(const AccessPath &Lock,
                        const std::vector<LockClass> &Under,
                        const std::vector<LockClass> &Alias) {
  if (!isVisible(Lock))
    return;
  for (Bare &B : Summary.Bares)
    if (B.Lock == Lock) {
      add(B.Under, Under);
      add(B.Alias, Alias);
      return;
    }
  Summary.Bares.push_back({Lock, Under, Alias});
}

// The callee's lock B is LOCK here; OTHERS may be held inside.
void LockFlow::bareAt(const Bare &B, const AccessPath &Lock,
                      const std::vector<LockClass> &Others, FunctionId Target,
                      const LockState &State) {
  LockNeeds &Needs = Model.needs();
  LockClass Class = Needs.classOf(Lock);
  std::vector<LockClass> Under = classesHeld(State);
  add(Under, Others);
  add(Under, B.Under);
  if (Class == NoLockClass) {
    if (!isVisible(Lock))
      for (LockClass Alias : B.Alias)
        Needs.loosen(Alias);
    noteBare(Lock, Under, B.Alias);
    return;
  }
  Needs.takes(Id, Class);
  Needs.runsUnder(Id, Class, Target);
  Needs.held(Lock);
  for (LockClass Held : Under)
    Needs.takesUnder(Id, Held, Class);
  for (LockClass Alias : B.Alias)
    Needs.unite(Alias, Class);
}

// MAP gives what the callee's locks are here.
void LockFlow::applyBares(const LockSummary &Callee, FunctionId Target,
                          const LockState &State, const LockMap &Map) {
  std::vector<std::pair<const Bare *, AccessPath>> Here;
  for (const Bare &B : Callee.Bares)
    if (auto Object = Map(B.Lock))
      for (AccessPath &Lock : locksOf(*Object, State))
        Here.emplace_back(&B, std::move(Lock));
  for (std::size_t I = 0; I < Here.size(); ++I) {
    // In which order they are taken is not known: each under the others.
    std::vector<LockClass> Others;
    for (std::size_t J = 0; J < Here.size(); ++J)
      if (LockClass Other = Model.needs().classOf(Here[J].second);
          J != I && Other != NoLockClass)
        Others.push_back(Other);
    bareAt(*Here[I].first, Here[I].second, Others, Target, State);
  }
}

// Something is taken that callers can know.
void LockFlow::noteFirst(Acquisition A) {
  if (!isVisible(A.Lock))
    return;
  Takes = true;
  if (Summary.First)
    return;
  A.Gates.clear();
  Summary.First = std::move(A);
}

} // namespace gridlock
