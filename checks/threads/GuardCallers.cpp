// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// FieldGuards, second part: which callers of a function hold a lock, and on
// which ways to it nobody does.
#include "checks/threads/FieldGuards.h"

#include <algorithm>

namespace gridlock {

namespace {

constexpr unsigned MaxDepth = 8;
constexpr std::size_t MaxContexts = 24;

} // namespace

// Whether the function of a use gives its object the lock, which is kept behind
// a pointer: it makes the object, which nobody can hold before.
bool FieldGuards::givesLock(const Use &U, LockId Lock) const {
  std::string_view Name = Model.name(Lock).Text;
  const AccessPath &Of = *U.Of->Path;
  if (!Name.ends_with("->") || U.OfGlobal || U.Base > Of.Steps.size())
    return false;
  Name.remove_suffix(2);
  const ProgramFunction &F = P.function(U.Of->Function);
  AccessPath Object = Of;
  Object.Steps.resize(U.Base);
  for (const facts::Block *B : each(F.Fact->blocks()))
    for (const facts::Event *E : each(B->events()))
      if (E->kind() == facts::EventKind::Write && E->place()) {
        const AccessPath Set = AccessPath::of(P.unit(F.Unit), *E->place());
        if (Set.Steps.size() == U.Base + 1 && Set.startsWith(Object) &&
            Set.Steps.back().Kind == facts::StepKind::Field &&
            std::string(Set.Steps.back().Owner) +
                    "::" + std::string(Set.Steps.back().Name) ==
                Name)
          return true;
      }
  return false;
}

// By name or attribute, the function expects its callers to hold the lock.
bool FieldGuards::isCallersDuty(FunctionId F) {
  if (Duty[F] == 0)
    Duty[F] = isNamedForCallers(F) ? 2 : 1;
  return Duty[F] == 2;
}

bool FieldGuards::isNamedForCallers(FunctionId F) const {
  const ProgramSymbol &S = P.symbol(P.function(F).Symbol);
  for (const facts::Attribute *A : each(S.Fact->attributes())) {
    std::string_view Name = P.text(S.Unit, A->name());
    if (Name.starts_with("requires_") || Name.starts_with("assert_") ||
        Name == "no_thread_safety_analysis")
      return true;
  }
  std::string_view Name = P.qualifiedName(P.enclosing(P.function(F).Symbol));
  Name = lastComponent(Name);
  for (std::string_view Word :
       {"Locked", "_locked", "Unlocked", "_unlocked", "nolock", "no_lock",
        "NoLock", "Unsafe", "_unsafe", "LockHeld", "lock_held", "UnderLock",
        "under_lock", "WithLock", "with_lock"})
    if (Name.find(Word) != std::string_view::npos)
      return true;
  return false;
}

// Whether all calls are made with some lock held.
bool FieldGuards::alwaysCalledLocked(FunctionId F) const {
  if (!Scan.isCalled(F) || When->isEntered(F))
    return false;
  bool Always = true;
  Scan.eachCallTo(F, [&](const SharedCall &C) {
    Always = Always && !Scan.locks(C.Locks).empty();
  });
  return Always;
}

FieldGuards::Callers FieldGuards::keep(const std::vector<Context> &Bare,
                                       const std::vector<FunctionId> &Holding) {
  Callers Kept;
  Kept.Bare = static_cast<std::uint32_t>(Contexts.size());
  Contexts.insert(Contexts.end(), Bare.begin(), Bare.end());
  Kept.BareEnd = static_cast<std::uint32_t>(Contexts.size());
  Kept.Holding = static_cast<std::uint32_t>(Holders.size());
  Holders.insert(Holders.end(), Holding.begin(), Holding.end());
  Kept.HoldingEnd = static_cast<std::uint32_t>(Holders.size());
  return Kept;
}

// The fault is in F itself.
FieldGuards::Callers FieldGuards::onlyHere(FunctionId F) {
  auto [It, New] = OnlyHere.try_emplace(F, 0);
  if (New)
    It->second = keep({{F, nullptr, 0, alwaysCalledLocked(F)}}, {}).Bare;
  return {It->second, It->second + 1, 0, 0};
}

std::vector<const SharedCall *> FieldGuards::pathOf(const Context &C) const {
  std::vector<const SharedCall *> Path;
  for (const Context *At = &C; At->Call; At = &Contexts[At->Before])
    Path.push_back(At->Call);
  std::reverse(Path.begin(), Path.end());
  return Path;
}

void FieldGuards::forgetCallers() {
  Known.clear();
  OnlyHere.clear();
  Contexts.clear();
  Holders.clear();
}

FieldGuards::Callers FieldGuards::callers(FunctionId F, LockId Lock,
                                          unsigned Depth) {
  // Nobody above has it: the fault is here.
  const FewLocks &Held = above(F);
  bool MayBeAbove = Held.Size >= MaxAbove ||
                    std::binary_search(Held.begin(), Held.end(), Lock);
  if (!MayBeAbove && !isCallersDuty(F))
    return onlyHere(F);
  const std::uint64_t Key = std::uint64_t(F) << 32 | Lock;
  auto [It, New] = Known.try_emplace(Key);
  if (New && Depth > MaxDepth)
    It->second = onlyHere(F);
  if (!New || Depth > MaxDepth)
    return It->second;
  std::vector<Context> Bare;
  std::vector<FunctionId> Holding;
  if (When->isEntered(F) && !isCallersDuty(F))
    Bare.push_back({F, nullptr, 0, false});
  Scan.eachCallTo(F, [&](const SharedCall &C) {
    if (When->isAlone(C.Caller, *C.Site, C.OnSelf) || (C.Fresh & FreshThis) ||
        (C.OnSelf && When->ownsObject(C.Caller)))
      return;
    bool Holds = false, Unclear = Scan.mayHold(C.Caller, Lock);
    for (const LockAt &H : Scan.locks(C.Locks)) {
      Holds |= H.Lock == Lock && H.Must;
      Unclear |= H.Lock == UnnamedLock || (H.Lock == Lock && !H.Must);
    }
    if (Holds) {
      Holding.push_back(C.Caller);
      return;
    }
    if (Unclear)
      return;
    const Callers Up = callers(C.Caller, Lock, Depth + 1);
    Holding.insert(Holding.end(), Holders.begin() + Up.Holding,
                   Holders.begin() + Up.HoldingEnd);
    for (std::uint32_t I = Up.Bare; I < Up.BareEnd; ++I) {
      if (Bare.size() >= MaxContexts)
        break;
      const Context &Outer = Contexts[I];
      Bare.push_back(
          {Outer.Root, &C, I, Outer.OtherLock || !Scan.locks(C.Locks).empty()});
    }
  });
  sortUnique(Holding);
  // If nobody holds it, the fault is not the callers', unless it is their duty.
  if (Holding.empty() && !Bare.empty() && !isCallersDuty(F)) {
    bool Other = std::any_of(Bare.begin(), Bare.end(),
                             [](const Context &C) { return C.OtherLock; });
    Bare.assign(1, {F, nullptr, 0, Other});
  }
  return Known[Key] = keep(Bare, Holding);
}

} // namespace gridlock
