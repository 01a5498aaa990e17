// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/BlockLoops.h"

#include "checks/engine/Adjacency.h"
#include "checks/facts/Range.h"

#include <algorithm>
#include <map>

namespace gridlock {

namespace {

std::vector<bool> reachedFrom(const Adjacency &To, std::uint32_t First) {
  std::vector<bool> Seen(To.rows(), false);
  std::vector<std::uint32_t> Pending{First};
  while (!Pending.empty()) {
    std::uint32_t B = Pending.back();
    Pending.pop_back();
    for (std::uint32_t Next : To[B])
      if (!Seen[Next]) {
        Seen[Next] = true;
        Pending.push_back(Next);
      }
  }
  return Seen;
}

Adjacency successorsOf(const facts::Function &F) {
  Adjacency Next;
  std::vector<std::uint32_t> Row;
  for (const facts::Block *B : each(F.blocks())) {
    Row.clear();
    for (const facts::Edge *E : each(B->edges()))
      Row.push_back(E->to());
    Next.addRow(Row);
  }
  return Next;
}

} // namespace

std::vector<bool> blocksAfter(const facts::Function &F, std::uint32_t Block) {
  return reachedFrom(successorsOf(F), Block);
}

std::vector<std::uint32_t> innermostLoopOf(const facts::Function &F,
                                           std::uint32_t Block) {
  auto Blocks = each(F.blocks());
  // The ends of a loop's rounds, by the block that each round begins with.
  std::map<std::uint32_t, std::vector<std::uint32_t>> Ends;
  for (std::uint32_t B = 0; B < Blocks.size(); ++B)
    for (const facts::Edge *E : each(Blocks[B]->edges()))
      if (E->back())
        Ends[E->to()].push_back(B);
  std::vector<std::uint32_t> Best;
  const Adjacency Before = successorsOf(F).reversed(Blocks.size());
  for (const auto &[First, Last] : Ends) {
    std::vector<bool> In(Blocks.size(), false);
    In[First] = true;
    std::vector<std::uint32_t> Pending = Last;
    while (!Pending.empty()) {
      std::uint32_t B = Pending.back();
      Pending.pop_back();
      if (In[B])
        continue;
      In[B] = true;
      for (std::uint32_t Earlier : Before[B])
        Pending.push_back(Earlier);
    }
    const auto Size =
        static_cast<std::size_t>(std::count(In.begin(), In.end(), true));
    if (!In[Block] || (!Best.empty() && Size >= Best.size()))
      continue;
    Best.clear();
    for (std::uint32_t B = 0; B < Blocks.size(); ++B)
      if (In[B])
        Best.push_back(B);
  }
  return Best.empty() ? loopOf(F, Block) : Best;
}

std::vector<std::uint32_t> loopOf(const facts::Function &F,
                                  std::uint32_t Block) {
  auto Blocks = each(F.blocks());
  const Adjacency Next = successorsOf(F);
  std::vector<std::uint32_t> Result;
  std::vector<bool> After = reachedFrom(Next, Block);
  if (!After[Block])
    return Result;
  std::vector<bool> Back = reachedFrom(Next.reversed(Blocks.size()), Block);
  for (std::uint32_t B = 0; B < Blocks.size(); ++B)
    if (After[B] && Back[B])
      Result.push_back(B);
  return Result;
}

std::vector<const facts::Edge *>
exitsOf(const facts::Function &F, const std::vector<std::uint32_t> &Loop) {
  std::vector<const facts::Edge *> Result;
  auto Blocks = each(F.blocks());
  for (std::uint32_t B : Loop)
    for (const facts::Edge *E : each(Blocks[B]->edges()))
      if (E->kind() != facts::EdgeKind::Unwind &&
          E->kind() != facts::EdgeKind::Handler &&
          !std::binary_search(Loop.begin(), Loop.end(), E->to()))
        Result.push_back(E);
  return Result;
}

} // namespace gridlock
