// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/OffLoop.h"

#include "checks/engine/Classify.h"

#include <algorithm>

namespace gridlock {

using facts::FunctionFlag;

namespace {

// The table of functions that the call goes through: a structure to which the
// object points that it is called for.
std::string_view tableOf(const Program &P, FunctionId F,
                         const facts::Event &E) {
  if (E.dispatch() != facts::Dispatch::Indirect || !E.receiver() ||
      !E.receiver()->place())
    return {};
  std::uint32_t Unit = P.function(F).Unit;
  std::string_view Table;
  unsigned Fields = 0;
  for (const facts::Step *Step : each(E.receiver()->place()->path()))
    if (Step->kind() == facts::StepKind::Field) {
      Table = P.text(Unit, Step->owner());
      ++Fields;
    }
  return Fields > 1 ? Table : std::string_view();
}

// Whether an object that is made or destroyed calls a method of its own: of the
// class that is, not of one that overrides it.
bool isOfOwnMaking(const Program &P, FunctionId F, const facts::Event &E) {
  return hasFlag(P.functions()[F].Flags,
                 FunctionFlag::Constructor | FunctionFlag::Destructor) &&
         E.receiver() && E.receiver()->place() &&
         E.receiver()->place()->root() == facts::PlaceRoot::This &&
         std::all_of(each(E.receiver()->place()->path()).begin(),
                     each(E.receiver()->place()->path()).end(),
                     [](const facts::Step *S) {
                       return S->kind() == facts::StepKind::Base;
                     });
}

} // namespace

OffLoop::OffLoop(const Program &P, const CallGraph &Calls, const Contexts &C)
    : P(P), Calls(Calls), C(C), IsRoot(P.functions().size(), false) {
  const std::size_t Count = P.functions().size();
  std::vector<bool> IsCalled(Count, false), Offloaded(Count, false);
  for (FunctionId F = 0; F < Count; ++F) {
    Calls.eachEdge(F, [&](const facts::Event &, const CallEdge &To) {
      IsCalled[To.Target] = true;
    });
    IsRoot[F] = Offloaded[F] = C.isCoroutineRoot(F);
  }
  for (const Root &R : C.roots()) {
    // An event loop that the program wrote is called like other functions.
    IsRoot[R.Function] = R.Kind != RootKind::OwnLoop;
    Offloaded[R.Function] = false;
  }
  std::vector<FunctionId> Known, Unknown;
  for (FunctionId F = 0; F < Count; ++F) {
    if (Offloaded[F] || Calls.runsOnThreads(F) ||
        hasFlag(P.functions()[F].Flags,
                FunctionFlag::Main | FunctionFlag::StaticInit))
      Known.push_back(F);
    else if (!IsRoot[F] && !IsCalled[F])
      Unknown.push_back(F);
    if (IsRoot[F] && C.isCoroutineRoot(F) && !Offloaded[F])
      eachAway(F, [&](std::size_t Call) {
        note(F, Call, true);
        for (const CallEdge &To : Calls.edges(Call))
          Known.push_back(To.Target);
      });
  }
  std::vector<bool> Reached(Count, false);
  spread(Reached, std::move(Known), true);
  spread(Reached, std::move(Unknown), false);
}

// THEN(call) for what F does where it is on no loop.
template <typename Use> void OffLoop::eachAway(FunctionId F, Use Then) const {
  std::set<std::size_t> On;
  if (C.switches(F) || Calls.ownLoops().of(F))
    C.forEachCallOnLoop(F, [&](std::size_t Call) { On.insert(Call); });
  else if (IsRoot[F])
    return;
  for (std::size_t I = 0; I < P.callEvents(F).size(); ++I)
    if (!On.contains(P.firstCall(F) + I))
      Then(P.firstCall(F) + I);
}

void OffLoop::spread(std::vector<bool> &Reached,
                     std::vector<FunctionId> Pending, bool Certain) {
  while (!Pending.empty()) {
    FunctionId F = Pending.back();
    Pending.pop_back();
    if (Reached[F])
      continue;
    Reached[F] = true;
    auto Visit = [&](std::size_t Call) {
      note(F, Call, Certain);
      for (const CallEdge &To : Calls.edges(Call))
        if (!C.isCoroutineRoot(To.Target) && !Reached[To.Target])
          Pending.push_back(To.Target);
    };
    if (IsRoot[F]) // called by name, away from its loop
      for (std::size_t I = 0; I < P.callEvents(F).size(); ++I)
        Visit(P.firstCall(F) + I);
    else
      eachAway(F, Visit);
  }
}

void OffLoop::note(FunctionId F, std::size_t Call, bool Certain) {
  const CallEvent &Site = P.callEvent(Call);
  if (!Site.is(CallEvent::Virtual | CallEvent::ThroughPointer) ||
      isOfOwnMaking(P, F, *Site.Event))
    return;
  const std::span<const CallEdge> Targets = Calls.edges(Call);
  const bool Blocks =
      std::any_of(Targets.begin(), Targets.end(), [&](const CallEdge &To) {
        return P.calls(To.Target, callsEffect(rules::Effect::Blocks)) &&
               !hasFlag(P.functions()[To.Target].Flags,
                        FunctionFlag::Destructor);
      });
  if (Site.is(CallEvent::Virtual) && Site.Callee != 0) {
    const ProgramSymbol &S = P.symbol(Site.Callee);
    Methods.insert(Site.Callee);
    for (std::uint32_t Base : each(S.Fact->overrides()))
      Methods.insert(P.resolve(S.Unit, Base));
    if (Blocks)
      Classes.insert(P.typeName(S.Unit, S.Fact->record()));
  } else if (Certain && Blocks) {
    if (std::string_view Table = tableOf(P, F, *Site.Event); !Table.empty())
      Tables.insert(Table);
  }
}

bool OffLoop::isForLoopsOnly(SymbolId Method) const {
  const ProgramSymbol &S = P.symbol(Method);
  return !Methods.contains(Method) &&
         !Classes.contains(P.typeName(S.Unit, S.Fact->record()));
}

bool OffLoop::isSharedTable(FunctionId F, const facts::Event &Call) const {
  return Tables.contains(tableOf(P, F, Call));
}

} // namespace gridlock
