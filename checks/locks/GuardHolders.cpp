// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/GuardHolders.h"

#include "checks/engine/Classify.h"
#include "checks/locks/LockPaths.h"

#include <algorithm>

namespace gridlock {

namespace {

template <std::size_t N>
bool isOneOf(std::string_view Name, const std::string_view (&Names)[N]) {
  return std::find(std::begin(Names), std::end(Names), Name) != std::end(Names);
}

// The guard type among the template arguments of a holder's type.
const rules::Entry *heldGuardType(const Program &P, std::uint32_t Unit,
                                  std::uint32_t Holder) {
  for (std::uint32_t Arg :
       each(P.type(Unit, P.withoutReference(Unit, Holder))->args()))
    if (const rules::Entry *Type = guardType(P, Unit, Arg))
      return Type;
  return nullptr;
}

// Whether what E makes takes the guard over that it is given: else it only
// refers to it.
bool isHandedOver(const Program &P, std::uint32_t Unit, const facts::Event &E) {
  const SymbolId S = P.resolve(Unit, E.symbol());
  if (S == 0)
    return true;
  auto Params = each(P.symbol(S).Fact->params());
  return Params.size() == 0 ||
         Params[0]->pass() == facts::PassMode::RvalueReference ||
         Params[0]->pass() == facts::PassMode::Value;
}

constexpr std::string_view Adders[] = {"emplace_back", "push_back",
                                       "emplace_front", "push_front"};
constexpr std::string_view Makers[] = {"make_unique", "make_shared",
                                       "make_optional"};
constexpr std::string_view Enders[] = {"reset", "clear", "pop_back",
                                       "pop_front", "erase"};

} // namespace

bool mayFillHolder(std::string_view QualifiedName) {
  std::string_view Method = lastComponent(QualifiedName);
  return Method == "emplace" || isOneOf(Method, Adders) ||
         isOneOf(Method, Makers);
}

bool mayEmptyHolder(std::string_view QualifiedName) {
  return isOneOf(lastComponent(QualifiedName), Enders);
}

bool asksHolder(std::string_view QualifiedName) {
  std::string_view Method = lastComponent(QualifiedName);
  return Method == "operator bool" || Method == "has_value";
}

std::optional<HeldGuard> guardIntoHolder(const Program &P, std::uint32_t Unit,
                                         const facts::Event &E) {
  if (E.kind() == facts::EventKind::Construct && E.place() &&
      each(E.args()).size() == 1 && heldGuardType(P, Unit, E.type()) &&
      guardType(P, Unit, typeOf(*each(E.args())[0])) &&
      isHandedOver(P, Unit, E)) {
    HeldGuard Made;
    Made.Moved = each(E.args())[0];
    Made.Holder = AccessPath::of(P.unit(Unit), *E.place());
    Made.Holder.Steps.push_back({facts::StepKind::Deref, {}, {}, 0});
    return Made;
  }
  if (E.kind() != facts::EventKind::Call || E.symbol() == 0)
    return std::nullopt;
  std::string_view Method =
      lastComponent(P.qualifiedName(P.resolve(Unit, E.symbol())));
  bool Adds = isOneOf(Method, Adders);
  HeldGuard Result;
  const rules::Entry *Type = nullptr;
  if ((Adds || Method == "emplace") && E.receiver()) {
    Type = heldGuardType(P, Unit, typeOf(*E.receiver()));
    Result.Holder = AccessPath::of(P.unit(Unit), E.receiver());
  } else if (isOneOf(Method, Makers)) {
    Type = heldGuardType(P, Unit, E.type());
    Result.Holder = AccessPath::ofResult(E.id());
  }
  if (!Type || !Result.Holder || each(E.args()).size() == 0)
    return std::nullopt;
  Result.Many = Adds;
  Result.Holder.Steps.push_back(
      {Adds ? facts::StepKind::IndexUnknown : facts::StepKind::Deref,
       {},
       {},
       0});
  const facts::Value *First = each(E.args())[0];
  if (guardType(P, Unit, typeOf(*First)))
    Result.Moved = First;
  else
    Result.Made = guardFrom(P, Unit, *Type, E);
  return Result;
}

AccessPath emptiedHolder(const Program &P, std::uint32_t Unit,
                         const facts::Event &E) {
  if (E.kind() != facts::EventKind::Call || !E.receiver() || E.symbol() == 0 ||
      !mayEmptyHolder(P.qualifiedName(P.resolve(Unit, E.symbol()))))
    return {};
  return AccessPath::of(P.unit(Unit), E.receiver());
}

} // namespace gridlock
