// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockLeakPaths.h"

#include "checks/locks/BranchFacts.h"

#include <algorithm>
#include <tuple>

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
  switch (Lock.Root) {
  case PlaceRoot::This:
  case PlaceRoot::Param:
  case PlaceRoot::Global:
  case PlaceRoot::Local:
  case PlaceRoot::Capture:
    break;
  default:
    return false;
  }
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

// One search: the blocks that are reached, with what is open and known there.
struct LeakSearch::Search {
  struct Position {
    std::uint32_t Block;
    const facts::Event *Open;  // the acquisition
    const facts::Event *Outer; // one before it that is open too
    bool Moved;                // a pointer to the lock has changed since
    bool Caught;               // an exception since, of some call
    PathFacts Known;
    auto operator<=>(const Position &) const = default;
  };
  std::vector<Position> Pending{{0, nullptr, nullptr, false, false, {}}};
  std::set<Position> Seen{Pending.front()};
  std::map<const facts::Event *, LockLeak> Leaks;

  void leak(const Position &At, LeakEnd End, const facts::Event *Left) {
    LockLeak Found{At.Open, End, Left, !At.Caught && End != LeakEnd::Callee};
    auto [It, New] = Leaks.try_emplace(At.Open, Found);
    // A way out that the source shows says more than what a callee may do.
    if (!New && Found.IsShown &&
        (!It->second.IsShown || End == LeakEnd::TakenAgain))
      It->second = Found;
  }
};

std::vector<LockLeak> LeakSearch::find(const AccessPath &Lock,
                                       const LockUse &Use, bool OnlyPath) {
  if (!isSteady(Lock, Use, OnlyPath))
    return {};
  auto Blocks = each(F.blocks());
  Search S;
  constexpr std::size_t MaxPositions = 20000;
  while (!S.Pending.empty()) {
    if (S.Seen.size() > MaxPositions)
      return {};
    Search::Position Now = std::move(S.Pending.back());
    S.Pending.pop_back();
    const facts::Event *Leaves = nullptr;
    bool Ends = false;
    for (const facts::Event *E : each(Blocks[Now.Block]->events())) {
      bool Releases = Use.Released.contains(E);
      if (Releases) {
        // Released before it is taken: callers hold it, and get it back held.
        // Released after a pointer to it has changed: hand over hand.
        if (!Now.Open || Now.Moved)
          return {};
        Now.Open = std::exchange(Now.Outer, nullptr);
        Now.Caught = false;
      }
      Now.Moved |= Now.Open && isMoved(*E, Lock);
      if (Use.Taken.contains(E)) {
        if (Now.Open == E && OnlyPath) {
          S.leak(Now, LeakEnd::TakenAgain, E);
          Ends = true;
          break;
        }
        Now.Outer = Now.Open != E ? Now.Open : Now.Outer;
        Now.Open = E;
        Now.Moved = false;
      } else if (Now.Open && !Releases && !Use.ByDestructor && mayThrow(*E)) {
        S.leak(Now, LeakEnd::Callee, E);
      }
      if (E->kind() == EventKind::Return || E->kind() == EventKind::Throw)
        Leaves = E;
      Branches->pass(*E, Now.Known);
    }
    if (Ends || Blocks[Now.Block]->no_return())
      continue;
    bool Throws = Leaves && Leaves->kind() == EventKind::Throw;
    for (const facts::Edge *E : each(Blocks[Now.Block]->edges())) {
      if (E->kind() == facts::EdgeKind::Unwind && !Throws)
        continue;
      Search::Position Next = Now;
      Next.Block = E->to();
      Next.Caught |= Next.Open && E->kind() == facts::EdgeKind::Handler;
      // Asked before the facts are reduced to what is asked later.
      auto Tested = Use.Tried.empty() ? std::nullopt : Branches->tested(*E);
      if (!Branches->follow(*E, Next.Known))
        continue;
      if (Tested)
        if (auto Try = Use.Tried.find(Tested->first);
            Try != Use.Tried.end() &&
            Tested->second != Try->second.ZeroIsSuccess && !Next.Open)
          Next.Open = Try->second.Call;
      if (E->to() != F.exit()) {
        if (S.Seen.insert(Next).second)
          S.Pending.push_back(std::move(Next));
      } else if (Next.Open) {
        S.leak(Next,
               Throws   ? LeakEnd::Throw
               : Leaves ? LeakEnd::Return
                        : LeakEnd::Body,
               Leaves);
      }
    }
  }
  std::vector<LockLeak> Result;
  for (const auto &[Taken, Leak] : S.Leaks)
    Result.push_back(Leak);
  std::sort(Result.begin(), Result.end(),
            [](const LockLeak &A, const LockLeak &B) {
              return A.Taken->id() < B.Taken->id();
            });
  return Result;
}

} // namespace gridlock
