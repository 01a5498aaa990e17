// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockKinds.h"

#include "checks/engine/Classify.h"

#include <algorithm>
#include <optional>

namespace gridlock {

using facts::EventKind;

namespace {

// The type of the object itself, whatever base of it is meant.
std::uint32_t derivedType(const facts::Place &Place) {
  auto Path = each(Place.path());
  std::size_t Length = Path.size();
  while (Length > 0 && Path[Length - 1]->kind() == facts::StepKind::Base)
    --Length;
  return Length == 0 ? Place.type() : Path[Length - 1]->type();
}

} // namespace

bool LockKinds::isNotRecursive(const ChainLink &Site, FunctionId F,
                               const AccessPath &Lock) const {
  if (!Site.Site || !isOfPlainType(Site))
    return false;
  if (!Made)
    Made.emplace(P);
  const SymbolId Taker =
      P.resolve(P.function(Site.Function).Unit, Site.Site->symbol());
  return !Made->mayBe(F, Lock,
                      P.qualifiedName(Taker).starts_with("pthread_mutex_"));
}

// Whether a lock of that type, taken in that way, is not recursive by itself.
bool LockKinds::isOfPlainType(const ChainLink &Site) const {
  std::uint32_t Unit = P.function(Site.Function).Unit;
  const facts::Event &E = *Site.Site;
  // Whether it waits for itself; empty: it is no mutex that is known.
  auto IsMutex = [&](std::uint32_t U,
                     std::uint32_t Type) -> std::optional<bool> {
    Type = P.withoutReference(U, Type);
    if (P.type(U, Type)->kind() == facts::TypeKind::Pointer)
      Type = P.type(U, Type)->pointee();
    for (const rules::Entry *T : P.typeEntries(U, Type))
      if (T->kind() == rules::EntryKind::Mutex)
        return !T->recursive() && !T->async();
    return std::nullopt;
  };
  SymbolId Callee = P.resolve(Unit, E.symbol());
  std::string_view Name = P.qualifiedName(Callee);
  if (semaphoreUse(P, Callee) != SemaphoreUse::None ||
      Name.starts_with("pthread_mutex_") || Name.starts_with("pthread_spin_") ||
      Name.starts_with("pthread_rwlock_") || Name.starts_with("mtx_"))
    return true;
  if (E.kind() == EventKind::Call && E.receiver()) {
    // The object's own class may be recursive where its base is not.
    if (const facts::Place *Place = E.receiver()->place())
      if (auto Known = IsMutex(Unit, derivedType(*Place)))
        return *Known;
    const ProgramSymbol &S = P.symbol(Callee);
    if (IsMutex(S.Unit, S.Fact->record()).value_or(false))
      return true;
  }
  // Functions: what they are given to lock.
  if (E.kind() == EventKind::Call && !E.receiver())
    for (const rules::Entry *Entry : P.entries(Callee))
      if (does(*Entry, rules::Effect::Acquires))
        if (const facts::Value *Lock = argument(E, Entry->lock()))
          return IsMutex(Unit, typeOf(*Lock)).value_or(false);
  // Guards: what they are given, or what they are guards of.
  auto Args = each(E.args());
  if (E.kind() == EventKind::Construct &&
      std::any_of(Args.begin(), Args.end(), [&](const facts::Value *Arg) {
        return IsMutex(Unit, Arg->type()).value_or(false);
      }))
    return true;
  std::uint32_t Guard = E.kind() == EventKind::Construct ? E.type()
                        : E.receiver()                   ? E.receiver()->type()
                                                         : 0;
  auto Of = each(P.type(Unit, P.withoutReference(Unit, Guard))->args());
  return std::any_of(Of.begin(), Of.end(), [&](std::uint32_t T) {
    return IsMutex(Unit, T).value_or(false);
  });
}

} // namespace gridlock
