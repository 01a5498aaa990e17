// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LockFlow, seventh part: functions of which the result tells whether they have
// left a lock held, as a try does, or have given one back.
#include "checks/engine/QualifiedNames.h"
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

// Whether what TEXT says of a number is true where that is zero, if it says no
// more.
std::optional<bool> trueIfZero(std::string_view Text) {
  for (std::string_view Word : {"&&", "||", "?", "<"})
    if (Text.find(Word) != std::string_view::npos)
      return std::nullopt;
  for (std::size_t At = Text.find('>'); At != std::string_view::npos;
       At = Text.find('>', At + 1))
    if (At == 0 || Text[At - 1] != '-') // `->` compares nothing
      return std::nullopt;
  if (Text.ends_with("== 0") || Text.starts_with("0 =="))
    return true;
  if (Text.ends_with("!= 0") || Text.starts_with("0 !="))
    return false;
  if (Text.starts_with('!') && Text.find('=') == std::string_view::npos)
    return true;
  return std::nullopt;
}

} // namespace

void LockFlow::noteReturn(const facts::Event &E, const LockState &State) {
  if (!NotesReturns)
    return;
  std::optional<bool> Zero = isZero(E.value());
  if (!Zero && E.value() && E.value()->kind() == ValueKind::Place)
    if (auto It = State.Zero.find(AccessPath::of(File, E.value()));
        It != State.Zero.end())
      Zero = It->second;
  std::optional<Binding> Object;
  if (!State.Held.empty())
    Object = bindingOf(File, E.value());
  if (Object)
    Object->To = canonical(std::move(Object->To), State.Known);
  Returns.push_back(
      {E.value(), std::move(Object), State.Held, State.Lacking, Zero});
}

// LOCK as callers know it, who know nothing of the places here: wherever it is
// held it may be part of what is returned.
AccessPath LockFlow::asReturned(const AccessPath &Lock) const {
  if (Lock.Root != facts::PlaceRoot::Local &&
      Lock.Root != facts::PlaceRoot::CallResult &&
      Lock.Root != facts::PlaceRoot::Alloc)
    return Lock;
  std::optional<AccessPath> Result;
  for (const ReturnPoint &R : Returns) {
    if (!R.Held.contains(Lock))
      continue;
    if (!R.Object || !Lock.startsWith(R.Object->To))
      return Lock;
    AccessPath Part = AccessPath::ofResult(0);
    if (R.Object->Address)
      Part.Steps.push_back({facts::StepKind::Deref, {}, {}, 0});
    Part.Steps.insert(Part.Steps.end(),
                      Lock.Steps.begin() + static_cast<std::ptrdiff_t>(
                                               R.Object->To.Steps.size()),
                      Lock.Steps.end());
    if (Part.Steps.empty() || (Result && *Result != Part))
      return Lock;
    Result = std::move(Part);
  }
  return Result.value_or(Lock);
}

// The try of which V is the result made a truth value, as wrappers of
// pthread_mutex_trylock do: `trylock(&m) == 0`.
std::optional<LockFlow::Try> LockFlow::tryAskedBy(const facts::Value &V) const {
  if (V.kind() != ValueKind::Unknown ||
      V.reason() != facts::UnknownReason::Arithmetic)
    return std::nullopt;
  const std::string_view Text = P.text(F.Unit, V.text());
  const std::optional<bool> IfZero = trueIfZero(Text);
  const Try *Asked = nullptr;
  for (const auto &[Result, T] : Tries) {
    const SymbolId Callee = P.resolve(F.Unit, T.Site->symbol());
    if (Text.find(lastComponent(P.qualifiedName(Callee))) ==
        std::string_view::npos)
      continue;
    if (Asked && Asked->Site != T.Site)
      return std::nullopt;
    Asked = &T;
  }
  if (!IfZero || !Asked)
    return std::nullopt;
  Try Result = *Asked;
  Result.ZeroIsSuccess = *IfZero != Asked->ZeroIsSuccess;
  return Result;
}

// The try of which R gives the result: as it is, or made a truth value. Where
// it is not clear which way, a function that is called a try and gives bool is
// true if it has taken the lock.
std::optional<LockFlow::Try> LockFlow::tryOf(const ReturnPoint &R) const {
  if (auto It = Tries.find(AccessPath::of(File, R.Value)); It != Tries.end())
    return It->second;
  if (!R.Value || R.Value->kind() != ValueKind::Unknown ||
      R.Value->reason() != facts::UnknownReason::Arithmetic)
    return std::nullopt;
  if (std::optional<Try> Asked = tryAskedBy(*R.Value);
      Asked || Tries.size() != 1)
    return Asked;
  const facts::Symbol &S = *P.symbol(F.Symbol).Fact;
  const std::string Name = lowerCase(lastComponent(P.qualifiedName(F.Symbol)));
  if (Name.find("try") == std::string::npos ||
      P.typeName(P.symbol(F.Symbol).Unit, S.result_type()).find("ool") ==
          std::string_view::npos)
    return std::nullopt;
  Try Result = Tries.begin()->second;
  Result.ZeroIsSuccess = false;
  return Result;
}

// A lock that is held on some returns only, which are those of zero, or those
// of anything else.
void LockFlow::findTold(const LockState &Exit) {
  std::map<AccessPath, rules::LockMode> Maybe;
  for (const auto &[Lock, H] : Exit.Held)
    if (!H.Must && !H.FromCaller && isVisible(Lock))
      Maybe.emplace(Lock, H.Mode);
  for (const ReturnPoint &R : Returns)
    if (std::optional<Try> T = tryOf(R); T && !T->Awaited)
      for (const AccessPath &Lock : T->Locks)
        if (isVisible(Lock) && !Exit.Guards.contains(Lock))
          Maybe.emplace(Lock, T->Mode);
  for (const auto &[Lock, Mode] : Maybe) {
    std::optional<bool> ZeroIsSuccess;
    bool Agrees = true, SomeHeld = false;
    auto Tell = [&](bool Zero) {
      Agrees &= !ZeroIsSuccess || *ZeroIsSuccess == Zero;
      ZeroIsSuccess = Zero;
    };
    for (const ReturnPoint &R : Returns) {
      auto Held = R.Held.find(Lock);
      if (std::optional<Try> T = tryOf(R);
          T && !R.Zero && (Held == R.Held.end() || !Held->second.Must)) {
        Agrees &=
            std::find(T->Locks.begin(), T->Locks.end(), Lock) != T->Locks.end();
        Tell(T->ZeroIsSuccess);
        SomeHeld = true;
        continue;
      }
      auto Lend = Lends.find(AccessPath::of(File, R.Value));
      if (Lend != Lends.end() && !R.Zero && Held != R.Held.end() &&
          !Held->second.Must) {
        Tell(!Lend->second.front().ZeroIsGone);
        Agrees &= Lend->second.size() == 1 && Lend->second[0].Lock == Lock;
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
      Summary.Tells.push_back({asReturned(Lock), Mode, *ZeroIsSuccess});
  }
}

// A caller's lock that is given back on some returns only, in the same way.
void LockFlow::findLent(const LockState &Exit) {
  for (const AccessPath &Lock : Exit.Lacking) {
    std::optional<bool> ZeroIsGone;
    bool Agrees = isVisible(Lock), SomeGone = false, SomeLeft = false;
    for (const ReturnPoint &R : Returns) {
      const bool Gone = R.Lacking.contains(Lock);
      // What is held there may be given back by the end of a guard.
      Agrees &= R.Zero && !R.Held.contains(Lock) &&
                (!ZeroIsGone || *ZeroIsGone == (*R.Zero == Gone));
      if (!Agrees)
        break;
      ZeroIsGone = *R.Zero == Gone;
      SomeGone |= Gone;
      SomeLeft |= !Gone;
    }
    if (Agrees && SomeGone && SomeLeft)
      Summary.Lends.push_back({Lock, *ZeroIsGone});
  }
}

} // namespace gridlock
