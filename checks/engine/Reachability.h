// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What runs synchronously from the async roots, and by which path. Coroutine
// roots are not entered from their callers (they are roots themselves),
// functions that the catalogue knows are not entered at all. Calls that no
// caller's constants lead to are left out, such as those of the waiting part of
// `stop(wait)` where everybody who is reached passes false: what was reached is
// searched once more without them.
//
// Cost: linear in the events of the functions reached. No recursion.
#ifndef GRIDLOCK_ENGINE_REACHABILITY_H
#define GRIDLOCK_ENGINE_REACHABILITY_H

#include "checks/engine/Contexts.h"
#include "checks/engine/PathSearch.h"

#include <set>

namespace gridlock {

class Reachability {
public:
  using Hop = PathSearch::Hop;

  /// Searches from the roots for which WANTED(root) is true.
  Reachability(const Program &P, const CallGraph &Calls, const Contexts &C,
               const std::function<bool(const Root &)> &Wanted);

  /// Functions reached, roots included, in the order of the search.
  const std::vector<FunctionId> &reached() const { return Search.reached(); }
  bool reaches(FunctionId F) const { return Search.reaches(F); }
  const Root &rootOf(FunctionId F) const { return Roots[Search.seedOf(F)]; }
  PathShape shapeOf(FunctionId F) const { return Search.shapeOf(F); }
  /// From the root to F.
  std::vector<Hop> pathTo(FunctionId F) const { return Search.pathTo(F); }
  std::optional<Hop> lastCallTo(FunctionId F) const {
    return Search.lastCallTo(F);
  }
  /// Whether the last call of that path names F, so that who calls F by name
  /// says what its parameters are.
  bool isCalledByName(const Program &P, FunctionId F) const;
  /// Calls from reached functions, and from one of them, that could not be
  /// followed.
  std::uint64_t unresolved() const { return AllUnresolved; }
  std::uint32_t unresolvedIn(FunctionId F) const { return Unresolved[F]; }

private:
  void search(const Program &P, const CallGraph &Calls, const Contexts &C,
              const std::function<bool(const Root &)> &Wanted);
  void findRuledOut(const Program &P, const CallGraph &Calls);
  void addEdge(const Program &P, const Contexts &C, FunctionId F,
               const facts::Event &E, const CallEdge &Edge,
               bool IsOneOfSeveral);
  static const facts::Event *madeIn(const Program &P, const Contexts &C,
                                    FunctionId Maker, FunctionId Lambda);

  const std::vector<Root> &Roots;
  PathSearch Search;
  std::set<std::size_t> RuledOut;        // calls, by number
  std::vector<bool> Otherwise;           // roots, and not called by name
  std::vector<std::uint32_t> Unresolved; // by function
  std::uint64_t AllUnresolved = 0;
};

} // namespace gridlock

#endif
