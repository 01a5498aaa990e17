// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/OwnLoops.h"

#include "checks/engine/CallableFlow.h"
#include "checks/engine/Classify.h"

#include <algorithm>

namespace gridlock {

namespace {

constexpr int MaxWrapping = 3; // functions around the wait

// A client that polls its only connection is no loop.
bool waitsForOne(const facts::Event &E, Program::EntryList Entries) {
  return std::any_of(
      Entries.begin(), Entries.end(), [&](const rules::Entry *Entry) {
        const facts::Value *V =
            Entry->count() >= 0 ? argument(E, Entry->count()) : nullptr;
        return V && V->kind() == facts::ValueKind::Constant &&
               V->integer() <= 1;
      });
}

// The blocks of the smallest loop with BLOCK in it for which GOOD holds.
template <typename Predicate>
std::vector<bool> smallestLoop(const facts::Function &F, std::uint32_t Block,
                               Predicate Good) {
  auto Blocks = each(F.blocks());
  std::vector<std::vector<std::uint32_t>> Before(Blocks.size());
  std::map<std::uint32_t, std::vector<std::uint32_t>> Back; // header -> latches
  for (std::uint32_t B = 0; B < Blocks.size(); ++B)
    for (const facts::Edge *E : each(Blocks[B]->edges()))
      if (E->to() < Blocks.size()) {
        Before[E->to()].push_back(B);
        if (E->back())
          Back[E->to()].push_back(B);
      }
  std::vector<bool> Best;
  std::size_t BestSize = Blocks.size() + 1;
  for (const auto &[Header, Latches] : Back) {
    std::vector<bool> Body(Blocks.size(), false);
    std::vector<std::uint32_t> Pending = Latches;
    Body[Header] = true;
    std::size_t Size = 1;
    while (!Pending.empty()) {
      std::uint32_t B = Pending.back();
      Pending.pop_back();
      if (Body[B])
        continue;
      Body[B] = true;
      ++Size;
      Pending.insert(Pending.end(), Before[B].begin(), Before[B].end());
    }
    if (Body[Block] && Size < BestSize && Good(Body)) {
      Best = std::move(Body);
      BestSize = Size;
    }
  }
  return Best;
}

} // namespace

OwnLoops::OwnLoops(const Program &P, const CallableFlow &Flow)
    : P(P), Flow(Flow) {
  Waiters Round = multiplexers();
  for (int Depth = 0; Depth <= MaxWrapping && !Round.empty(); ++Depth)
    Round = findLoops(Round, Depth == 0);
}

OwnLoops::Waiters OwnLoops::multiplexers() const {
  Waiters Result;
  for (SymbolId S = 1; S < P.symbolCount(); ++S) {
    const ProgramSymbol &Known = P.symbol(S);
    if (Known.Body != NoFunction)
      continue;
    if ((Known.Bits & callsEffect(rules::Effect::WaitsForEvents)) != 0)
      Result[S] = Strength::Sure;
    else if ((Known.Bits & callsEffect(rules::Effect::WaitsForSome)) != 0)
      Result[S] = Strength::Weak;
  }
  return Result;
}

// How surely the call waits, by name or through what holds a function of ROUND.
const OwnLoops::Strength *OwnLoops::waiterAt(FunctionId F, const CallEvent &C,
                                             const Waiters &Round,
                                             bool Direct) const {
  if (C.is(CallEvent::Constructs))
    return nullptr;
  if (auto It = Round.find(C.Callee); C.Callee != 0 && It != Round.end())
    return &It->second;
  if (Direct || !C.is(CallEvent::ThroughPointer))
    return nullptr;
  for (FunctionId Target : Flow.anyTargets(F, C.Event->receiver()))
    if (auto It = Round.find(P.function(Target).Symbol); It != Round.end())
      return &It->second;
  return nullptr;
}

// Loops around calls of ROUND; what calls them outside of a loop is for the
// next round.
OwnLoops::Waiters OwnLoops::findLoops(const Waiters &Round, bool Direct) {
  Waiters Next;
  for (FunctionId F = 0; F < P.functions().size(); ++F) {
    if (P.isCoroutine(F))
      continue;
    for (const CallEvent &C : P.callEvents(F)) {
      const facts::Event *E = C.Event;
      const Strength *How = waiterAt(F, C, Round, Direct);
      if (!How)
        continue;
      if (Direct) {
        if (waitsForOne(*E, P.entries(C.Callee)))
          continue;
        Waits.insert(E);
      }
      if (addLoop(F, C.Block, *E, *How))
        continue;
      // The callers may go round, by whichever name they call it.
      std::vector<SymbolId> Names{P.function(F).Symbol};
      for (std::size_t I = 0; I < Names.size() && I < 8; ++I) {
        const ProgramSymbol &S = P.symbol(Names[I]);
        for (std::uint32_t Base : each(S.Fact->overrides()))
          Names.push_back(P.resolve(S.Unit, Base));
      }
      for (SymbolId Name : Names)
        Next.try_emplace(Name, *How);
    }
  }
  return Next;
}

bool OwnLoops::addLoop(FunctionId F, std::uint32_t Block,
                       const facts::Event &Wait, Strength How) {
  if (of(F))
    return true;
  bool Indirect = false;
  std::vector<bool> Body = smallestLoop(
      *P.function(F).Fact, Block, [&](const std::vector<bool> &Body) {
        return dispatches(F, Body, Wait, Indirect);
      });
  if (Body.empty())
    return false;
  ByFunction[F] = Loops.size();
  Loops.push_back(
      {F, &Wait, std::move(Body), Indirect || How == Strength::Sure});
  return true;
}

// Whether the loop does anything but wait: a call of the program's own, through
// a pointer, or of what the catalogue knows. INDIRECT: which one, data decides.
bool OwnLoops::dispatches(FunctionId F, const std::vector<bool> &Body,
                          const facts::Event &Wait, bool &Indirect) const {
  const ProgramFunction &Fn = P.function(F);
  bool Any = P.symbol(P.resolve(Fn.Unit, Wait.symbol())).Body != NoFunction ||
             Wait.dispatch() == facts::Dispatch::Virtual ||
             CallableFlow::callsThrough(P, F, Wait);
  Indirect = false;
  auto Blocks = each(Fn.Fact->blocks());
  for (std::uint32_t B = 0; B < Blocks.size(); ++B)
    for (const facts::Event *E : each(Blocks[B]->events())) {
      if (!Body[B] || E == &Wait || E->kind() != facts::EventKind::Call)
        continue;
      SymbolId Callee = P.resolve(Fn.Unit, E->symbol());
      bool ByData = E->dispatch() == facts::Dispatch::Virtual ||
                    CallableFlow::callsThrough(P, F, *E) ||
                    CallableFlow::resumes(P, F, *E);
      Indirect |= ByData;
      Any |= ByData || P.symbol(Callee).Body != NoFunction ||
             !P.entries(Callee).empty();
    }
  return Any;
}

} // namespace gridlock
