// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/ChildProcess.h"

#include "checks/engine/AccessPath.h"
#include "checks/engine/DeadBlocks.h"

#include <algorithm>
#include <set>

namespace gridlock {

using facts::EventKind;

namespace {

// Results of forks, and what they are kept in.
std::set<AccessPath> forked(const Program &P, FunctionId F) {
  const ProgramFunction &Fn = P.function(F);
  const FactsFile &File = P.unit(Fn.Unit);
  std::set<AccessPath> Result;
  for (const facts::Block *B : each(Fn.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      if (E->kind() == EventKind::Call &&
          (P.symbol(P.resolve(Fn.Unit, E->symbol())).Bits &
           callsEffect(rules::Effect::Forks)) != 0)
        Result.insert(AccessPath::ofResult(E->id()));
      else if (E->kind() != EventKind::Call && E->place() && E->value() &&
               Result.contains(AccessPath::of(File, E->value())))
        Result.insert(AccessPath::of(File, *E->place()));
    }
  return Result;
}

// Whether the edge is taken by the child only: where the result is 0.
bool isForChild(const facts::Edge &E, const FactsFile &File,
                const std::set<AccessPath> &Forked) {
  const facts::Predicate *Asked = E.predicate();
  if (!Asked || !Forked.contains(AccessPath::of(File, Asked->left())))
    return false;
  std::optional<bool> Zero = comesTo(*Asked, 0), More = comesTo(*Asked, 1),
                      Failed = comesTo(*Asked, -1);
  if (!Zero)
    return false;
  switch (E.kind()) {
  case facts::EdgeKind::True:
  case facts::EdgeKind::Case:
    return *Zero && !*More && !*Failed;
  case facts::EdgeKind::False:
    return !*Zero && *More && *Failed;
  default:
    return false;
  }
}

} // namespace

std::vector<bool> childBlocks(const Program &P, FunctionId F) {
  if (!P.calls(F, callsEffect(rules::Effect::Forks)))
    return {};
  const facts::Function &Fact = *P.function(F).Fact;
  const FactsFile &File = P.unit(P.function(F).Unit);
  const std::set<AccessPath> Forked = forked(P, F);
  auto Blocks = each(Fact.blocks());
  std::vector<bool> Child(Blocks.size(), true);
  std::vector<std::uint32_t> Pending{0};
  while (!Pending.empty()) {
    std::uint32_t B = Pending.back();
    Pending.pop_back();
    if (B >= Blocks.size() || !Child[B])
      continue;
    Child[B] = false;
    for (const facts::Edge *E : each(Blocks[B]->edges()))
      if (!isForChild(*E, File, Forked))
        Pending.push_back(E->to());
  }
  return std::find(Child.begin(), Child.end(), true) == Child.end()
             ? std::vector<bool>()
             : Child;
}

} // namespace gridlock
