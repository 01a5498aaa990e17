// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Guards.h"
#include "checks/engine/QualifiedNames.h"

namespace gridlock {

namespace {

// What a tag argument asks for; several libraries have their own tags of these
// names.
std::optional<GuardStart> tagOf(std::string_view Type) {
  Type = lastComponent(Type);
  if (Type == "defer_lock_t")
    return GuardStart::Defers;
  if (Type == "try_to_lock_t")
    return GuardStart::Tries;
  if (Type == "adopt_lock_t")
    return GuardStart::Adopts;
  return std::nullopt;
}

bool isAsyncLock(const Program &P, std::uint32_t Unit, std::uint32_t Type) {
  Type = P.withoutReference(Unit, Type);
  if (P.type(Unit, Type)->kind() == facts::TypeKind::Pointer)
    Type = P.type(Unit, Type)->pointee();
  for (const rules::Entry *E : P.typeEntries(Unit, Type))
    if (E->kind() == rules::EntryKind::Mutex && E->async())
      return true;
  return false;
}

} // namespace

const rules::Entry *guardType(const Program &P, std::uint32_t Unit,
                              std::uint32_t Type) {
  Type = P.withoutReference(Unit, Type);
  if (Type != 0)
    for (const rules::Entry *E : P.typeEntries(Unit, Type))
      if (E->kind() == rules::EntryKind::Guard)
        return E;
  return nullptr;
}

GuardConstruction guardFrom(const Program &P, std::uint32_t Unit,
                            const rules::Entry &Type, const facts::Event &E) {
  GuardConstruction Result{&Type, GuardStart::Locks, {}, Type.async()};
  for (const facts::Value *Arg : each(E.args())) {
    std::uint32_t ArgType = P.withoutReference(Unit, Arg->type());
    if (auto Tag = tagOf(P.typeName(Unit, ArgType)))
      Result.Start = *Tag;
    else if (Arg->is_duration() ||
             P.typeName(Unit, ArgType).starts_with("std::chrono::"))
      Result.Start = GuardStart::Tries;
    else {
      Result.Locks.push_back(Arg);
      Result.Async |= isAsyncLock(P, Unit, Arg->type());
    }
  }
  return Result;
}

std::optional<GuardConstruction>
guardConstruction(const Program &P, std::uint32_t Unit, const facts::Event &E) {
  SymbolId S = P.resolve(Unit, E.symbol());
  if (E.kind() != facts::EventKind::Construct || S == 0 ||
      hasFlag(P.symbol(S).Fact->flags(), facts::SymbolFlag::CopyOrMove))
    return std::nullopt;
  const ProgramSymbol &Constructor = P.symbol(S);
  const rules::Entry *Type =
      guardType(P, Constructor.Unit, Constructor.Fact->record());
  if (!Type)
    return std::nullopt;
  return guardFrom(P, Unit, *Type, E);
}

} // namespace gridlock
