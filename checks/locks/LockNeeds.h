// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which acquisitions can matter to whom, so that only these are followed from
// callee to caller with their paths.
//
// Two locks can be in each other's way only on a cycle: one is held where a
// function is called that takes, at some depth, the other, and so on back to
// the first. All of this is one graph of functions and classes of locks; what
// is taken matters in functions of the same strongly connected part, and to who
// holds a lock of it. A class is a member of a class, whatever the object, or a
// global; locks that are reached through a pointer or reference which may be
// bound to another member are one class with it. A lock without a class, such
// as a parameter that is a mutex itself, matters to everyone until a caller
// says which one it is.
//
// Cost: linear in calls and in what is told here. Threads: one at a time.
#ifndef GRIDLOCK_LOCKS_LOCKNEEDS_H
#define GRIDLOCK_LOCKS_LOCKNEEDS_H

#include "checks/engine/Adjacency.h"
#include "checks/engine/Program.h"
#include "checks/locks/LockPaths.h"

#include <unordered_map>
#include <unordered_set>

namespace gridlock {

using LockClass = std::uint32_t;
inline constexpr LockClass NoLockClass = ~LockClass(0);

class LockNeeds {
public:
  LockClass classOf(const AccessPath &Lock);

  // What is told while the program is looked at; IN is the function where it
  // comes together.
  void takes(FunctionId In, LockClass Taken);
  void runs(FunctionId In, FunctionId Callee); // beyond the call graph
  void runsUnder(FunctionId In, LockClass Held, FunctionId Callee);
  void takesUnder(FunctionId In, LockClass Held, LockClass Taken);
  /// Two names of one lock, maybe.
  void unite(LockClass A, LockClass B);
  /// The member that PLACE ends with may stand for another object.
  void bound(const AccessPath &Place);
  /// C may be a lock without a class.
  void loosen(LockClass C) { Loose[find(C)] = true; }
  /// A lock is held while something else happens.
  void held(const AccessPath &Lock);
  /// Something in F can't be judged by classes.
  void want(FunctionId F) { Wanted.insert(F); }

  /// CALLEES: by function, all that it runs.
  void solve(const Adjacency &Callees);

  /// Whether something can come together in F, beyond what it hands to its
  /// callers.
  bool isWanted(FunctionId F) const { return Wanted.contains(F); }
  /// Whether F may take something that matters to its callers.
  bool isOnCycle(FunctionId F) const { return OnCycle[F]; }
  /// Whether F's callers need to know that it takes LOCK.
  bool matters(FunctionId F, const AccessPath &Lock) const;

private:
  // Nodes are functions and, behind them, classes.
  enum class Kind : std::uint8_t { Takes, Runs, RunsUnder, TakesUnder };
  struct Edge {
    FunctionId In;
    Kind What;
    std::uint32_t From, To;
  };
  LockClass find(LockClass C) const;
  LockClass known(const AccessPath &Lock) const;
  bool canBeHeld(const AccessPath &Lock) const;

  struct NameHash {
    std::size_t
    operator()(const std::pair<std::string_view, std::string_view> &N) const {
      return hashName(N.first) * 31 + hashName(N.second);
    }
  };
  std::unordered_map<std::pair<std::string_view, std::string_view>, LockClass,
                     NameHash>
      Classes;                   // by owner and member, or nothing and global
  std::vector<LockClass> Parent; // of classes that are one
  std::vector<bool> Bound;       // by class: was united with another
  std::vector<bool> Loose;       // ... or with something without a class
  std::vector<Edge> Edges;
  std::unordered_set<FunctionId> Wanted;
  // Ends of names of locks that are held, and whole names, by which an object's
  // own methods know what its owner knows by a longer one; by hash.
  std::unordered_set<std::size_t> Ends, Wholes;
  std::unordered_set<std::string_view> BoundMembers;
  std::vector<std::uint32_t> Part; // by node: its strongly connected part
  std::vector<bool> OnCycle;       // by function
  std::size_t Functions = 0;
};

} // namespace gridlock

#endif
