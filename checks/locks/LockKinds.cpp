// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockKinds.h"

#include <algorithm>

namespace gridlock {

using facts::EventKind;

LockKinds::LockKinds(const Program &P) : P(P) {
  for (SymbolId S = 1; S < P.symbolCount(); ++S)
    SetsTypes |= P.qualifiedName(S) == "pthread_mutexattr_settype";
}

bool LockKinds::isNotRecursive(const ChainLink &Site) const {
  if (!Site.Site)
    return false; // somewhere else
  std::uint32_t Unit = P.function(Site.Function).Unit;
  const facts::Event &E = *Site.Site;
  auto IsMutex = [&](std::uint32_t U, std::uint32_t Type) {
    Type = P.withoutReference(U, Type);
    if (P.type(U, Type)->kind() == facts::TypeKind::Pointer)
      Type = P.type(U, Type)->pointee();
    for (const rules::Entry *T : P.typeEntries(U, Type))
      if (T->kind() == rules::EntryKind::Mutex)
        return !T->recursive() && !T->async();
    return false;
  };
  SymbolId Callee = P.resolve(Unit, E.symbol());
  std::string_view Name = P.qualifiedName(Callee);
  if (Name.starts_with("pthread_mutex_"))
    return !SetsTypes;
  if (Name.starts_with("pthread_spin_") || Name.starts_with("pthread_rwlock_"))
    return true;
  if (E.kind() == EventKind::Call && E.receiver()) {
    const ProgramSymbol &S = P.symbol(Callee);
    if (IsMutex(S.Unit, S.Fact->record()))
      return true;
  }
  // Guards: what they are given, or what they are guards of.
  auto Args = each(E.args());
  if (E.kind() == EventKind::Construct &&
      std::any_of(Args.begin(), Args.end(), [&](const facts::Value *Arg) {
        return IsMutex(Unit, Arg->type());
      }))
    return true;
  std::uint32_t Guard = E.kind() == EventKind::Construct ? E.type()
                        : E.receiver()                   ? E.receiver()->type()
                                                         : 0;
  auto Of = each(P.type(Unit, P.withoutReference(Unit, Guard))->args());
  return std::any_of(Of.begin(), Of.end(),
                     [&](std::uint32_t T) { return IsMutex(Unit, T); });
}

} // namespace gridlock
