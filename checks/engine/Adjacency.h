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
    Adjacency Result =
        inverse(Rows, All, [](const auto &P) { return P.first; });
    for (Id &To : Result.Targets)
      To = All[To].second;
    return Result;
  }
  /// By row, the indices of the items of which ROW_OF gives that row.
  template <typename Items, typename RowOf>
  static Adjacency inverse(std::size_t Rows, const Items &All, RowOf Row) {
    Adjacency Result;
    Result.Start.assign(Rows + 1, 0);
    for (const auto &Item : All)
      ++Result.Start[Row(Item) + 1];
    for (std::size_t I = 1; I <= Rows; ++I)
      Result.Start[I] += Result.Start[I - 1];
    Result.Targets.resize(Result.Start.back());
    std::vector<Id> Next(Result.Start.begin(), Result.Start.end() - 1);
    for (Id I = 0; I < All.size(); ++I)
      Result.Targets[Next[Row(All[I])]++] = I;
    return Result;
  }
  /// The same edges from target to row.
  Adjacency reversed(std::size_t Rows) const {
    Adjacency Result;
    Result.Start.assign(Rows + 1, 0);
    for (Id To : Targets)
      ++Result.Start[To + 1];
    for (std::size_t I = 1; I <= Rows; ++I)
      Result.Start[I] += Result.Start[I - 1];
    Result.Targets.resize(Targets.size());
    std::vector<Id> Next(Result.Start.begin(), Result.Start.end() - 1);
    for (Id Row = 0; Row < rows(); ++Row)
      for (Id To : (*this)[Row])
        Result.Targets[Next[To]++] = Row;
    return Result;
  }

  std::size_t rows() const { return Start.size() - 1; }
  std::span<const Id> operator[](Id Row) const {
    return {Targets.data() + Start[Row], Targets.data() + Start[Row + 1]};
  }

private:
  std::vector<Id> Start{0};
  std::vector<Id> Targets;
};

/// Sorts ROW and takes out what is there twice.
inline void sortUnique(std::vector<std::uint32_t> &Row) {
  std::sort(Row.begin(), Row.end());
  Row.erase(std::unique(Row.begin(), Row.end()), Row.end());
}

} // namespace gridlock

#endif
