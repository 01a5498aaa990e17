// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What runs synchronously from the async roots, and by which path: one search
// from all roots at once that prefers few and certain edges, so that each
// function has one best path. Coroutine roots are not entered from their
// callers (they are roots themselves), functions that the catalogue knows are
// not entered at all.
//
// Cost: linear in the events of the functions reached. No recursion.
#ifndef GRIDLOCK_ENGINE_REACHABILITY_H
#define GRIDLOCK_ENGINE_REACHABILITY_H

#include "checks/engine/Contexts.h"
#include "checks/engine/Precision.h"

namespace gridlock {

class Reachability {
public:
  /// Searches from the roots for which WANTED(root) is true.
  Reachability(const Program &P, const CallGraph &Calls, const Contexts &C,
               const std::function<bool(const Root &)> &Wanted);

  /// Functions reached, roots included, in the order of the search.
  const std::vector<FunctionId> &reached() const { return Order; }
  bool reaches(FunctionId F) const { return Steps[F].From != nullptr; }
  const Root &rootOf(FunctionId F) const { return *Steps[F].From; }
  PathShape shapeOf(FunctionId F) const;
  /// Calls from reached functions, and from one of them, that could not be
  /// followed.
  std::uint64_t unresolved() const { return Unresolved; }
  std::uint32_t unresolvedIn(FunctionId F) const { return Steps[F].Unresolved; }

  struct Hop {
    FunctionId Caller;
    const facts::Event *Site;
    FunctionId Callee;
  };
  /// From the root to F.
  std::vector<Hop> pathTo(FunctionId F) const;

private:
  struct Step {
    FunctionId Parent = NoFunction;
    const facts::Event *Site = nullptr;
    const Root *From = nullptr; // null: not reached
    std::uint32_t Cost = ~0u;
    std::uint32_t Calls = 0;
    EdgeKind Weakest = EdgeKind::Static;
    bool Done = false;
    std::uint32_t Unresolved = 0;
  };
  void expand(FunctionId F, const CallGraph &Calls, const Contexts &C);

  std::vector<Step> Steps;
  std::vector<FunctionId> Order;
  std::vector<std::vector<FunctionId>> Buckets; // by cost
  std::uint64_t Unresolved = 0;
};

} // namespace gridlock

#endif
