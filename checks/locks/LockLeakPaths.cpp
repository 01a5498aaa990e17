// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockLeakPaths.h"

#include "checks/locks/BranchFacts.h"

#include <algorithm>
#include <tuple>

namespace gridlock {

using facts::EventKind;
using facts::ImplicitKind;
using facts::PlaceRoot;

namespace {

bool isOwned(const AccessPath &Lock, const LockState &State) {
  return std::any_of(
      State.Guards.begin(), State.Guards.end(), [&](const auto &Item) {
        const auto &Locks = Item.second.Locks;
        return Item.second.Owns &&
               std::find(Locks.begin(), Locks.end(), Lock) != Locks.end();
      });
}

} // namespace

LockUses findLockUses(LockModel &Model, FunctionId Id) {
  const Program &P = Model.program();
  const FactsFile &File = P.unit(P.function(Id).Unit);
  LockUses Result;
  // A temporary that took a lock in the event before.
  const facts::Event *Last = nullptr;
  AccessPath LastLock;
  Model.watch(Id, [&](const facts::Event &E, const LockState &Before,
                      const LockState &After) {
    const facts::Event *Made = std::exchange(Last, nullptr);
    for (const auto &[Lock, H] : After.Held) {
      auto Was = Before.Held.find(Lock);
      const ChainLink &Link = Model.chain(H.Chain);
      bool IsNew = Was == Before.Held.end() || Was->second.Chain != H.Chain;
      if (!IsNew || Link.Site != &E)
        continue;
      if (E.kind() == EventKind::Construct) {
        if (E.discarded() && !E.void_cast() && E.place() &&
            E.place()->root() == PlaceRoot::Temporary) {
          Last = &E;
          LastLock = Lock;
        }
      } else if (!isOwned(Lock, After)) {
        Result.Locks[Lock].Taken.emplace(&E, H.Chain);
      }
    }
    bool IsEnd = E.implicit() == ImplicitKind::Destructor ||
                 E.implicit() == ImplicitKind::Cleanup;
    for (const auto &[Lock, H] : Before.Held) {
      bool EndsItself = E.kind() == EventKind::LifetimeEnd && E.place() &&
                        Lock.startsWith(AccessPath::of(File, *E.place()));
      bool Adopted = isOwned(Lock, After) && !isOwned(Lock, Before);
      if (After.Held.contains(Lock) && !Adopted && !EndsItself)
        continue;
      LockUse &Use = Result.Locks[Lock];
      Use.Released.insert(&E);
      Use.ByDestructor |= IsEnd;
    }
    for (const AccessPath &Lock : After.Released)
      if (!Before.Released.contains(Lock) && !Before.Held.contains(Lock))
        Result.ReleasedOnly.insert(nameOf(Lock).Text);
    if (Made && IsEnd && E.receiver() && E.receiver()->place() &&
        AccessPath::of(File, E.receiver()) ==
            AccessPath::of(File, *Made->place()) &&
        !After.Held.contains(LastLock))
      Result.Temporaries.push_back({Made, LastLock});
  });
  return Result;
}

std::vector<LockLeak> findLeaks(const Program &P, FunctionId Id,
                                const LockUse &Use) {
  const facts::Function &F = *P.function(Id).Fact;
  auto Blocks = each(F.blocks());
  BranchFacts Branches(P, Id);
  // Where the search is: a block, the acquisition that is open, what is known.
  using Position = std::tuple<std::uint32_t, const facts::Event *, PathFacts>;
  std::vector<Position> Pending{{0, nullptr, {}}};
  std::set<Position> Seen{Pending.front()};
  std::map<const facts::Event *, const facts::Event *> Leaks;
  constexpr std::size_t MaxPositions = 5000;
  while (!Pending.empty()) {
    if (Seen.size() > MaxPositions)
      return {};
    auto [Block, Open, Known] = std::move(Pending.back());
    Pending.pop_back();
    const facts::Event *Leaves = nullptr;
    for (const facts::Event *E : each(Blocks[Block]->events())) {
      if (Use.Released.contains(E)) {
        // Released before it is taken: callers hold it, and get it back held.
        if (!Open)
          return {};
        Open = nullptr;
      }
      if (Use.Taken.contains(E))
        Open = E;
      if (E->kind() == EventKind::Return || E->kind() == EventKind::Throw)
        Leaves = E;
      Branches.pass(*E, Known);
    }
    if (Blocks[Block]->no_return())
      continue;
    for (const facts::Edge *E : each(Blocks[Block]->edges())) {
      bool Throws = Leaves && Leaves->kind() == EventKind::Throw;
      // What destructors do on the way out by an exception is not shown.
      if (E->kind() == facts::EdgeKind::Unwind && (!Throws || Use.ByDestructor))
        continue;
      PathFacts Along = Known;
      if (!Branches.follow(*E, Along))
        continue;
      if (E->to() != F.exit()) {
        Position Next{E->to(), Open, std::move(Along)};
        if (Seen.insert(Next).second)
          Pending.push_back(std::move(Next));
      } else if (Open) {
        Leaks.try_emplace(Open, Leaves);
      }
    }
  }
  std::vector<LockLeak> Result;
  for (const auto &[Taken, Left] : Leaks)
    Result.push_back({Taken, Left});
  return Result;
}

} // namespace gridlock
