// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/HeldOnSomePath.h"

#include "checks/locks/BranchFacts.h"

#include <algorithm>
#include <set>

namespace gridlock {

bool reachesHolding(LockModel &Model, FunctionId Id, const AccessPath &Lock,
                    const std::vector<const facts::Event *> &At) {
  const facts::Function &F = *Model.program().function(Id).Fact;
  // What an event does to the lock, whatever the path to it.
  std::set<const facts::Event *> Takes, GivesBack;
  Model.watch(Id, [&](const facts::Event &E, const LockState &,
                      const LockState &After) {
    auto Now = After.Held.find(Lock);
    if (Now == After.Held.end())
      GivesBack.insert(&E);
    else if (Model.chain(Now->second.Chain).Site == &E && Now->second.Must)
      Takes.insert(&E);
  });
  struct Way {
    std::uint32_t Block;
    bool Held;
    PathFacts Known;
    auto operator<=>(const Way &) const = default;
  };
  constexpr std::size_t MaxWays = 5000;
  const BranchFacts Branches(Model.program(), Id);
  auto Blocks = each(F.blocks());
  std::set<Way> Seen;
  std::vector<Way> Pending{{0, false, {}}};
  while (!Pending.empty() && Seen.size() < MaxWays) {
    Way Now = std::move(Pending.back());
    Pending.pop_back();
    if (!Seen.insert(Now).second)
      continue;
    for (const facts::Event *E : each(Blocks[Now.Block]->events())) {
      if (Now.Held && std::find(At.begin(), At.end(), E) != At.end())
        return true;
      Now.Held = Takes.contains(E) || (Now.Held && !GivesBack.contains(E));
      Branches.pass(*E, Now.Known);
    }
    if (Blocks[Now.Block]->no_return())
      continue;
    for (const facts::Edge *E : each(Blocks[Now.Block]->edges())) {
      if (E->kind() == facts::EdgeKind::Unwind ||
          E->kind() == facts::EdgeKind::Handler)
        continue;
      Way Next{E->to(), Now.Held, Now.Known};
      if (Branches.follow(*E, Next.Known))
        Pending.push_back(std::move(Next));
    }
  }
  return false;
}

} // namespace gridlock
