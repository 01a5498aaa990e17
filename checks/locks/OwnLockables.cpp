// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/OwnLockables.h"

#include "checks/engine/Classify.h"
#include "checks/engine/Guards.h"
#include "checks/locks/LockPaths.h"

namespace gridlock {

namespace {

constexpr int MaxBases = 4; // of bases, as deep as a mixin goes

FunctionId find(const Program &P, std::uint32_t Unit, std::uint32_t Type,
                std::string_view Method, int Depth) {
  const facts::Type *T = P.type(Unit, Type);
  for (std::uint32_t M : each(T->methods())) {
    SymbolId S = P.resolve(Unit, M);
    if (FunctionId Body = P.symbol(S).Body;
        Body != NoFunction && lastComponent(P.qualifiedName(S)) == Method &&
        each(P.symbol(S).Fact->params()).size() == 0)
      return Body;
  }
  if (Depth > 0)
    for (std::uint32_t Base : each(T->bases()))
      if (FunctionId Body = find(P, Unit, Base, Method, Depth - 1);
          Body != NoFunction)
        return Body;
  return NoFunction;
}

} // namespace

FunctionId ownLocking(const Program &P, std::uint32_t Unit, std::uint32_t Type,
                      rules::LockMode Mode) {
  Type = P.withoutReference(Unit, Type);
  if (P.type(Unit, Type)->kind() == facts::TypeKind::Pointer)
    Type = P.type(Unit, Type)->pointee();
  if (Type == 0 || P.type(Unit, Type)->kind() != facts::TypeKind::Record ||
      !P.typeEntries(Unit, Type).empty())
    return NoFunction;
  return find(P, Unit, Type,
              Mode == rules::LockMode::Shared ? "lock_shared" : "lock",
              MaxBases);
}

std::vector<FunctionId> ownLockings(const Program &P, std::uint32_t Unit,
                                    const facts::Event &E) {
  std::vector<FunctionId> Result;
  auto Add = [&](const facts::Value *Lock, rules::LockMode Mode) {
    if (FunctionId F =
            Lock ? ownLocking(P, Unit, Lock->type(), Mode) : NoFunction;
        F != NoFunction)
      Result.push_back(F);
  };
  if (auto Guard = guardConstruction(P, Unit, E))
    for (const facts::Value *Lock : Guard->Locks)
      Add(Lock, Guard->Type->mode());
  for (const rules::Entry *Entry : P.entries(P.resolve(Unit, E.symbol())))
    if (does(*Entry, rules::Effect::Acquires) && Entry->lock() == -2)
      for (const facts::Value *Lock : each(E.args()))
        Add(Lock, Entry->mode());
  return Result;
}

} // namespace gridlock
