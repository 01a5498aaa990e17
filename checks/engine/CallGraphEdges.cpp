// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The edges of all calls, found once and kept by the call's number.
#include "checks/engine/CallGraph.h"

namespace gridlock {

using rules::Effect;

std::uint32_t CallGraph::addList(std::span<const CallEdge> List) {
  if (List.empty())
    return 0;
  Edges.insert(Edges.end(), List.begin(), List.end());
  ListStart.push_back(static_cast<std::uint32_t>(Edges.size()));
  return static_cast<std::uint32_t>(ListStart.size() - 2);
}

// What `findEdges` says of a call of a library function of which it is known,
// without a look at the call, that it runs nothing of the program.
std::optional<Resolution> CallGraph::runsNothing(const CallEvent &C) const {
  const ProgramSymbol &To = P.symbol(C.Callee);
  if ((To.Bits & callsEffect(Effect::RunsCallable)) != 0)
    return std::nullopt;
  if ((To.Bits & Callee::KnownEntry) != 0)
    return Resolution::Classified;
  if (C.Callee == 0 || C.is(CallEvent::ThroughPointer | CallEvent::Virtual) ||
      To.Body != NoFunction || (To.Bits & Callee::MakesInPlace) != 0 ||
      Owned.mayEnd(C.Callee) ||
      !hasFlag(To.Flags, facts::SymbolFlag::InSystemHeader))
    return std::nullopt;
  return Resolution::Library;
}

// What `findEdges` finds for each call. Most call one function or one method
// and pass it nothing that it calls: these share a list for each callee.
void CallGraph::keepEdges() {
  constexpr std::uint32_t Unmade = ~0u;
  ListStart.push_back(0); // list 0 is empty
  ListOf.reserve(P.callCount());
  Resolutions.reserve(P.callCount());
  std::vector<std::uint32_t> Named(P.symbolCount(), Unmade),
      Overridden(P.symbolCount(), Unmade);
  std::vector<CallEdge> Targets;
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    for (const CallEvent &C : P.callEvents(F)) {
      const bool Virtual = C.is(CallEvent::Virtual);
      const ProgramSymbol &To = P.symbol(C.Callee);
      std::uint32_t List = Unmade;
      if (C.Callee != 0 && !C.is(CallEvent::ThroughPointer) &&
          (To.Bits & Callee::KnownEntry) == 0) {
        std::uint32_t &Shared = (Virtual ? Overridden : Named)[C.Callee];
        if (Shared == Unmade) {
          Targets.clear();
          addTarget(NoFunction, C.Callee, Virtual, Targets);
          Shared = addList(Targets);
        }
        List = Shared;
        for (const CallEdge &Edge : edgesIn(Shared))
          if (Edge.Target == F ||
              (C.is(CallEvent::MayPass) && Invokes[Edge.Target]))
            List = Unmade;
      }
      Resolution How = Resolution::Followed;
      if (auto Nowhere = runsNothing(C); Nowhere && (List == Unmade || !List)) {
        How = *Nowhere;
        List = 0;
      } else if (List == Unmade || List == 0) {
        Targets.clear();
        How = findEdges(F, *C.Event, Targets);
        List = addList(Targets);
      }
      ListOf.push_back(List);
      Resolutions.push_back(How);
    }
}

Resolution CallGraph::follow(FunctionId F, const facts::Event &E,
                             std::vector<CallEdge> &Targets) const {
  // What is kept is found sooner than it is made, unless there are many.
  constexpr std::size_t Many = 32;
  const std::span<const CallEvent> Here = P.callEvents(F);
  if (Here.size() <= Many)
    for (std::size_t I = 0; I < Here.size(); ++I)
      if (Here[I].Event == &E) {
        const std::size_t Call = P.firstCall(F) + I;
        for (const CallEdge &Edge : edges(Call))
          Targets.push_back(Edge);
        return resolution(Call);
      }
  return findEdges(F, E, Targets);
}

} // namespace gridlock
