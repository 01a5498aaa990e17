// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A search over calls from many starts at once that prefers few and certain
// edges, so that each function reached has one best path. Who uses it says what
// the starts are and which calls are followed.
//
// Cost: linear in the edges shown, memory linear in functions. No recursion.
#ifndef GRIDLOCK_ENGINE_PATHSEARCH_H
#define GRIDLOCK_ENGINE_PATHSEARCH_H

#include "checks/engine/CallGraph.h"
#include "checks/engine/Precision.h"

#include <functional>
#include <optional>
#include <vector>

namespace gridlock {

class PathSearch {
public:
  struct Hop {
    FunctionId Caller;
    const facts::Event *Site;
    FunctionId Callee;
  };

  explicit PathSearch(std::size_t Functions) : Steps(Functions) {}

  /// Paths may start at F; SEED is the caller's own number of this start. A
  /// start that is itself uncertain weighs as much as the edge WEAKEST.
  void start(FunctionId F, std::uint32_t Seed,
             EdgeKind Weakest = EdgeKind::Static);
  /// Calls EXPAND(F) once for each function reached, best first; it shows the
  /// edges that leave F by `edge`.
  void run(const std::function<void(FunctionId)> &Expand);
  /// EXTRA makes the edge dearer than its kind does, to prefer another path.
  void edge(FunctionId From, const facts::Event &Site, const CallEdge &To,
            std::uint32_t Extra = 0);

  /// Functions reached, starts included, in the order of the search.
  const std::vector<FunctionId> &reached() const { return Order; }
  bool reaches(FunctionId F) const { return Steps[F].Cost != Unreached; }
  std::uint32_t seedOf(FunctionId F) const { return Steps[F].Seed; }
  PathShape shapeOf(FunctionId F) const {
    return {Steps[F].Calls, Steps[F].Weakest};
  }
  /// From the start to F.
  std::vector<Hop> pathTo(FunctionId F) const;
  /// The last call of that path; none if F is a start. Constant time.
  std::optional<Hop> lastCallTo(FunctionId F) const {
    if (Steps[F].Parent == NoFunction)
      return std::nullopt;
    return Hop{Steps[F].Parent, Steps[F].Site, F};
  }

private:
  static constexpr std::uint32_t Unreached = ~0u;
  struct Step {
    FunctionId Parent = NoFunction;
    const facts::Event *Site = nullptr;
    std::uint32_t Seed = 0;
    std::uint32_t Cost = Unreached;
    std::uint32_t Calls = 0;
    EdgeKind Weakest = EdgeKind::Static;
    bool Done = false;
  };
  void improve(FunctionId F, const Step &By);

  std::vector<Step> Steps;
  std::vector<FunctionId> Order;
  std::vector<std::vector<FunctionId>> Buckets; // by cost
};

} // namespace gridlock

#endif
