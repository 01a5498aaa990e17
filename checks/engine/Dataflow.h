// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Forward dataflow over the event graph of one function.
//
// STATE is copyable and has `bool join(const State &)`, which merges another
// path into it and says whether it changed. The transfer functions must be
// monotone over a lattice of finite height; a bound on the number of visits
// stops the analysis of a function for which they are not.
#ifndef GRIDLOCK_ENGINE_DATAFLOW_H
#define GRIDLOCK_ENGINE_DATAFLOW_H

#include "checks/facts/Range.h"
#include "facts_generated.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <vector>

namespace gridlock {

/// Runs ON_EVENT(Event, State&) over each block and ON_EDGE(Edge, Block,
/// State&)
/// -> bool along each edge (false: this edge is not taken). Returns the state
/// at the start of each block, empty for unreachable ones.
template <typename State, typename OnEvent, typename OnEdge>
std::vector<std::optional<State>> solveForward(const facts::Function &F,
                                               State Start, OnEvent Event,
                                               OnEdge EdgeTaken) {
  auto Blocks = each(F.blocks());
  std::vector<std::optional<State>> In(Blocks.size());
  if (Blocks.empty())
    return In;
  In[0] = std::move(Start);
  std::deque<std::uint32_t> Pending{0};
  std::vector<bool> Queued(Blocks.size(), false);
  std::vector<unsigned> Visits(Blocks.size(), 0);
  constexpr unsigned MaxVisits = 64;
  while (!Pending.empty()) {
    std::uint32_t B = Pending.front();
    Pending.pop_front();
    Queued[B] = false;
    if (++Visits[B] > MaxVisits)
      continue;
    State Out = *In[B];
    for (const facts::Event *E : each(Blocks[B]->events()))
      Event(*E, Out);
    if (Blocks[B]->no_return())
      continue;
    auto Edges = each(Blocks[B]->edges());
    for (std::size_t I = 0; I < Edges.size(); ++I) {
      const facts::Edge *E = Edges[I];
      State Along = I + 1 < Edges.size() ? Out : std::move(Out);
      if (!EdgeTaken(*E, *Blocks[B], Along))
        continue;
      std::optional<State> &Target = In[E->to()];
      bool Changed = !Target;
      if (Changed)
        Target = std::move(Along);
      else
        Changed = Target->join(Along);
      if (Changed && !Queued[E->to()]) {
        Queued[E->to()] = true;
        Pending.push_back(E->to());
      }
    }
  }
  return In;
}

/// Whether every edge leads to a later block: then blocks in their order see
/// the final state of all that are in front of them, and one visit is enough.
inline bool isForwardOnly(const facts::Function &F) {
  auto Blocks = each(F.blocks());
  for (std::uint32_t B = 0; B < Blocks.size(); ++B)
    for (const facts::Edge *E : each(Blocks[B]->edges()))
      if (E->to() <= B)
        return false;
  return true;
}

/// The blocks that can be reached, in their order.
inline std::vector<std::uint32_t> reachableBlocks(const facts::Function &F) {
  auto Blocks = each(F.blocks());
  std::vector<std::uint32_t> Result;
  if (Blocks.empty())
    return Result;
  Result.push_back(0);
  std::vector<bool> Seen(Blocks.size(), false);
  Seen[0] = true;
  for (std::size_t Next = 0; Next < Result.size(); ++Next) {
    const facts::Block &B = *Blocks[Result[Next]];
    if (B.no_return())
      continue;
    for (const facts::Edge *E : each(B.edges()))
      if (!Seen[E->to()]) {
        Seen[E->to()] = true;
        Result.push_back(E->to());
      }
  }
  std::sort(Result.begin(), Result.end());
  return Result;
}

/// For solveForward: every edge is taken.
inline constexpr auto everyEdge = [](const auto &...) { return true; };

/// Runs EACH(block, Event, State&) over the events of the blocks that are
/// reached, from the states IN that solveForward has found.
template <typename State, typename Each>
void replay(const facts::Function &F,
            const std::vector<std::optional<State>> &In, Each Run) {
  auto Blocks = each(F.blocks());
  for (std::uint32_t B = 0; B < Blocks.size(); ++B) {
    if (!In[B])
      continue;
    State At = *In[B];
    for (const facts::Event *E : each(Blocks[B]->events()))
      Run(B, *E, At);
  }
}

} // namespace gridlock

#endif
