// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/GuardParameters.h"

#include "checks/engine/Dataflow.h"
#include "checks/engine/Guards.h"

#include <set>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;

namespace {

// The guards that are held on every path to here.
struct Held {
  std::set<std::uint32_t> Parameters;
  bool join(const Held &Other) {
    return std::erase_if(Parameters, [&](std::uint32_t I) {
             return !Other.Parameters.contains(I);
           }) != 0;
  }
};

bool isParameter(const facts::Place *Place) {
  return Place && Place->root() == PlaceRoot::Param && !Place->path();
}

void pass(const Program &P, std::uint32_t Unit, const facts::Event &E,
          Held &State) {
  auto Leaves = [&](const facts::Place *Place) {
    if (isParameter(Place))
      State.Parameters.erase(Place->id());
  };
  const facts::Place *Object = E.receiver() ? E.receiver()->place() : nullptr;
  // The move into the frame is of the parameter into itself.
  bool IsOwn = isParameter(E.place()) && E.value() &&
               isParameter(E.value()->place()) &&
               E.value()->place()->id() == E.place()->id();
  if (IsOwn || E.implicit() == facts::ImplicitKind::Promise)
    return;
  if (E.kind() == EventKind::Call && isParameter(Object)) {
    std::string_view Name = P.qualifiedName(P.resolve(Unit, E.symbol()));
    if (Name.ends_with("::unlock") || Name.ends_with("::release") ||
        Name.ends_with("::swap") ||
        E.implicit() == facts::ImplicitKind::Destructor)
      Leaves(Object);
  }
  if (E.kind() == EventKind::Move || E.kind() == EventKind::Assign ||
      E.kind() == EventKind::Swap || E.kind() == EventKind::Return ||
      E.kind() == EventKind::Construct) {
    Leaves(E.place());
    Leaves(E.value() ? E.value()->place() : nullptr);
  }
  // Handed on, it may be released there.
  for (const facts::Value *Arg : each(E.args()))
    Leaves(Arg->place());
  if (E.value())
    for (const facts::CapturedValue *C : each(E.value()->captures()))
      Leaves(C->value() ? C->value()->place() : nullptr);
}

bool isOfThreads(const Program &P, std::uint32_t Unit, std::uint32_t Type) {
  const rules::Entry *Guard = guardType(P, Unit, Type);
  if (!Guard || Guard->async())
    return false;
  Type = P.withoutReference(Unit, Type);
  for (std::uint32_t Arg : each(P.type(Unit, Type)->args()))
    for (const rules::Entry *E : P.typeEntries(Unit, Arg))
      if (E->kind() == rules::EntryKind::Mutex && E->async())
        return false;
  return true;
}

} // namespace

std::vector<HeldParameter> findHeldParameters(const Program &P, FunctionId Id) {
  const ProgramFunction &F = P.function(Id);
  const ProgramSymbol &S = P.symbol(F.Symbol);
  Held Start;
  auto Params = each(S.Fact->params());
  for (std::uint32_t I = 0; I < Params.size(); ++I)
    if ((Params[I]->pass() == facts::PassMode::Value ||
         Params[I]->pass() == facts::PassMode::RvalueReference) &&
        isOfThreads(P, S.Unit, Params[I]->type()))
      Start.Parameters.insert(I);
  if (Start.Parameters.empty())
    return {};
  auto In = solveForward(
      *F.Fact, Start,
      [&](const facts::Event &E, Held &State) { pass(P, F.Unit, E, State); },
      everyEdge);
  std::vector<HeldParameter> Result;
  for (std::uint32_t I : Start.Parameters) {
    HeldParameter Found{I, {}};
    replay(*F.Fact, In, [&](std::uint32_t, const facts::Event &E, Held &State) {
      if (E.kind() == EventKind::Suspend &&
          (E.suspend() == facts::SuspendKind::Await ||
           E.suspend() == facts::SuspendKind::Yield) &&
          E.readiness() != facts::Readiness::NeverSuspends &&
          State.Parameters.contains(I))
        Found.Suspensions.push_back(&E);
      pass(P, F.Unit, E, State);
    });
    if (!Found.Suspensions.empty())
      Result.push_back(std::move(Found));
  }
  return Result;
}

} // namespace gridlock
