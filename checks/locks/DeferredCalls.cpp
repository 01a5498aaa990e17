// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/DeferredCalls.h"

#include "checks/engine/Classify.h"
#include "checks/engine/QualifiedNames.h"

#include <algorithm>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;
using facts::ValueKind;

namespace {

// Whether BY runs BODY, itself or by what it calls.
bool runs(const CallGraph &Calls, FunctionId By, FunctionId Body,
          unsigned Depth) {
  bool Found = false;
  Calls.eachEdge(By, [&](const facts::Event &, const CallEdge &Edge) {
    Found = Found || Edge.Target == Body ||
            (Depth > 0 && Edge.Target != By &&
             runs(Calls, Edge.Target, Body, Depth - 1));
  });
  return Found;
}

} // namespace

bool givesUpDeferred(std::string_view QualifiedName) {
  const std::string Method = lowerCase(lastComponent(QualifiedName));
  return Method == "dismiss" || Method == "cancel" || Method == "release" ||
         Method == "disarm" || Method == "disable" || Method == "deactivate";
}

std::uint32_t madeType(const Program &P, FunctionId F, const facts::Event &E) {
  if (E.kind() != EventKind::Construct || !E.place() ||
      E.place()->root() != PlaceRoot::Local)
    return E.type();
  auto Locals = each(P.function(F).Fact->locals());
  return E.place()->id() < Locals.size() ? Locals[E.place()->id()]->type() : 0;
}

FunctionId deleterOf(const Program &P, FunctionId F, const facts::Event &E,
                     std::uint32_t Type, const facts::Value *&Callable) {
  const std::uint32_t Unit = P.function(F).Unit;
  Callable = nullptr;
  auto Args = each(E.args());
  if (E.kind() != EventKind::Construct || Args.empty())
    return NoFunction;
  if (Owner Kind = ownerKind(P.typeName(Unit, Type));
      Kind != Owner::Unique && Kind != Owner::Shared)
    return NoFunction;
  for (std::uint32_t I = 1; I < Args.size(); ++I)
    if (FunctionId Body = callableBody(P, Unit, Args[I]); Body != NoFunction) {
      Callable = Args[I];
      return Body;
    }
  auto Of = each(P.type(Unit, Type)->args());
  for (std::uint32_t I = 1; I < Of.size(); ++I)
    for (std::uint32_t Method : each(P.type(Unit, Of[I])->methods())) {
      const SymbolId S = P.resolve(Unit, Method);
      if (P.symbol(S).Body != NoFunction &&
          P.qualifiedName(S).ends_with("::operator()"))
        return P.symbol(S).Body;
    }
  return NoFunction;
}

std::optional<DeferredCall> deferredCall(const CallGraph &Calls, FunctionId F,
                                         const facts::Event &E) {
  const Program &P = Calls.program();
  const std::uint32_t Unit = P.function(F).Unit, Type = madeType(P, F, E);
  if (Type == 0 || P.type(Unit, Type)->kind() != facts::TypeKind::Record)
    return std::nullopt;
  AccessPath Object = E.kind() == EventKind::Construct && E.place()
                          ? AccessPath::of(P.unit(Unit), *E.place())
                          : AccessPath::ofResult(E.id());
  if (Object.Root == PlaceRoot::Local)
    Object.Steps.clear(); // made with a member: `defer{callable}`
  const facts::Value *Callable = nullptr;
  if (FunctionId Body = deleterOf(P, F, E, Type, Callable); Body != NoFunction)
    return DeferredCall{std::move(Object), Body, Callable, true};
  const FunctionId End =
      P.symbol(P.resolve(Unit, P.type(Unit, Type)->destructor())).Body;
  if (End == NoFunction)
    return std::nullopt;
  constexpr unsigned MaxDepth = 2;
  auto Runs = [&](const facts::Value *V) {
    const FunctionId Body = callableBody(P, Unit, V);
    return Body != NoFunction && runs(Calls, End, Body, MaxDepth);
  };
  if (Runs(E.value()))
    return DeferredCall{std::move(Object), callableBody(P, Unit, E.value()),
                        E.value(), false};
  for (const facts::Value *Arg : each(E.args()))
    if (Runs(Arg))
      return DeferredCall{std::move(Object), callableBody(P, Unit, Arg), Arg,
                          false};
  return std::nullopt;
}

} // namespace gridlock
