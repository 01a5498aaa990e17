// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/EmptyEnds.h"

#include "checks/engine/AccessPath.h"
#include "checks/engine/QualifiedNames.h"

#include <algorithm>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;

bool isFuture(const Program &P, std::uint32_t Unit, std::uint32_t Type) {
  return P.typeName(Unit, P.withoutReference(Unit, Type)) == "std::future";
}

bool endsEmpty(const Program &P, FunctionId Id, const facts::Event &End) {
  const ProgramFunction &F = P.function(Id);
  const FactsFile &File = P.unit(F.Unit);
  const AccessPath Object = AccessPath::of(File, End.receiver());
  const bool IsLocal = Object.Root == PlaceRoot::Local && Object.Steps.empty();
  // A temporary that is handed to something is left empty by it.
  const bool IsTemporary = Object.Root == PlaceRoot::Temporary ||
                           Object.Root == PlaceRoot::CallResult;
  if (!IsLocal && !IsTemporary)
    return false;
  auto Gives = [&](const facts::Value *V) {
    return V && (V->moved() || IsTemporary) &&
           AccessPath::of(File, V) == Object;
  };
  bool Gets = false;
  for (const facts::Block *B : each(F.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      auto Args = each(E->args());
      if (Gives(E->value()) || std::any_of(Args.begin(), Args.end(), Gives))
        return true;
      const facts::Value *Made = E->value();
      for (const facts::CapturedValue *C :
           each(Made ? Made->captures() : nullptr))
        if (C->mode() == facts::CaptureMode::ByMove &&
            AccessPath::of(File, C->value()) == Object)
          return true;
      if (E->kind() == EventKind::Return &&
          AccessPath::of(File, E->value()) == Object)
        return true;
      if (E->kind() == EventKind::Call && E->receiver() &&
          AccessPath::of(File, E->receiver()) == Object) {
        const std::string_view Name =
            lastComponent(P.qualifiedName(P.resolve(F.Unit, E->symbol())));
        if (Name == "join" || Name == "detach")
          return true;
      }
      if (E->place() && AccessPath::of(File, *E->place()) == Object)
        Gets |= E->kind() == EventKind::Swap ||
                (E->kind() != EventKind::LifetimeEnd &&
                 (E->value() || Args.size() > 0));
    }
  return IsLocal && !Gets;
}

} // namespace gridlock
