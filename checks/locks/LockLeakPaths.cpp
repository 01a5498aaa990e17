// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockLeakPaths.h"

#include "checks/locks/BranchFacts.h"

#include <algorithm>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;
using facts::StepKind;

LeakSearch::LeakSearch(const Program &P, FunctionId Id,
                       const std::vector<bool> &Throws)
    : P(P), Id(Id), F(*P.function(Id).Fact), Throws(Throws),
      Branches(std::make_unique<BranchFacts>(P, Id)) {
  auto Blocks = each(F.blocks());
  for (std::uint32_t B = 0; B < Blocks.size(); ++B) {
    for (const facts::Event *E : each(Blocks[B]->events()))
      BlockOf.emplace(E, B);
    for (const facts::Edge *E : each(Blocks[B]->edges()))
      Catches |= E->kind() == facts::EdgeKind::Handler;
  }
  findLoops();
}

LeakSearch::~LeakSearch() = default;

// Natural loops: what reaches a back edge without passing its head.
void LeakSearch::findLoops() {
  auto Blocks = each(F.blocks());
  Loops.resize(Blocks.size());
  std::vector<std::vector<std::uint32_t>> Before(Blocks.size());
  for (std::uint32_t B = 0; B < Blocks.size(); ++B)
    for (const facts::Edge *E : each(Blocks[B]->edges()))
      Before[E->to()].push_back(B);
  for (std::uint32_t B = 0; B < Blocks.size(); ++B)
    for (const facts::Edge *E : each(Blocks[B]->edges())) {
      if (!E->back())
        continue;
      Loops[E->to()].insert(E->to());
      std::vector<std::uint32_t> Pending{B};
      while (!Pending.empty()) {
        std::uint32_t Now = Pending.back();
        Pending.pop_back();
        if (Loops[Now].insert(E->to()).second)
          Pending.insert(Pending.end(), Before[Now].begin(), Before[Now].end());
      }
    }
}

// Whether E changes a pointer on the way to the lock.
bool LeakSearch::isMoved(const facts::Event &E, const AccessPath &Lock) const {
  if ((E.kind() != EventKind::Assign && E.kind() != EventKind::Write &&
       E.kind() != EventKind::Swap) ||
      !E.place())
    return false;
  AccessPath Place = AccessPath::of(P.unit(P.function(Id).Unit), *E.place());
  return Lock.Steps.size() > Place.Steps.size() && Lock.startsWith(Place);
}

// Elements by a variable index, and what is behind a pointer that changes, can
// be followed within one round of the loop that takes the lock: where another
// loop releases, it releases many.
bool LeakSearch::isSteady(const AccessPath &Lock, const LockUse &Use,
                          bool OnlyPath) {
  if (!isLasting(Lock.Root))
    return false;
  bool Varies =
      std::any_of(Lock.Steps.begin(), Lock.Steps.end(), [](const PathStep &S) {
        return S.Kind == StepKind::IndexVar || S.Kind == StepKind::IndexUnknown;
      });
  bool IsElement = Varies;
  for (const auto &[E, B] : BlockOf)
    Varies |= isMoved(*E, Lock);
  if (!Varies)
    return true;
  if (!OnlyPath && !IsElement)
    return false;
  std::set<std::uint32_t> Around;
  bool First = true;
  auto Add = [&](const facts::Event *E) {
    const auto &Here = Loops[BlockOf.at(E)];
    if (!First && Here != Around)
      return false;
    Around = Here;
    First = false;
    return true;
  };
  for (const auto &[E, Chain] : Use.Taken)
    if (!Add(E))
      return false;
  for (const auto &[Place, Try] : Use.Tried)
    if (!Add(Try.Call))
      return false;
  return std::all_of(Use.Released.begin(), Use.Released.end(),
                     [&](const facts::Event *E) {
                       const auto &Here = Loops[BlockOf.at(E)];
                       return std::includes(Around.begin(), Around.end(),
                                            Here.begin(), Here.end());
                     });
}

bool LeakSearch::mayThrow(const facts::Event &E) const {
  if (Catches || E.kind() != EventKind::Call ||
      E.dispatch() != facts::Dispatch::Static || E.is_noexcept() ||
      E.implicit() == facts::ImplicitKind::Destructor)
    return false;
  SymbolId S = P.resolve(P.function(Id).Unit, E.symbol());
  FunctionId Body = P.symbol(S).Body;
  return S != 0 && Body != NoFunction && Throws[Body] && !P.isCoroutine(Body);
}

bool LeakSearch::throwsItself(const facts::Event &E) const {
  SymbolId S = P.resolve(P.function(Id).Unit, E.symbol());
  auto Blocks = each(P.function(P.symbol(S).Body).Fact->blocks());
  return std::any_of(Blocks.begin(), Blocks.end(), [](const auto *B) {
    auto Events = each(B->events());
    return std::any_of(Events.begin(), Events.end(), [](const auto *Event) {
      return Event->kind() == EventKind::Throw;
    });
  });
}

} // namespace gridlock
