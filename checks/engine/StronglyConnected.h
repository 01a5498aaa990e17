// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Strongly connected components of a directed graph, callees before callers, by
// Tarjan's algorithm without recursion. Cost: linear in nodes and edges.
#ifndef GRIDLOCK_ENGINE_STRONGLYCONNECTED_H
#define GRIDLOCK_ENGINE_STRONGLYCONNECTED_H

#include <algorithm>
#include <cstdint>
#include <vector>

namespace gridlock {

/// SUCCESSORS(node) gives a range that stays valid; nodes for which
/// WANTED(node) is false are left out. VISIT gets each component, sorted.
template <typename Successors, typename Wanted, typename Visit>
void stronglyConnected(std::uint32_t Nodes, Successors Next, Wanted Want,
                       Visit Component) {
  constexpr std::uint32_t Unseen = 0, Finished = ~0u;
  std::vector<std::uint32_t> Number(Nodes, Unseen), Low(Nodes, 0);
  std::vector<std::uint32_t> Stack;
  struct Frame {
    std::uint32_t Node;
    std::size_t Successor;
  };
  std::vector<Frame> Path;
  std::uint32_t Counter = 0;
  auto Enter = [&](std::uint32_t Node) {
    Number[Node] = Low[Node] = ++Counter;
    Stack.push_back(Node);
    Path.push_back({Node, 0});
  };
  for (std::uint32_t Start = 0; Start < Nodes; ++Start) {
    if (Number[Start] != Unseen || !Want(Start))
      continue;
    Enter(Start);
    while (!Path.empty()) {
      std::uint32_t Node = Path.back().Node;
      const auto &Targets = Next(Node);
      if (Path.back().Successor < Targets.size()) {
        std::uint32_t To = Targets[Path.back().Successor++];
        if (!Want(To))
          continue;
        if (Number[To] == Unseen)
          Enter(To);
        else if (Number[To] != Finished)
          Low[Node] = std::min(Low[Node], Number[To]);
        continue;
      }
      Path.pop_back();
      if (!Path.empty())
        Low[Path.back().Node] = std::min(Low[Path.back().Node], Low[Node]);
      if (Low[Node] != Number[Node])
        continue;
      std::vector<std::uint32_t> Members;
      for (std::uint32_t Member = ~0u; Member != Node;) {
        Member = Stack.back();
        Stack.pop_back();
        Number[Member] = Finished;
        Members.push_back(Member);
      }
      std::sort(Members.begin(), Members.end());
      Component(Members);
    }
  }
}

} // namespace gridlock

#endif
