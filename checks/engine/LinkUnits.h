// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One compile database often holds several programs (tests, examples, tools),
// and two of them may define the same function: in different files, or in one
// file that each compiles with its own flags. Such definitions can't be linked
// together, so they are different functions; which one a caller means is not in
// the facts. It is taken to be its own unit's; else one that is compiled for a
// build target of the caller's unit, as far as targets are known; of several,
// the one whose file shares the most leading folders with the caller's main
// file.
//
// Threads: immutable after `settle`. Cost: one pass over all functions; the
// strings of units that compile the same file are compared.
#ifndef GRIDLOCK_ENGINE_LINKUNITS_H
#define GRIDLOCK_ENGINE_LINKUNITS_H

#include "checks/facts/FactsFile.h"

#include <compare>
#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <vector>

namespace gridlock {

class LinkUnits {
public:
  /// Where a function is defined: the file, and which of the different things
  /// that its programs compile it to.
  struct Home {
    std::string_view File; // empty: there is no choice
    std::uint32_t Variant = 0;
    auto operator<=>(const Home &) const = default;
  };

  explicit LinkUnits(const std::vector<const FactsFile *> &Units);

  /// Tells that UNIT defines the function of number NAME in FILE.
  void defined(std::uint32_t Name, std::uint32_t Unit, std::string_view File);

  /// Separates what came out alike for several targets, but means different
  /// functions by the names it uses, and so on for what uses its functions: by
  /// units of one file, and by the targets of one unit. To be called once,
  /// after all of `defined`; names by unit and symbol. Returns the further
  /// units that are needed, numbered from the last one on: copies of these.
  std::vector<std::uint32_t>
  settle(const std::vector<std::vector<std::uint32_t>> &NamesOf);

  /// Whether any function has several definitions.
  bool any() const { return !Several.empty(); }
  /// Whether NAME is such a function.
  bool isAmbiguous(std::uint32_t Name) const {
    return any() && Several.contains(Name);
  }

  /// UNIT's own definition in FILE.
  Home home(std::uint32_t Unit, std::string_view File) const;
  /// Which of the definitions of NAME a unit means that has none of its own.
  Home homeOf(std::uint32_t Name, std::uint32_t Unit) const;

private:
  using Targets = std::set<std::string_view>;
  struct UnitData {
    std::string_view MainFile;
    std::uint32_t Variant = 0;
    Targets BuiltFor;
    /// A unit of other targets that this one is taken for as long as nothing
    /// speaks against it; itself if there is none.
    std::uint32_t AlikeTo;
    std::set<std::uint32_t> Defined; // names, in the main file
  };
  using Names = std::vector<std::uint32_t>;
  std::uint32_t freshVariant(std::string_view MainFile);
  bool mayBeSeparated(std::uint32_t Unit) const;
  Home homeFor(std::uint32_t Name, std::string_view MainFile,
               const Targets &BuiltFor) const;
  std::vector<Home> meant(const UnitData &Unit, const Names &Used,
                          const Targets &BuiltFor) const;
  bool separateTargets(std::uint32_t Unit, const Names &Used);
  void separate(UnitData &Unit);

  std::vector<UnitData> Units;
  std::map<std::string_view, std::uint32_t> Variants; // how many, by main file
  std::map<Home, Targets> TargetsOf; // by main file and variant
  std::vector<Home> First;           // by name
  // Only names that have several definitions.
  std::map<std::uint32_t, std::set<Home>> Several;
};

} // namespace gridlock

#endif
