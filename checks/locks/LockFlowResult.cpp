// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LockFlow, seventh part: functions of which the result tells whether they have
// left a lock held, as a try does.
#include "checks/locks/LockFlow.h"

#include <algorithm>

namespace gridlock {

using facts::ValueKind;

namespace {

// Whether a returned value is zero, if that is known: a constant, or null. An
// address is not.
std::optional<bool> isZero(const facts::Value *V) {
  if (!V)
    return std::nullopt;
  switch (V->kind()) {
  case ValueKind::Null:
    return true;
  case ValueKind::Constant:
    return V->integer() == 0;
  case ValueKind::AddressOf:
    return false;
  default:
    return std::nullopt;
  }
}

} // namespace

void LockFlow::noteReturn(const facts::Event &E, const LockState &State) {
  if (!Summarising)
    return;
  std::optional<bool> Zero = isZero(E.value());
  if (!Zero && E.value() && E.value()->kind() == ValueKind::Place)
    if (auto It = State.Zero.find(AccessPath::of(File, E.value()));
        It != State.Zero.end())
      Zero = It->second;
  Returns.push_back({E.value(), State.Held, Zero});
}

// A lock that is held on some returns only, which are those of zero, or those
// of anything else.
void LockFlow::findTold(const LockState &Exit) {
  std::map<AccessPath, rules::LockMode> Maybe;
  for (const auto &[Lock, H] : Exit.Held)
    if (!H.Must && !H.FromCaller && isVisible(Lock))
      Maybe.emplace(Lock, H.Mode);
  for (const ReturnPoint &R : Returns)
    if (auto It = Tries.find(AccessPath::of(File, R.Value));
        It != Tries.end() && !It->second.Awaited)
      for (const AccessPath &Lock : It->second.Locks)
        if (isVisible(Lock) && !Exit.Guards.contains(Lock))
          Maybe.emplace(Lock, It->second.Mode);
  for (const auto &[Lock, Mode] : Maybe) {
    std::optional<bool> ZeroIsSuccess;
    bool Agrees = true, SomeHeld = false;
    auto Tell = [&](bool Zero) {
      Agrees &= !ZeroIsSuccess || *ZeroIsSuccess == Zero;
      ZeroIsSuccess = Zero;
    };
    for (const ReturnPoint &R : Returns) {
      auto Held = R.Held.find(Lock);
      auto Try = Tries.find(AccessPath::of(File, R.Value));
      if (Try != Tries.end() && !R.Zero &&
          (Held == R.Held.end() || !Held->second.Must)) {
        const auto &Of = Try->second.Locks;
        Agrees &= std::find(Of.begin(), Of.end(), Lock) != Of.end();
        Tell(Try->second.ZeroIsSuccess);
        SomeHeld = true;
        continue;
      }
      if (!R.Zero || (Held != R.Held.end() && !Held->second.Must)) {
        Agrees = false;
        break;
      }
      SomeHeld |= Held != R.Held.end();
      Tell(*R.Zero == (Held != R.Held.end()));
    }
    if (Agrees && SomeHeld)
      Summary.Tells.push_back({Lock, Mode, *ZeroIsSuccess});
  }
}

} // namespace gridlock
