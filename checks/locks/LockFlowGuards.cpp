// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LockFlow, second part: guards that the catalogue lists, wherever they live.
#include "checks/engine/Classify.h"
#include "checks/locks/DeferredCalls.h"
#include "checks/locks/GuardHolders.h"
#include "checks/locks/LockFlow.h"
#include "checks/locks/OwnLockables.h"

#include <utility>

namespace gridlock {

using facts::EventKind;

// LOCK, known as PATH. An object that is a lock because it has a lock() stands
// for what that one takes.
LockFlow::Given LockFlow::given(const facts::Value &Lock, AccessPath Path,
                                rules::LockMode Mode,
                                const LockState &State) const {
  Path = canonical(std::move(Path), State.Known);
  FunctionId Own = ownLocking(P, F.Unit, Lock.type(), Mode);
  const LockSummary *Takes = Own == NoFunction ? nullptr : Model.summary(Own);
  if (!Takes || Takes->LeftHeld.size() != 1)
    return {std::move(Path)};
  const auto &[Inner, H] = *Takes->LeftHeld.begin();
  if (Inner.Root == facts::PlaceRoot::Global)
    return {Inner, H.Chain};
  if (Inner.Root != facts::PlaceRoot::This)
    return {std::move(Path)};
  Path.Steps.insert(Path.Steps.end(), Inner.Steps.begin(), Inner.Steps.end());
  return {canonical(std::move(Path), State.Known), H.Chain};
}

// A guard comes to live at PLACE.
void LockFlow::startGuard(const AccessPath &Place,
                          const GuardConstruction &Guard, const facts::Event &E,
                          LockState &State) {
  if (does(*Guard.Type, rules::Effect::Releases))
    return startReversed(Place, Guard, State);
  GuardState Owned{{}, Guard.Type->mode(), false, true};
  std::vector<Given> Locks, Chosen;
  for (const facts::Value *Lock : Guard.Locks)
    if (AccessPath Path = AccessPath::of(File, Lock)) {
      if (P.type(F.Unit, Lock->type())->kind() == facts::TypeKind::Pointer &&
          Lock->kind() == facts::ValueKind::Place)
        Path.Steps.push_back({facts::StepKind::Deref, {}, {}, 0});
      Locks.push_back(given(*Lock, std::move(Path), Owned.Mode, State));
      Owned.Locks.push_back(Locks.back().Lock);
    } else {
      for (const facts::Value *Choice : each(Lock->choices()))
        if (AccessPath Path = AccessPath::of(File, Choice))
          Chosen.push_back(given(*Choice, std::move(Path), Owned.Mode, State));
    }
  // One that is held may be the other of the two.
  std::erase_if(Chosen,
                [&](const Given &G) { return State.Held.contains(G.Lock); });
  if (Guard.Start == GuardStart::Locks && !Guard.Async && !Chosen.empty()) {
    takeOneOf(Chosen, Owned.Mode, E, State);
    for (const Given &G : Chosen)
      Owned.Locks.push_back(G.Lock);
  }
  Owned.Owns = Guard.Start != GuardStart::Defers;
  Owned.Sure = Guard.Start != GuardStart::Tries;
  Owned.Awaited = Guard.Async;
  // A guard over locks that are awaited can only adopt them, or defer.
  auto &Held = Guard.Async ? State.Awaited : State.Held;
  if (Guard.Start == GuardStart::Locks && !Guard.Async)
    acquire(Locks, Owned.Mode, E, State);
  else if (Guard.Start != GuardStart::Defers)
    for (const AccessPath &Lock : Owned.Locks)
      Held.try_emplace(Lock, HeldLock{Owned.Mode, Model.chainOf({Id, &E, 0}),
                                      Guard.Start == GuardStart::Adopts,
                                      Guard.Start == GuardStart::Adopts});
  if (auto It = State.Guards.find(Place);
      It != State.Guards.end() &&
      Place.Steps.back().Kind == facts::StepKind::IndexUnknown)
    Owned.Locks.insert(Owned.Locks.end(), It->second.Locks.begin(),
                       It->second.Locks.end());
  State.Guards[Place] = std::move(Owned);
}

// `c ? a : b`: each may be taken here, and be held then.
void LockFlow::takeOneOf(const std::vector<Given> &Locks, rules::LockMode Mode,
                         const facts::Event &E, LockState &State) {
  PathSet Together;
  for (const Given &G : Locks)
    Together.insert(G.Lock);
  for (const Given &G : Locks) {
    if (Summarising || Ordering)
      record(State,
             {.Lock = G.Lock,
              .Mode = Mode,
              .Chain = Model.chainOf({Id, &E, G.Inside}),
              .Calls = G.Inside != 0 ? 1u : 0u,
              .Gates = {}},
             Together);
  }
  for (const Given &G : Locks)
    State.Held.try_emplace(
        G.Lock,
        HeldLock{Mode, Model.chainOf({Id, &E, G.Inside}), false, false, true});
}

// What PLACE is given, a guard or a lock, gives back what it holds ...
void LockFlow::startReversed(const AccessPath &Place,
                             const GuardConstruction &Guard, LockState &State) {
  GuardState Lent{{}, Guard.Type->mode(), false, true};
  Lent.Reversed = true;
  for (const facts::Value *Given : Guard.Locks) {
    Lent.Of = canonical(AccessPath::of(File, Given), State.Known);
    if (!Lent.Of)
      continue;
    Lent.Locks = locksOf(Lent.Of, State);
    for (const AccessPath &Lock : Lent.Locks)
      State.giveBack(Lock);
    if (auto It = State.Guards.find(Lent.Of); It != State.Guards.end())
      It->second.Owns = false, It->second.Sure = true;
  }
  State.Guards[Place] = std::move(Lent);
}

// ... and gets it again at the end.
void LockFlow::endReversed(const AccessPath &Place, const facts::Event &E,
                           LockState &State) {
  const GuardState Lent = std::exchange(State.Guards[Place], {});
  State.Guards.erase(Place);
  std::vector<Given> Locks;
  for (const AccessPath &Lock : Lent.Locks)
    Locks.push_back({Lock});
  acquire(Locks, Lent.Mode, E, State);
  if (auto It = State.Guards.find(Lent.Of); It != State.Guards.end())
    It->second.Owns = It->second.Sure = true;
}

// Constructions, destructions and releases of guards that the catalogue lists.
bool LockFlow::guardEvent(const facts::Event &E, LockState &State) {
  if (auto Guard = guardConstruction(P, F.Unit, E); Guard && E.place()) {
    startGuard(AccessPath::of(File, *E.place()), *Guard, E, State);
    return true;
  }
  SymbolId Callee = P.resolve(F.Unit, E.symbol());
  if (Callee == 0 || E.kind() != EventKind::Call || !E.receiver() ||
      P.symbol(Callee).Fact->record() == 0 ||
      !guardType(P, P.symbol(Callee).Unit, P.symbol(Callee).Fact->record()))
    return false;
  AccessPath Guard = canonical(AccessPath::of(File, E.receiver()), State.Known);
  std::string_view Method = lastComponent(P.qualifiedName(Callee));
  if (E.implicit() == facts::ImplicitKind::Destructor) {
    if (auto It = State.Guards.find(Guard);
        It != State.Guards.end() && It->second.Reversed)
      endReversed(Guard, E, State);
    else if (It != State.Guards.end())
      State.endGuard(Guard);
    else if (Guard)
      State.Released.insert(Guard);
    return true;
  }
  auto It = State.Guards.find(Guard);
  // The standard guards' leaves the lock taken; others' have an entry.
  if (Method == "release" && It != State.Guards.end() &&
      P.entries(Callee).empty()) {
    // It returns the lock: `guard.release()->unlock()`.
    if (It->second.Locks.size() == 1)
      State.Known[AccessPath::ofResult(E.id())] = {It->second.Locks.front(),
                                                   true};
    It->second = {{}, It->second.Mode, false, true};
  } else if (Method == "owns_lock" || Method == "operator bool")
    Asked.emplace(AccessPath::ofResult(E.id()), Guard);
  return false;
}

// An object that gives back what is held when it ends, by a callable that it
// was made with, is a guard.
void LockFlow::deferRelease(const facts::Event &E, LockState &State) {
  const auto Deferred = deferredCall(Model.calls(), Id, E);
  const LockSummary *Callee =
      Deferred ? Model.summary(Deferred->Body) : nullptr;
  if (!Callee || Callee->Lacking.empty())
    return;
  Substitution Sub(P, Id, E, State.Known, Deferred->Callable,
                   !Deferred->IsDeleter);
  GuardState Guard{{}, rules::LockMode::Exclusive, true, true};
  for (const AccessPath &Path : Callee->Lacking)
    if (auto Lock = Sub.apply(Path); Lock && State.Held.contains(*Lock)) {
      Guard.Mode = State.Held.at(*Lock).Mode;
      Guard.Locks.push_back(std::move(*Lock));
    }
  if (!Guard.Locks.empty())
    State.Guards[Deferred->Object] = std::move(Guard);
}

// E is a call on such an object. Its destructor's own calls are of what it was
// made with; and it can be told to do nothing when it ends.
bool LockFlow::endDeferred(const facts::Event &E, LockState &State) {
  if (State.Guards.empty() || E.kind() != EventKind::Call || !E.receiver())
    return false;
  const AccessPath Object = AccessPath::of(File, E.receiver());
  if (!State.Guards.contains(Object))
    return false;
  if (E.implicit() == facts::ImplicitKind::Destructor) {
    State.endGuard(Object);
    return true;
  }
  if (givesUpDeferred(P.qualifiedName(P.resolve(F.Unit, E.symbol()))))
    State.Guards.erase(Object);
  return false;
}

// Guards in an optional, a smart pointer or a container.
bool LockFlow::holderEvent(const facts::Event &E, LockState &State) {
  if (auto Put = guardIntoHolder(P, F.Unit, E)) {
    AccessPath Place = canonical(Put->Holder, State.Known);
    if (!Put->Many)
      State.endGuardsIn(Place);
    if (Put->Made)
      startGuard(Place, *Put->Made, E, State);
    else if (AccessPath From = AccessPath::of(File, Put->Moved)) {
      auto Before = State.Guards.find(Place);
      std::vector<AccessPath> Kept;
      if (Before != State.Guards.end())
        Kept = Before->second.Locks;
      State.moveGuard(From, Place);
      if (auto It = State.Guards.find(Place); It != State.Guards.end())
        It->second.Locks.insert(It->second.Locks.end(), Kept.begin(),
                                Kept.end());
    }
    return true;
  }
  if (E.kind() == EventKind::Call && E.receiver()) {
    AccessPath Of = canonical(AccessPath::of(File, E.receiver()), State.Known);
    if (asksHolder(P.qualifiedName(P.resolve(F.Unit, E.symbol()))))
      for (const auto &[Guard, Owned] : State.Guards)
        if (Guard != Of && Guard.startsWith(Of))
          Asked.emplace(AccessPath::ofResult(E.id()), Guard);
  }
  AccessPath Holder = canonical(emptiedHolder(P, F.Unit, E), State.Known);
  if (Holder && (State.Guards.contains(Holder) || State.holdsGuards(Holder))) {
    State.endGuardsIn(Holder);
    return true;
  }
  return false;
}

std::vector<AccessPath> LockFlow::locksOf(const AccessPath &Path,
                                          const LockState &State) const {
  auto It = State.Guards.find(Path);
  return It == State.Guards.end() ? std::vector<AccessPath>{Path}
                                  : It->second.Locks;
}

} // namespace gridlock
