// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/BlockLoops.h"

#include "checks/engine/Adjacency.h"
#include "checks/facts/Range.h"

#include <algorithm>

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

} // namespace

std::vector<std::uint32_t> loopOf(const facts::Function &F,
                                  std::uint32_t Block) {
  auto Blocks = each(F.blocks());
  Adjacency Next;
  std::vector<std::uint32_t> Row;
  for (const facts::Block *B : Blocks) {
    Row.clear();
    for (const facts::Edge *E : each(B->edges()))
      Row.push_back(E->to());
    Next.addRow(Row);
  }
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
