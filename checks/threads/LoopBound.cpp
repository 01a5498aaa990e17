// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/threads/LoopBound.h"

#include "checks/engine/Classify.h"
#include "checks/locks/LockModel.h"

#include <algorithm>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;
using facts::StepKind;
using facts::ValueKind;

LoopBoundUses::LoopBoundUses(const Program &P) : P(P) {
  std::vector<std::uint32_t> Units;
  for (std::uint32_t U = 0; U < P.unitCount(); ++U)
    if (knowsBoundTypes(U))
      Units.push_back(U);
  if (Units.empty())
    return;
  findLambdas();
  for (FunctionId F = 0; F < P.functions().size(); ++F) {
    if (!std::binary_search(Units.begin(), Units.end(), P.function(F).Unit))
      continue;
    for (const CallEvent &C : P.callEvents(F)) {
      const facts::Event &E = *C.Event;
      if (C.is(CallEvent::Constructs) ||
          E.implicit() == facts::ImplicitKind::Destructor ||
          E.implicit() == facts::ImplicitKind::Copy)
        continue;
      use(F, E, E.receiver(), true);
      for (const facts::Value *Arg : each(E.args()))
        use(F, E, Arg, false);
    }
  }
}

// Whether a file has a type of which objects belong to a loop, or calls a
// method of one.
bool LoopBoundUses::knowsBoundTypes(std::uint32_t Unit) {
  const facts::File &File = P.unit(Unit).root();
  auto IsBound = [&](std::uint32_t In, std::uint32_t Type) {
    auto Entries = P.typeEntries(In, Type);
    return std::any_of(Entries.begin(), Entries.end(),
                       [](const auto *E) { return E->loop_bound(); });
  };
  for (std::uint32_t T = 1; T < each(File.types()).size(); ++T)
    if (IsBound(Unit, T))
      return true;
  for (std::uint32_t S = 1; S < each(File.symbols()).size(); ++S) {
    const ProgramSymbol &Method = P.symbol(P.resolve(Unit, S));
    if (Method.Fact->record() != 0 && Method.Unit != Unit &&
        IsBound(Method.Unit, Method.Fact->record()))
      return true;
  }
  return false;
}

void LoopBoundUses::findLambdas() {
  for (FunctionId F = 0; F < P.functions().size(); ++F) {
    if (!P.has(F, Has::Callable))
      continue;
    std::uint32_t Unit = P.function(F).Unit;
    auto Note = [&](const facts::Value *V) {
      FunctionId Body = callableBody(P, Unit, V);
      if (Body != NoFunction && V->captures())
        Lambdas.try_emplace(Body, Made{F, V});
    };
    for (const facts::Block *B : each(P.function(F).Fact->blocks()))
      for (const facts::Event *E : each(B->events())) {
        Note(E->value());
        Note(E->receiver());
        for (const facts::Value *Arg : each(E->args()))
          Note(Arg);
      }
  }
}

FunctionId LoopBoundUses::madeIn(FunctionId F) const {
  auto It = Lambdas.find(F);
  return It == Lambdas.end() ? NoFunction : It->second.By;
}

const rules::Entry *LoopBoundUses::boundType(std::uint32_t Unit,
                                             std::uint32_t Type) {
  Type = P.withoutReference(Unit, Type);
  if (P.type(Unit, Type)->kind() == facts::TypeKind::Pointer)
    Type = P.type(Unit, Type)->pointee();
  auto [It, New] = Types.try_emplace(std::uint64_t(Unit) << 32 | Type, nullptr);
  if (New && Type != 0)
    for (const rules::Entry *E : P.typeEntries(Unit, Type))
      if (E->loop_bound())
        It->second = E;
  return It->second;
}

void LoopBoundUses::use(FunctionId F, const facts::Event &E,
                        const facts::Value *V, bool IsReceiver) {
  const ProgramFunction &Fn = P.function(F);
  AccessPath Path = AccessPath::of(P.unit(Fn.Unit), V);
  // What is moved goes to another owner.
  if (!Path || V->moved())
    return;
  SymbolId Callee = P.resolve(Fn.Unit, E.symbol());
  const ProgramSymbol &S = P.symbol(Callee);
  const rules::Entry *Type = nullptr;
  if (IsReceiver && Callee != 0 && S.Fact->record() != 0)
    Type = boundType(S.Unit, S.Fact->record());
  if (!Type)
    Type = boundType(Fn.Unit, typeOf(*V));
  if (!Type || Callee == 0)
    return;
  std::string_view Method = lastComponent(P.qualifiedName(Callee));
  // A smart pointer's own operators, and what only says whose the object is.
  if (Method.starts_with("operator") || Method.starts_with("get_") ||
      Method == "get" || (!IsReceiver && S.Body != NoFunction))
    return;
  LoopBoundUse U{F,  &E, Type,
                 {}, {}, IsReceiver && Method.starts_with("async_")};
  if (resolve(F, std::move(Path), U))
    Uses.push_back(std::move(U));
}

// Names the object in the same way wherever it is used.
bool LoopBoundUses::resolve(FunctionId F, AccessPath Path,
                            LoopBoundUse &U) const {
  for (int Depth = 0; Depth < 6 && Path.Root == PlaceRoot::Capture; ++Depth) {
    auto It = Lambdas.find(F);
    if (It == Lambdas.end())
      break;
    auto Captures = each(It->second.Value->captures());
    if (Path.Id >= Captures.size())
      return false;
    AccessPath Outer = AccessPath::of(P.unit(P.function(It->second.By).Unit),
                                      Captures[Path.Id]->value());
    if (!Outer)
      break;
    Outer.Steps.insert(Outer.Steps.end(), Path.Steps.begin(), Path.Steps.end());
    Path = std::move(Outer);
    F = It->second.By;
  }
  // A member of whatever object; pointers to it are the member.
  while (!Path.Steps.empty() && Path.Steps.back().Kind == StepKind::Deref)
    Path.Steps.pop_back();
  LockName Name = nameOf(Path);
  if (Name.IsElement)
    return false;
  if (!Name.Text.empty()) {
    U.Object = Name.Text;
    U.Display = LockModel::display(Name);
    return true;
  }
  if (Path.Root != PlaceRoot::Local || !Path.Steps.empty())
    return false;
  const ProgramFunction &Fn = P.function(F);
  auto Locals = each(Fn.Fact->locals());
  if (Path.Id >= Locals.size())
    return false;
  U.Display = std::string(P.text(Fn.Unit, Locals[Path.Id]->name()));
  U.Object = std::to_string(F) + '#' + std::to_string(Path.Id);
  return true;
}

} // namespace gridlock
