// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What functions of libraries do with callables: keep them and give them back,
// make objects of the program's classes with them, hand them on as user data.
#include "checks/engine/CallableFlow.h"

#include "checks/engine/Adjacency.h"
#include "checks/engine/Classify.h"

#include <algorithm>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;
using facts::StepKind;
using facts::TypeKind;
using facts::ValueKind;

std::vector<FunctionId>
CallableFlow::constructors(FunctionId F, const facts::Event &E) const {
  std::vector<FunctionId> Result;
  std::uint32_t Unit = P.function(F).Unit;
  SymbolId Maker = P.resolve(Unit, E.symbol());
  if (E.kind() != EventKind::Call || Constructors.empty() ||
      (P.symbol(Maker).Bits & Callee::MakesInPlace) == 0)
    return Result;
  auto Of = [&](std::uint32_t Type) {
    for (std::uint32_t Made : each(P.type(Unit, Type)->args())) {
      auto It = Constructors.find(P.typeName(Unit, Made));
      if (It == Constructors.end())
        continue;
      for (FunctionId Constructor : It->second) {
        const facts::Symbol *S = P.symbol(P.function(Constructor).Symbol).Fact;
        if (each(S->params()).size() <= each(E.args()).size() &&
            !hasFlag(S->flags(), facts::SymbolFlag::CopyOrMove))
          Result.push_back(Constructor);
      }
    }
  };
  Of(P.withoutReference(Unit, E.type()));
  if (E.receiver())
    Of(P.withoutReference(Unit, typeOf(*E.receiver())));
  // The one that takes most of them.
  std::size_t Most = 0;
  auto Takes = [&](FunctionId Constructor) {
    return each(P.symbol(P.function(Constructor).Symbol).Fact->params()).size();
  };
  for (FunctionId Constructor : Result)
    Most = std::max<std::size_t>(Most, Takes(Constructor));
  std::erase_if(Result, [&](FunctionId Constructor) {
    return Takes(Constructor) != Most;
  });
  sortUnique(Result);
  return Result;
}

// An untyped pointer that the function was given or that a field has: user data
// of a callback, which it knows the type of.
bool CallableFlow::isUserData(FunctionId F, const facts::Value &V) const {
  if (V.kind() != ValueKind::Place || !V.place())
    return false;
  auto Steps = each(V.place()->path());
  const bool IsKept = Steps.empty()
                          ? V.place()->root() == PlaceRoot::Param
                          : Steps[Steps.size() - 1]->kind() == StepKind::Field;
  std::uint32_t Unit = P.function(F).Unit;
  const facts::Type *Type =
      P.type(Unit, Steps.empty() ? V.place()->type()
                                 : Steps[Steps.size() - 1]->type());
  return IsKept && Type->kind() == TypeKind::Pointer &&
         P.typeName(Unit, Type->pointee()) == "void";
}

// A library hands the callback that it is given its user data back, and what is
// in other things that it is given: the elements of a range.
void CallableFlow::passUserData(FunctionId F, const facts::Event &E) {
  auto Args = each(E.args());
  for (const facts::Value *Callback : Args) {
    if (Callback->kind() != ValueKind::Callable)
      continue;
    for (FunctionId Body :
         bodiesOf(P.resolve(P.function(F).Unit, Callback->symbol()))) {
      auto Params = each(P.symbol(P.function(Body).Symbol).Fact->params());
      std::uint32_t Unit = P.function(Body).Unit;
      for (std::uint32_t I = 0; I < Params.size(); ++I) {
        const facts::Type *Type = P.type(Unit, Params[I]->type());
        const bool IsData = Type->kind() == TypeKind::Pointer &&
                            P.typeName(Unit, Type->pointee()) == "void";
        if (!IsData && !holds(Unit, Params[I]->type()))
          continue;
        for (const facts::Value *Arg : Args) {
          if (Arg == Callback)
            continue;
          if (holds(F, *Arg))
            flow(make(parameter(Body, I)), F, Arg);
          else if (IsData && isUserData(F, *Arg))
            edge(make(keyOf(F, *Arg->place())), make(parameter(Body, I)));
        }
      }
    }
  }
}

// A function without a body may keep what it gets and give back what it keeps.
void CallableFlow::libraryCall(FunctionId F, const facts::Event &E,
                               SymbolId Callee) {
  std::uint32_t Unit = P.function(F).Unit;
  NodeId Keeper = NoNode, Result = NoNode;
  if (E.kind() == EventKind::Construct) {
    // A class that hides what it keeps still keeps what it is made of.
    auto Args = each(E.args());
    auto IsCallable = [](const facts::Value *V) {
      return V->kind() == ValueKind::Callable;
    };
    if (E.place() && !Args.empty() &&
        (holdsPlace(F, *E.place()) ||
         std::any_of(Args.begin(), Args.end(), IsCallable)))
      Keeper = make(keyOf(F, *E.place()));
  } else if (E.receiver() && holds(F, *E.receiver()) && E.receiver()->place() &&
             E.dispatch() != facts::Dispatch::Indirect) {
    Keeper = make(keyOf(F, *E.receiver()->place()));
  }
  if (E.kind() == EventKind::Call && holds(Unit, E.type())) {
    Result = make(inner(F, PlaceRoot::CallResult, E.id()));
    if (Keeper != NoNode) {
      edge(Keeper, Result);
      if (P.type(Unit, E.type())->kind() == TypeKind::LvalueReference)
        edge(Result, Keeper);
    }
  }
  auto Args = each(E.args());
  for (FunctionId Constructor : constructors(F, E)) {
    std::uint32_t Count =
        each(P.symbol(P.function(Constructor).Symbol).Fact->params()).size();
    for (std::uint32_t I = 0; I < Count; ++I)
      if (const facts::Value *Arg = Args[Args.size() - Count + I];
          holds(F, *Arg) || executorType(F, *Arg) != 0)
        flow(make(parameter(Constructor, I)), F, Arg);
  }
  auto Params = each(P.symbol(Callee).Fact->params());
  for (std::uint32_t I = 0; I < Args.size(); ++I) {
    if (Keeper != NoNode && isUserData(F, *Args[I]))
      edge(make(keyOf(F, *Args[I]->place())), Keeper);
    if (!holds(F, *Args[I]) && executorType(F, *Args[I]) == 0)
      continue;
    if (Keeper != NoNode) {
      flow(Keeper, F, Args[I]);
      if (E.kind() == EventKind::Call && I < Params.size() &&
          Params[I]->pass() == facts::PassMode::Reference && Args[I]->place())
        edge(Keeper, make(keyOf(F, *Args[I]->place())));
    } else if (Result != NoNode) {
      flow(Result, F, Args[I]);
    }
  }
}

} // namespace gridlock
