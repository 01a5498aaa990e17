// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/RequiredLocks.h"

#include "checks/engine/Annotations.h"
#include "checks/engine/Classify.h"

namespace gridlock {

using facts::PlaceRoot;
using facts::StepKind;

namespace {

// Appends to LOCK, an object of class TYPE, the way to what its methods lock.
void enterWrapper(const Program &P, std::uint32_t Unit, std::uint32_t Type,
                  AccessPath &Lock) {
  auto Takes = [&](SymbolId S) {
    for (const CapabilityEffect &C : capabilityEffects(P, S))
      if (C.Does == CapabilityEffect::Acquires &&
          C.Lock.Root == PlaceRoot::This && C.Lock.Steps.empty())
        return true;
    return false;
  };
  for (std::uint32_t Method : each(P.type(Unit, Type)->methods())) {
    SymbolId S = P.resolve(Unit, Method);
    FunctionId Body = P.symbol(S).Body;
    if (Body == NoFunction || !Takes(S))
      continue;
    for (const CallEvent &C : P.callEvents(Body))
      for (const rules::Entry *Entry : P.entries(C.Callee)) {
        if (!does(*Entry, rules::Effect::Acquires))
          continue;
        AccessPath Inner = lockArgument(P, Body, *C.Event, Entry->lock());
        if (Inner.Root != PlaceRoot::This)
          continue;
        Lock.Steps.insert(Lock.Steps.end(), Inner.Steps.begin(),
                          Inner.Steps.end());
        return;
      }
  }
}

} // namespace

std::vector<RequiredLock> requiredLocks(const Program &P, FunctionId F) {
  std::vector<RequiredLock> Result;
  SymbolId S = P.function(F).Symbol;
  const facts::Symbol *Fact = P.symbol(S).Fact;
  if (each(Fact->attributes()).empty() && each(Fact->overrides()).empty())
    return Result;
  for (const CapabilityEffect &C : capabilityEffects(P, S)) {
    if (C.Does != CapabilityEffect::Requires || C.Type == 0)
      continue;
    RequiredLock R{C.Lock, C.Shared ? rules::LockMode::Shared
                                    : rules::LockMode::Exclusive};
    std::uint32_t Type = P.withoutReference(C.Unit, C.Type);
    if (P.type(C.Unit, Type)->kind() == facts::TypeKind::Pointer) {
      Type = P.type(C.Unit, Type)->pointee();
      if (!C.IsAddress)
        R.Lock.Steps.push_back({StepKind::Deref, {}, {}, 0});
    }
    enterWrapper(P, C.Unit, Type, R.Lock);
    Result.push_back(std::move(R));
  }
  return Result;
}

} // namespace gridlock
