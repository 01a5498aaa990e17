// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is known about conditions along one path through a function, so that a
// search can leave out paths that can't be: `if (x) lock(); ... if (x)
// unlock();` has two paths, not four.
//
// A condition is known by its operands as far as they are understood, else by
// its text. It is forgotten where the function itself changes an operand; what
// callees may change is taken as unchanged, since a search should rather miss a
// path than invent one.
#ifndef GRIDLOCK_LOCKS_BRANCHFACTS_H
#define GRIDLOCK_LOCKS_BRANCHFACTS_H

#include "checks/engine/AccessPath.h"
#include "checks/engine/Program.h"

#include <map>
#include <string>
#include <vector>

namespace gridlock {

/// Comparable, so that a search can tell where it has been.
struct PathFacts {
  std::map<std::string, bool> Conditions; // by key
  std::map<AccessPath, std::int64_t> Constants;
  auto operator<=>(const PathFacts &) const = default;
};

class BranchFacts {
public:
  BranchFacts(const Program &P, FunctionId F);

  /// Goes along an edge; false if what is known rules it out.
  bool follow(const facts::Edge &E, PathFacts &Known) const;
  /// Passes an event.
  void pass(const facts::Event &E, PathFacts &Known) const;

private:
  // A condition in normal form; Key is empty if nothing is understood.
  struct Condition {
    std::string Key;
    bool Positive = true; // the condition is the key's, not its opposite
    AccessPath Place;     // what is compared with a constant, if that it is
    std::int64_t Constant = 0;
    facts::PredicateOp Op = facts::PredicateOp::None;
    std::vector<AccessPath> Operands;
  };
  std::string operand(const facts::Value *V, std::vector<AccessPath> &Paths,
                      int Depth = 0) const;
  Condition condition(const facts::Predicate &P) const;

  const FactsFile &File;
  std::map<std::uint32_t, const facts::Event *> Events; // by id
  std::map<const facts::Predicate *, Condition> Parsed;
  std::map<std::string, std::vector<AccessPath>> OperandsOf;
};

} // namespace gridlock

#endif
