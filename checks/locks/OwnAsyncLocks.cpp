// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/OwnAsyncLocks.h"

#include "checks/engine/QualifiedNames.h"

#include <algorithm>

namespace gridlock {

namespace {

// Whether values of a type are made to be awaited and are no tasks, which may
// do more than to take a lock.
bool isAwaiter(const Program &P, std::uint32_t Unit, std::uint32_t Type) {
  const facts::Type *T = P.type(Unit, P.withoutReference(Unit, Type));
  if (T->kind() != facts::TypeKind::Record || T->promise() ||
      !P.typeEntries(Unit, P.withoutReference(Unit, Type)).empty())
    return false;
  auto Methods = each(T->methods());
  return std::any_of(Methods.begin(), Methods.end(), [&](std::uint32_t M) {
    std::string_view Name = lastComponent(P.qualifiedName(P.resolve(Unit, M)));
    return Name == "await_suspend" || Name == "operator co_await";
  });
}

bool isPlainMethod(const Program &P, SymbolId S, std::string_view Name) {
  return lastComponent(P.qualifiedName(S)) == Name &&
         each(P.symbol(S).Fact->params()).size() == 0;
}

bool takes(const Program &P, SymbolId S) {
  const ProgramSymbol &Method = P.symbol(S);
  return isPlainMethod(P, S, "lock") &&
         isAwaiter(P, Method.Unit, Method.Fact->result_type());
}

} // namespace

OwnAsyncMethod ownAsyncMethod(const Program &P, SymbolId S) {
  const ProgramSymbol &Method = P.symbol(S);
  const std::uint32_t Record = Method.Fact->record();
  const bool Takes = takes(P, S);
  if (Record == 0 || (!Takes && !isPlainMethod(P, S, "unlock")) ||
      !P.entries(S).empty() || !P.typeEntries(Method.Unit, Record).empty())
    return OwnAsyncMethod::None;
  for (std::uint32_t M : each(P.type(Method.Unit, Record)->methods())) {
    const SymbolId Other = P.resolve(Method.Unit, M);
    if (Takes && isPlainMethod(P, Other, "unlock"))
      return OwnAsyncMethod::Takes;
    if (!Takes && takes(P, Other))
      return OwnAsyncMethod::GivesBack;
  }
  return OwnAsyncMethod::None;
}

} // namespace gridlock
