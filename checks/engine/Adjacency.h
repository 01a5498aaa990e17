// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lists of numbers by number, such as callees by function, in two arrays: no
// allocation for each list. Made row by row, then never changed.
#ifndef GRIDLOCK_ENGINE_ADJACENCY_H
#define GRIDLOCK_ENGINE_ADJACENCY_H

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace gridlock {

class Adjacency {
public:
  using Id = std::uint32_t;

  /// Rows are added in their order.
  void addRow(std::span<const Id> Row) {
    Targets.insert(Targets.end(), Row.begin(), Row.end());
    Start.push_back(static_cast<Id>(Targets.size()));
  }
  /// From pairs (row, target), rows 0 to ROWS - 1; targets keep their order.
  template <typename Pairs>
  static Adjacency of(std::size_t Rows, const Pairs &All) {
    return fill(Rows, [&](auto Edge) {
      for (const auto &[Row, To] : All)
        Edge(Row, To);
    });
  }
  /// By row, the indices of the items of which ROW_OF gives that row.
  template <typename Items, typename RowOf>
  static Adjacency inverse(std::size_t Rows, const Items &All, RowOf Row) {
    return fill(Rows, [&](auto Edge) {
      for (Id I = 0; I < All.size(); ++I)
        Edge(Row(All[I]), I);
    });
  }
  /// The same edges from target to row.
  Adjacency reversed(std::size_t Rows) const {
    return fill(Rows, [&](auto Edge) {
      for (Id Row = 0; Row < rows(); ++Row)
        for (Id To : (*this)[Row])
          Edge(To, Row);
    });
  }

  std::size_t rows() const { return Start.size() - 1; }
  std::span<const Id> operator[](Id Row) const {
    return {Targets.data() + Start[Row], Targets.data() + Start[Row + 1]};
  }

private:
  // EACH_EDGE calls what it is given with every row and target, the same twice:
  // to count the rows, and to fill them.
  template <typename EachEdge>
  static Adjacency fill(std::size_t Rows, EachEdge Each) {
    Adjacency Result;
    Result.Start.assign(Rows + 1, 0);
    Each([&](Id Row, Id) { ++Result.Start[Row + 1]; });
    for (std::size_t I = 1; I <= Rows; ++I)
      Result.Start[I] += Result.Start[I - 1];
    Result.Targets.resize(Result.Start.back());
    std::vector<Id> Next(Result.Start.begin(), Result.Start.end() - 1);
    Each([&](Id Row, Id To) { Result.Targets[Next[Row]++] = To; });
    return Result;
  }

  std::vector<Id> Start{0};
  std::vector<Id> Targets;
};

/// Sorts LIST and takes out what is there twice.
template <typename T> void sortUnique(std::vector<T> &List) {
  std::sort(List.begin(), List.end());
  List.erase(std::unique(List.begin(), List.end()), List.end());
}

} // namespace gridlock

#endif
