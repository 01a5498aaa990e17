// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is known about conditions along one path through a function, so that a
// search can leave out paths that can't be: `if (x) lock(); ... if (x)
// unlock();` has two paths, not four.
//
// A condition is known by its operands as far as they are understood, else by
// its text. It is forgotten where the function changes an operand or hands it
// to a call by address, by reference or as the object of a method that is not
// const, and where a loop comes round to it again. What else callees may change
// is taken as unchanged, since a search should rather miss a path than invent
// one.
#ifndef GRIDLOCK_LOCKS_BRANCHFACTS_H
#define GRIDLOCK_LOCKS_BRANCHFACTS_H

#include "checks/engine/AccessPath.h"
#include "checks/engine/Program.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gridlock {

/// Comparable, so that a search can tell where it has been.
struct PathFacts {
  template <typename T> struct Fact {
    T Is;
    const facts::Predicate *From; // null: from an assignment
    auto operator<=>(const Fact &) const = default;
  };
  std::map<std::uint32_t, Fact<bool>> Conditions; // by key
  std::map<AccessPath, Fact<std::int64_t>> Constants;
  /// Forgets what OTHER does not know as well; says whether that is anything.
  bool keepCommon(const PathFacts &Other);
  auto operator<=>(const PathFacts &) const = default;
};

class BranchFacts {
public:
  BranchFacts(const Program &P, FunctionId F);

  /// Goes along an edge; false if what is known rules it out. Forgets what no
  /// condition behind the edge asks for.
  bool follow(const facts::Edge &E, PathFacts &Known) const;
  /// Passes an event.
  void pass(const facts::Event &E, PathFacts &Known) const;
  /// The place that is tested on an edge, and whether it is not zero there; one
  /// that is not the error that it is compared with is taken for zero.
  std::optional<std::pair<AccessPath, bool>> tested(const facts::Edge &E) const;

private:
  // A condition in normal form; Key 0 if nothing is understood.
  struct Condition {
    std::uint32_t Key = 0;
    bool Positive = true; // the condition is the key's, not its opposite
    AccessPath Place;     // what is compared with a constant, if that it is
    std::int64_t Constant = 0;
    facts::PredicateOp Op = facts::PredicateOp::None;
    std::vector<AccessPath> Operands;
  };
  std::string operand(const facts::Value *V, std::vector<AccessPath> &Paths,
                      int Depth = 0) const;
  Condition condition(const facts::Predicate &P);
  void findUses(const facts::Function &F);
  void forget(const AccessPath &Changed, PathFacts &Known) const;
  bool holds(const facts::Edge &E, const Condition &C, PathFacts &Known) const;

  const Program &P;
  const std::uint32_t Unit;
  const FactsFile &File;
  std::map<std::uint32_t, const facts::Event *> Events; // by id
  std::map<const facts::Predicate *, Condition> Parsed;
  std::map<std::string, std::uint32_t> Keys;
  std::map<std::uint32_t, std::vector<AccessPath>> OperandsOf;
  std::map<std::uint32_t, unsigned> Tests; // branches, by key
  std::map<AccessPath, unsigned> PlaceTests;
  // What conditions behind the start of a block ask for.
  struct Uses {
    std::vector<bool> Keys;
    std::vector<bool> Places;
  };
  std::map<AccessPath, std::size_t> Places; // compared with constants
  std::vector<Uses> Ahead;                  // by block
};

} // namespace gridlock

#endif
