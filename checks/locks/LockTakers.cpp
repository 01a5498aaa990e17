// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockTakers.h"

#include <algorithm>

namespace gridlock {

using facts::FunctionFlag;

LockTakers::LockTakers(const LockModel &Model)
    : Model(Model), P(Model.program()), Callers(Model.callers()) {}

namespace {

// The class of a method; of a lambda, that of the method around it.
std::string_view classOf(const Program &P, FunctionId F) {
  const ProgramSymbol &S = P.symbol(P.enclosing(P.function(F).Symbol));
  return S.Fact->record() == 0 ? std::string_view()
                               : P.typeName(S.Unit, S.Fact->record());
}

} // namespace

// Whether it can be called by who is not part of its class or file.
bool LockTakers::isOpen(FunctionId F) const {
  FunctionFlag Flags = P.function(F).Fact->flags();
  if (P.isSystem(F) ||
      hasFlag(Flags, FunctionFlag::Constructor | FunctionFlag::Destructor |
                         FunctionFlag::Lambda | FunctionFlag::Main |
                         FunctionFlag::StaticInit))
    return false;
  if (!hasFlag(Flags, FunctionFlag::Method))
    return P.symbol(P.function(F).Symbol).Fact->linkage() ==
           facts::Linkage::External;
  if (Callers[F].empty())
    return true;
  return std::any_of(
      Callers[F].begin(), Callers[F].end(),
      [&](FunctionId Caller) { return classOf(P, Caller) != classOf(P, F); });
}

FunctionId LockTakers::besides(FunctionId Holder,
                               const AccessPath &Lock) const {
  LockId Id = Model.find(Lock);
  if (Id == NoLock)
    return NoFunction;
  const auto &All = Model.takers();
  FunctionId ByHelper = NoFunction;
  for (auto It = std::lower_bound(All.begin(), All.end(),
                                  std::pair(Id, FunctionId(0)));
       It != All.end() && It->first == Id; ++It) {
    if (It->second == Holder)
      continue;
    if (isOpen(It->second))
      return It->second;
    for (FunctionId Caller : Callers[It->second])
      if (Caller != Holder && isOpen(Caller))
        ByHelper = Caller;
  }
  return ByHelper;
}

} // namespace gridlock
