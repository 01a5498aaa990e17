// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockCycles.h"

#include "checks/engine/StronglyConnected.h"
#include "checks/locks/ThreadOrder.h"

#include <algorithm>
#include <set>

namespace gridlock {

namespace {

constexpr std::size_t MaxLocks = 8, MaxCycles = 200, MaxChoices = 5000;

class CycleFinder {
public:
  explicit CycleFinder(const LockModel &Model) : Model(Model), Order(Model) {
    std::set<LockId> Holders;
    for (const OrderEdge &E : Model.edges()) {
      Nodes = std::max({Nodes, E.From + 1, E.To + 1});
      Holders.insert(E.From);
    }
    findOthers(Holders);
    Next.resize(Nodes);
    for (const OrderEdge &E : Model.edges())
      for (LockId As : Others[E.To])
        if (As != E.From)
          Between[{E.From, As}].push_back(&E);
    for (auto &[Pair, Edges] : Between) {
      Next[Pair.first].push_back(Pair.second);
      sortByRank(Edges);
    }
    // By name, so that numbers given in the order of files don't matter.
    for (auto &Targets : Next)
      std::sort(Targets.begin(), Targets.end(), [&](LockId A, LockId B) {
        return Model.name(A).Text < Model.name(B).Text;
      });
  }

  std::vector<LockCycle> run() {
    stronglyConnected(
        Nodes, [&](LockId L) -> const std::vector<LockId> & { return Next[L]; },
        [](LockId) { return true; },
        [&](const std::vector<LockId> &Component) {
          if (Component.size() > 1)
            searchComponent(Component);
        });
    return std::move(Found);
  }

private:
  // By which names of HOLDERS each lock goes as well, itself first.
  void findOthers(const std::set<LockId> &Holders) {
    Others.resize(Nodes);
    Short.resize(Nodes);
    std::map<std::string_view, LockId> ByText;
    for (LockId L : Holders)
      ByText.emplace(Model.name(L).Text, L);
    for (LockId L = 0; L < Nodes; ++L) {
      Others[L].push_back(L);
      Short[L] = L;
      for (const std::string &Inner : Model.name(L).Inner)
        if (auto It = ByText.find(Inner); It != ByText.end()) {
          Short[L] = It->second;
          Others[L].push_back(It->second);
          if (Holders.contains(L))
            Others[It->second].push_back(L);
        }
    }
  }

  void sortByRank(std::vector<const OrderEdge *> &Edges) const {
    using Ranked = std::pair<Rank, const OrderEdge *>;
    if (Edges.size() < 2)
      return;
    std::vector<Ranked> Order;
    for (const OrderEdge *E : Edges)
      Order.emplace_back(rank(*E), E);
    std::sort(Order.begin(), Order.end(), [](const Ranked &A, const Ranked &B) {
      return A.first < B.first;
    });
    for (std::size_t I = 0; I < Edges.size(); ++I)
      Edges[I] = Order[I].second;
  }

  // Certain and short ways first; then by name, so that the choice is stable.
  using Rank = std::tuple<bool, unsigned, std::string_view, std::string>;
  Rank rank(const OrderEdge &E) const {
    const Program &P = Model.program();
    const ChainLink &Link = Model.chain(E.ToChain);
    Location L = Model.locate(Link);
    return {E.Uncertain, E.Calls,
            P.qualifiedName(P.function(E.Function).Symbol),
            L.File + ':' + std::to_string(L.Line)};
  }

  void searchComponent(std::vector<LockId> Component) {
    std::sort(Component.begin(), Component.end(), [&](LockId A, LockId B) {
      return Model.name(A).Text < Model.name(B).Text;
    });
    std::vector<std::set<LockId>> Reported;
    std::size_t Cycles = 0;
    for (std::size_t Length = 2; Length <= std::min(MaxLocks, Component.size());
         ++Length) {
      std::set<LockId> Allowed(Component.begin(), Component.end());
      for (LockId Start : Component) {
        std::vector<LockId> Path{Start};
        extend(Path, Length, Allowed, Reported, Cycles);
        Allowed.erase(Start); // each cycle is found from its first lock only
      }
    }
  }

  // Depth is bounded by MaxLocks.
  void extend(std::vector<LockId> &Path, std::size_t Length,
              const std::set<LockId> &Allowed,
              std::vector<std::set<LockId>> &Reported, std::size_t &Cycles) {
    if (Cycles >= MaxCycles)
      return;
    for (LockId To : Next[Path.back()]) {
      if (Path.size() == Length) {
        if (To == Path.front())
          close(Path, Reported, Cycles);
        continue;
      }
      if (!Allowed.contains(To) ||
          std::find(Path.begin(), Path.end(), To) != Path.end())
        continue;
      Path.push_back(To);
      extend(Path, Length, Allowed, Reported, Cycles);
      Path.pop_back();
    }
  }

  void close(const std::vector<LockId> &Path,
             std::vector<std::set<LockId>> &Reported, std::size_t &Cycles) {
    std::set<LockId> Locks;
    for (LockId L : Path)
      Locks.insert(Short[L]);
    // Objects of one class: which is which is known only where each has a name
    // in what it is part of, and is taken by that.
    Exact = Locks.size() != Path.size();
    if (Exact) {
      for (LockId L : Path)
        if (Short[L] == L)
          return;
      Locks = {Path.begin(), Path.end()};
    }
    for (const auto &Known : Reported)
      if (std::includes(Locks.begin(), Locks.end(), Known.begin(), Known.end()))
        return;
    // The surest way of taking the locks, if there is one.
    LockCycle Cycle;
    auto Try = [&](bool Unlikely, bool Writers) {
      std::size_t Choices = 0;
      Cycle = {{}, Unlikely, Writers};
      return choose(Path, Cycle, Choices);
    };
    if (!Try(false, false) && !Try(false, true) && !Try(true, false) &&
        !Try(true, true))
      return;
    ++Cycles;
    Reported.push_back(std::move(Locks));
    Found.push_back(std::move(Cycle));
  }

  // Picks a way for each step so that all can happen at the same time.
  bool choose(const std::vector<LockId> &Path, LockCycle &Cycle,
              std::size_t &Choices) {
    std::vector<const OrderEdge *> &Steps = Cycle.Steps;
    std::size_t I = Steps.size();
    if (I == Path.size())
      return conflict(*Steps.back(), *Steps.front(), Cycle.Writers);
    LockId From = Path[I], To = Path[(I + 1) % Path.size()];
    for (const OrderEdge *E : Between.at({From, To})) {
      if (++Choices > MaxChoices)
        return false;
      if (Exact && E->To != To)
        continue;
      bool Fits = I == 0 || conflict(*Steps.back(), *E, Cycle.Writers);
      for (const OrderEdge *Other : Steps)
        Fits = Fits && canOverlap(*Other, *E, Cycle.Unlikely);
      if (!Fits)
        continue;
      Steps.push_back(E);
      if (choose(Path, Cycle, Choices))
        return true;
      Steps.pop_back();
    }
    return false;
  }

  // The lock that A wants and B holds keeps A waiting; among readers only where
  // a writer waits in between.
  bool conflict(const OrderEdge &A, const OrderEdge &B, bool Writers) const {
    return A.ToMode != rules::LockMode::Shared ||
           B.FromMode != rules::LockMode::Shared ||
           (Writers && Model.isWritten(A.To));
  }

  bool canOverlap(const OrderEdge &A, const OrderEdge &B, bool EvenUnlikely) {
    // Coroutines interleave on one thread as well.
    if (!A.Awaited && !B.Awaited && Model.isMainOnly(A.Runner) &&
        Model.isMainOnly(B.Runner))
      return false;
    // Two that both hold a lock, not both in shared mode, exclude each other.
    auto Excludes = [&](const OrderEdge &E, GateId Gate) {
      return std::any_of(E.Gates.begin(), E.Gates.end(), [&](GateId Other) {
        return (Gate % 2 == 0 || Other % 2 == 0) &&
               (Gate / 2 == Other / 2 ||
                mayBeSame(Model.name(Gate / 2), Model.name(Other / 2)));
      });
    };
    auto Held = [](const OrderEdge &E) {
      return E.From * 2 + (E.FromMode == rules::LockMode::Shared ? 1 : 0);
    };
    if (Excludes(A, Held(B)) || Excludes(B, Held(A)) ||
        std::any_of(A.Gates.begin(), A.Gates.end(),
                    [&](GateId Gate) { return Excludes(B, Gate); }))
      return false;
    Beside Together = Order.overlap(A, B);
    return Together == Beside::Possible ||
           (EvenUnlikely && Together == Beside::Unlikely);
  }

  const LockModel &Model;
  ThreadOrder Order;
  std::uint32_t Nodes = 0;
  std::map<std::pair<LockId, LockId>, std::vector<const OrderEdge *>> Between;
  std::vector<std::vector<LockId>> Next, Others;
  std::vector<LockId> Short; // the innermost name
  bool Exact = false;        // no other name of a lock will do
  std::vector<LockCycle> Found;
};

} // namespace

std::vector<LockCycle> findLockCycles(const LockModel &Model) {
  return CycleFinder(Model).run();
}

} // namespace gridlock
