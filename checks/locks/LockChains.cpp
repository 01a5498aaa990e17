// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockChains.h"

#include <algorithm>

namespace gridlock {

bool isAvoidable(const LockModel &Model, ChainId Chain) {
  const Program &P = Model.program();
  // The first link is in the function that holds the lock.
  for (Chain = Model.chain(Chain).Next; Chain != 0;
       Chain = Model.chain(Chain).Next) {
    const ChainLink &Link = Model.chain(Chain);
    const facts::Function &F = *P.function(Link.Function).Fact;
    auto Blocks = each(F.blocks());
    std::vector<bool> Seen(Blocks.size(), false);
    std::vector<std::uint32_t> Pending{0};
    while (!Pending.empty()) {
      std::uint32_t B = Pending.back();
      Pending.pop_back();
      auto Events = each(Blocks[B]->events());
      if (Seen[B] ||
          std::find(Events.begin(), Events.end(), Link.Site) != Events.end())
        continue;
      Seen[B] = true;
      if (B == F.exit())
        return true;
      for (const facts::Edge *E : each(Blocks[B]->edges()))
        if (E->kind() != facts::EdgeKind::Unwind &&
            E->kind() != facts::EdgeKind::Handler)
          Pending.push_back(E->to());
    }
  }
  return false;
}

bool isTold(const LockModel &Model, ChainId Chain) {
  const Program &P = Model.program();
  for (ChainId Next = Model.chain(Chain).Next; Next != 0;
       Chain = Next, Next = Model.chain(Chain).Next) {
    auto Args = each(Model.chain(Chain).Site->args());
    auto IsConstant = [&](const facts::Value *Tested) {
      return Tested && Tested->place() &&
             Tested->place()->root() == facts::PlaceRoot::Param &&
             Tested->place()->id() < Args.size() &&
             (Args[Tested->place()->id()]->kind() ==
                  facts::ValueKind::Constant ||
              Args[Tested->place()->id()]->kind() == facts::ValueKind::Null);
    };
    const ProgramFunction &F = P.function(Model.chain(Next).Function);
    for (const facts::Block *B : each(F.Fact->blocks()))
      for (const facts::Edge *E : each(B->edges()))
        if (E->predicate() && (IsConstant(E->predicate()->left()) ||
                               IsConstant(E->predicate()->right())))
          return true;
  }
  return false;
}

} // namespace gridlock
