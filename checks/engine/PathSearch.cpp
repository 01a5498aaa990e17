// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/PathSearch.h"

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

void PathSearch::improve(FunctionId F, const Step &By) {
  if (By.Cost >= Steps[F].Cost)
    return;
  Steps[F] = By;
  if (Buckets.size() <= By.Cost)
    Buckets.resize(By.Cost + 1);
  Buckets[By.Cost].push_back(F);
}

void PathSearch::start(FunctionId F, std::uint32_t Seed, EdgeKind Weakest) {
  std::uint32_t Cost = Weakest == EdgeKind::Static ? 0 : costOf(Weakest);
  improve(F, {NoFunction, nullptr, Seed, Cost, 0, Weakest, false});
}

void PathSearch::run(const std::function<void(FunctionId)> &Expand) {
  for (std::size_t Cost = 0; Cost < Buckets.size(); ++Cost) {
    for (std::size_t I = 0; I < Buckets[Cost].size(); ++I) {
      FunctionId F = Buckets[Cost][I];
      if (Steps[F].Done || Steps[F].Cost != Cost)
        continue;
      Steps[F].Done = true;
      Order.push_back(F);
      Expand(F);
    }
    Buckets[Cost] = {};
  }
}

void PathSearch::edge(FunctionId From, const facts::Event &Site,
                      const CallEdge &To, std::uint32_t Extra) {
  const Step &Here = Steps[From];
  improve(To.Target,
          {From, &Site, Here.Seed, Here.Cost + costOf(To.Kind) + Extra,
           Here.Calls + 1, weaker(Here.Weakest, To.Kind), false});
}

std::vector<PathSearch::Hop> PathSearch::pathTo(FunctionId F) const {
  std::vector<Hop> Path;
  for (; Steps[F].Parent != NoFunction; F = Steps[F].Parent)
    Path.push_back({Steps[F].Parent, Steps[F].Site, F});
  std::reverse(Path.begin(), Path.end());
  return Path;
}

} // namespace gridlock
