// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockState.h"

#include <algorithm>

namespace gridlock {

namespace {

bool isBehind(const AccessPath &Lock, const AccessPath &Pointer) {
  return Lock.Steps.size() > Pointer.Steps.size() && Lock.startsWith(Pointer) &&
         Lock.Steps[Pointer.Steps.size()].Kind == facts::StepKind::Deref;
}

// Whether there is no such lock, because a pointer on the way to it is null.
bool isNowhere(const AccessPath &Lock, const FlatMap<AccessPath, bool> &Zero) {
  return std::any_of(Zero.begin(), Zero.end(), [&](const auto &Known) {
    return Known.second && isBehind(Lock, Known.first);
  });
}

// Held on both ways: where a pointer on the way to it is null, there was
// nothing to take.
bool joinHeld(HeldMap &Into, const HeldMap &Other,
              const FlatMap<AccessPath, bool> &ZeroInto,
              const FlatMap<AccessPath, bool> &ZeroOther) {
  bool Changed = false;
  for (auto &[Lock, H] : Into) {
    auto It = Other.find(Lock);
    bool Must = H.Must && (It != Other.end() ? It->second.Must
                                             : isNowhere(Lock, ZeroOther));
    bool Chosen = H.Chosen && It != Other.end() && It->second.Chosen;
    Changed |= Must != H.Must || Chosen != H.Chosen;
    H.Must = Must;
    H.Chosen = Chosen;
  }
  for (const auto &[Lock, H] : Other)
    if (auto [It, New] = Into.try_emplace(Lock, H); New) {
      It->second.Must = H.Must && isNowhere(Lock, ZeroInto);
      It->second.Chosen = false;
      Changed = true;
    }
  return Changed;
}

bool isReturned(const AccessPath &Guard) {
  return Guard.Root == facts::PlaceRoot::CallResult && Guard.Id == 0;
}

} // namespace

bool LockState::join(const LockState &Other) {
  bool Changed = joinHeld(Held, Other.Held, Zero, Other.Zero);
  Changed |= joinHeld(Awaited, Other.Awaited, Zero, Other.Zero);
  Changed |= Zero.eraseIf([&](const auto &Item) {
    auto It = Other.Zero.find(Item.first);
    return It == Other.Zero.end() || It->second != Item.second;
  }) != 0;
  Changed |= Guards.eraseIf([&](const auto &Item) {
    return !Other.Guards.contains(Item.first) && !isReturned(Item.first);
  }) != 0;
  // What is returned with a lock on some paths may own it.
  for (const auto &[Guard, State] : Other.Guards)
    if (isReturned(Guard) && !Guards.contains(Guard)) {
      GuardState &Maybe = Guards[Guard] = State;
      Maybe.Sure = Maybe.Sure && !Maybe.Owns;
      Changed = true;
    }
  for (auto &[Guard, State] : Guards) {
    auto There = Other.Guards.find(Guard);
    bool Same =
        There == Other.Guards.end() ? !State.Owns : State == There->second;
    if (Same || !State.Sure)
      continue;
    State.Sure = false;
    State.Owns = true;
    Changed = true;
  }
  Changed |= Known.eraseIf([&](const auto &Item) {
    auto It = Other.Known.find(Item.first);
    return It == Other.Known.end() || It->second != Item.second;
  }) != 0;
  std::size_t Before = Released.size();
  Released.insert(Other.Released.begin(), Other.Released.end());
  Before += Lacking.size();
  Lacking.insert(Other.Lacking.begin(), Other.Lacking.end());
  return Changed || Released.size() + Lacking.size() != Before;
}

void LockState::learn(const AccessPath &Place, bool IsZero) {
  Zero[Place] = IsZero;
  if (IsZero)
    Held.eraseIf([&](const auto &Item) { return isBehind(Item.first, Place); });
}

void LockState::forget(const AccessPath &Place) {
  Zero.eraseIf([&](const auto &Item) { return Item.first.startsWith(Place); });
}

void LockState::forgetShared() {
  Zero.eraseIf([&](const auto &Item) {
    const AccessPath &Place = Item.first;
    return (Place.Root != facts::PlaceRoot::Local &&
            Place.Root != facts::PlaceRoot::Param &&
            Place.Root != facts::PlaceRoot::CallResult) ||
           !Place.Steps.empty();
  });
}

void LockState::take(const AccessPath &Lock, rules::LockMode Mode,
                     ChainId Chain) {
  Held[Lock] = {Mode, Chain, true};
  Lacking.erase(Lock);
}

void LockState::giveBack(const AccessPath &Lock) {
  auto It = Held.find(Lock);
  // Held on some paths only: on the others it is the caller's.
  if (It == Held.end() || !It->second.Must || It->second.FromCaller) {
    Released.insert(Lock);
    Lacking.insert(Lock);
  }
  if (It != Held.end())
    Held.erase(It);
}

void LockState::endGuard(const AccessPath &Guard) {
  auto It = Guards.find(Guard);
  if (It == Guards.end())
    return;
  if (It->second.Owns)
    for (const AccessPath &Lock : It->second.Locks) {
      auto &From = It->second.Awaited ? Awaited : Held;
      auto Own = From.find(Lock);
      if (Own == From.end())
        continue;
      if (Own->second.FromCaller) {
        Released.insert(Lock);
        Lacking.insert(Lock);
      }
      From.erase(Own);
    }
  Guards.erase(It);
}

bool LockState::holdsGuards(const AccessPath &Holder) const {
  for (auto It = Guards.lower_bound(Holder);
       It != Guards.end() && It->first.Root == Holder.Root; ++It)
    if (It->first != Holder && It->first.startsWith(Holder))
      return true;
  return false;
}

void LockState::endGuardsIn(const AccessPath &Holder) {
  std::vector<AccessPath> Ended;
  for (auto It = Guards.lower_bound(Holder);
       It != Guards.end() && It->first.Root == Holder.Root; ++It)
    if (It->first.startsWith(Holder))
      Ended.push_back(It->first);
  for (const AccessPath &Guard : Ended)
    endGuard(Guard);
}

void LockState::moveGuard(const AccessPath &From, const AccessPath &To) {
  // Everything below the moved object goes with it: it may hold guards as
  // members.
  std::vector<std::pair<AccessPath, GuardState>> Moved;
  for (auto &[Guard, State] : Guards) {
    if (!Guard.startsWith(From))
      continue;
    AccessPath Target = To;
    Target.Steps.insert(Target.Steps.end(),
                        Guard.Steps.begin() +
                            static_cast<std::ptrdiff_t>(From.Steps.size()),
                        Guard.Steps.end());
    Moved.emplace_back(std::move(Target), State);
    State.Owns = false;
    State.Sure = true;
  }
  for (auto &[Guard, State] : Moved)
    Guards[Guard] = std::move(State);
}

bool LockSummary::changesState() const {
  return !LeftHeld.empty() || !Guards.empty() || !Released.empty() ||
         !Known.empty() || !Tells.empty() || !Keeps.empty() ||
         !MayHold.empty() || Asks || Result;
}

bool inBothOrders(const std::vector<LockSummary::Acquisition> &Taken,
                  const AccessPath &A, const AccessPath &B) {
  auto Has = [&](const AccessPath &Outer, const AccessPath &Inner) {
    return std::any_of(Taken.begin(), Taken.end(), [&](const auto &Acquired) {
      return Acquired.Lock == Inner &&
             std::any_of(Acquired.Gates.begin(), Acquired.Gates.end(),
                         [&](const auto &G) { return G.Lock == Outer; });
    });
  };
  return Has(A, B) && Has(B, A);
}

} // namespace gridlock
