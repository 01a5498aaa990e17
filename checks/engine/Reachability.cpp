// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Reachability.h"

#include "checks/engine/Classify.h"
#include "checks/engine/DeadBlocks.h"
#include "checks/engine/OffLoop.h"

#include <algorithm>

namespace gridlock {

namespace {

// Of several functions that a call may run: by whether it is made on loops
// only.
EdgeKind kindOf(const OffLoop &Elsewhere, FunctionId F, const CallEvent &Site,
                EdgeKind Kind) {
  if (Kind == EdgeKind::SeveralOverrides && Site.is(CallEvent::Virtual) &&
      Elsewhere.isForLoopsOnly(Site.Callee))
    return EdgeKind::OneOverride;
  if (Kind == EdgeKind::Callable && Site.is(CallEvent::ThroughPointer) &&
      Elsewhere.isSharedTable(F, *Site.Event))
    return EdgeKind::SeveralOverrides;
  return Kind;
}

// Whether callers can decide something in F by a constant.
bool takesNumbers(const Program &P, FunctionId F) {
  const ProgramSymbol &S = P.symbol(P.function(F).Symbol);
  auto Params = each(S.Fact->params());
  return std::any_of(
      Params.begin(), Params.end(), [&](const facts::Parameter *Param) {
        const facts::TypeKind Kind = P.type(S.Unit, Param->type())->kind();
        return Kind == facts::TypeKind::Builtin ||
               Kind == facts::TypeKind::Enum;
      });
}

} // namespace

Reachability::Reachability(const Program &P, const CallGraph &Calls,
                           const Contexts &C,
                           const std::function<bool(const Root &)> &Wanted)
    : Roots(C.roots()), Search(P.functions().size()),
      Otherwise(P.functions().size(), false), Unresolved(P.functions().size()) {
  search(P, Calls, C, Wanted);
  findRuledOut(P, Calls);
  if (RuledOut.empty())
    return;
  Search = PathSearch(P.functions().size());
  Unresolved.assign(P.functions().size(), 0);
  AllUnresolved = 0;
  search(P, Calls, C, Wanted);
}

void Reachability::findRuledOut(const Program &P, const CallGraph &Calls) {
  const CallerValues Callers{
      Calls.callSites(), [&](FunctionId Caller) { return reaches(Caller); },
      [&](FunctionId F) { return isCalledByName(P, F); }};
  for (FunctionId F : reached()) {
    if (Otherwise[F] || !takesNumbers(P, F))
      continue;
    const std::vector<bool> Dead = deadBlocks(P, F, Callers);
    const std::span<const CallEvent> Here = P.callEvents(F);
    for (std::size_t I = 0; I < Here.size() && !Dead.empty(); ++I)
      if (Dead[Here[I].Block])
        RuledOut.insert(P.firstCall(F) + I);
  }
}

bool Reachability::isCalledByName(const Program &P, FunctionId F) const {
  const std::optional<Hop> Last = lastCallTo(F);
  return Last && P.symbol(P.resolve(P.function(Last->Caller).Unit,
                                    Last->Site->symbol()))
                         .Body == F;
}

void Reachability::search(const Program &P, const CallGraph &Calls,
                          const Contexts &C,
                          const std::function<bool(const Root &)> &Wanted) {
  for (std::uint32_t I = 0; I < Roots.size(); ++I) {
    const Root &R = Roots[I];
    // What may not run on a loop at all is as uncertain as one of several
    // overrides.
    bool Certain = !R.Handed || R.Handed->Certain;
    if (R.Kind == RootKind::OwnLoop)
      Certain = Calls.ownLoops().of(R.Function)->Certain;
    else if (R.Kind == RootKind::Annotated)
      Certain = !Calls.belongsToThread(R.Function);
    if (!Wanted(R))
      continue;
    Otherwise[R.Function] = true;
    Search.start(R.Function, I,
                 Certain ? EdgeKind::Static : EdgeKind::SeveralOverrides);
  }
  // What was reached by a list of edges is reached no better by it from a
  // function that comes later.
  std::vector<bool> Shown(Calls.edgeLists(), false);
  const OffLoop *Elsewhere = nullptr; // for the first that needs it
  Search.run([&](FunctionId F) {
    C.forEachCallOnLoop(F, [&](std::size_t Call) {
      if (RuledOut.contains(Call))
        return;
      if (Calls.resolution(Call) == Resolution::Unresolved) {
        ++AllUnresolved;
        ++Unresolved[F];
      }
      if (Shown[Calls.edgeList(Call)])
        return;
      Shown[Calls.edgeList(Call)] = true;
      const std::span<const CallEdge> Targets = Calls.edges(Call);
      const CallEvent &Site = P.callEvent(Call);
      const bool IsOneOfSeveral = Targets.size() > 1;
      if (IsOneOfSeveral && !Elsewhere &&
          Site.is(CallEvent::Virtual | CallEvent::ThroughPointer))
        Elsewhere = &C.offLoop();
      for (CallEdge Edge : Targets) {
        if (C.isCoroutineRoot(Edge.Target))
          continue;
        if (P.symbol(Site.Callee).Body != Edge.Target)
          Otherwise[Edge.Target] = true;
        if (Elsewhere && IsOneOfSeveral)
          Edge.Kind = kindOf(*Elsewhere, F, Site, Edge.Kind);
        addEdge(P, C, F, *Site.Event, Edge, IsOneOfSeveral);
      }
    });
  });
}

// Of several callables in one place, a root's own are its likely ones. A lambda
// that a coroutine hands to what it awaits runs for that coroutine.
void Reachability::addEdge(const Program &P, const Contexts &C, FunctionId F,
                           const facts::Event &E, const CallEdge &Edge,
                           bool IsOneOfSeveral) {
  if (Edge.Kind != EdgeKind::Callable) {
    Search.edge(F, E, Edge);
    return;
  }
  SymbolId Target = P.function(Edge.Target).Symbol;
  SymbolId Around = P.enclosing(Target);
  bool Foreign = Around != P.enclosing(P.function(rootOf(F).Function).Symbol);
  FunctionId Maker = P.symbol(Around).Body;
  if (Foreign && Around != Target && Maker != NoFunction &&
      C.isCoroutineRoot(Maker) && Search.reaches(Maker))
    if (const facts::Event *Site = madeIn(P, C, Maker, Edge.Target)) {
      Search.edge(Maker, *Site, Edge);
      return;
    }
  Search.edge(F, E, Edge, Foreign && IsOneOfSeveral ? 1 : 0);
}

// Where MAKER hands over the lambda, as far as it is on the loop there.
const facts::Event *Reachability::madeIn(const Program &P, const Contexts &C,
                                         FunctionId Maker, FunctionId Lambda) {
  const ProgramFunction &Fn = P.function(Maker);
  const facts::Event *Result = nullptr;
  C.forEachOnLoop(Maker, [&](std::uint32_t, const facts::Event &E) {
    auto Is = [&](const facts::Value *V) {
      return callableBody(P, Fn.Unit, V) == Lambda;
    };
    auto Args = each(E.args());
    if (!Result && (Is(E.value()) || std::any_of(Args.begin(), Args.end(), Is)))
      Result = &E;
  });
  return Result;
}

} // namespace gridlock
