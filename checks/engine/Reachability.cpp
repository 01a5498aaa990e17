// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Reachability.h"

#include <algorithm>

namespace gridlock {

namespace {

// One uncertain edge weighs as much as some certain ones.
std::uint32_t costOf(EdgeKind Kind) {
  switch (Kind) {
  case EdgeKind::Static:
    return 1;
  case EdgeKind::OneOverride:
  case EdgeKind::Callable:
    return 3;
  case EdgeKind::SeveralOverrides:
    return 6;
  }
  return 6;
}

// Several overrides are the least certain, whatever the order of the
// enumerators.
EdgeKind weaker(EdgeKind A, EdgeKind B) {
  return costOf(B) > costOf(A) ? B : A;
}

} // namespace

Reachability::Reachability(const Program &P, const CallGraph &Calls,
                           const Contexts &C,
                           const std::function<bool(const Root &)> &Wanted)
    : Steps(P.functions().size()), Buckets(1) {
  for (const Root &R : C.roots())
    if (Wanted(R)) {
      // What may not run on a loop at all is as uncertain as one of several
      // overrides.
      bool Certain = !R.Handed || R.Handed->Certain;
      Step &Start = Steps[R.Function];
      Start.From = &R;
      Start.Weakest = Certain ? EdgeKind::Static : EdgeKind::SeveralOverrides;
      Start.Cost = Certain ? 0 : costOf(EdgeKind::SeveralOverrides);
      Buckets.resize(std::max<std::size_t>(Buckets.size(), Start.Cost + 1));
      Buckets[Start.Cost].push_back(R.Function);
    }
  for (std::size_t Cost = 0; Cost < Buckets.size(); ++Cost) {
    for (std::size_t I = 0; I < Buckets[Cost].size(); ++I) {
      FunctionId F = Buckets[Cost][I];
      if (Steps[F].Done || Steps[F].Cost != Cost)
        continue;
      Steps[F].Done = true;
      Order.push_back(F);
      expand(F, Calls, C);
    }
    Buckets[Cost] = {};
  }
}

void Reachability::expand(FunctionId F, const CallGraph &Calls,
                          const Contexts &C) {
  std::vector<CallEdge> Targets;
  C.forEachOnLoop(F, [&](std::uint32_t, const facts::Event &E) {
    if (E.kind() != facts::EventKind::Call &&
        E.kind() != facts::EventKind::Construct)
      return;
    Targets.clear();
    if (Calls.follow(F, E, Targets) == Resolution::Unresolved) {
      ++Unresolved;
      ++Steps[F].Unresolved;
    }
    for (const CallEdge &Edge : Targets) {
      if (C.isCoroutineRoot(Edge.Target))
        continue;
      std::uint32_t Cost = Steps[F].Cost + costOf(Edge.Kind);
      Step &To = Steps[Edge.Target];
      if (Cost >= To.Cost)
        continue;
      To = {F,
            &E,
            Steps[F].From,
            Cost,
            Steps[F].Calls + 1,
            weaker(Steps[F].Weakest, Edge.Kind),
            false};
      if (Buckets.size() <= Cost)
        Buckets.resize(Cost + 1);
      Buckets[Cost].push_back(Edge.Target);
    }
  });
}

PathShape Reachability::shapeOf(FunctionId F) const {
  return {Steps[F].Calls, Steps[F].Weakest};
}

std::vector<Reachability::Hop> Reachability::pathTo(FunctionId F) const {
  std::vector<Hop> Path;
  for (; Steps[F].Parent != NoFunction; F = Steps[F].Parent)
    Path.push_back({Steps[F].Parent, Steps[F].Site, F});
  std::reverse(Path.begin(), Path.end());
  return Path;
}

} // namespace gridlock
