// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks that one function takes and another releases, by design.
#ifndef GRIDLOCK_LOCKS_LOCKHANDOVER_H
#define GRIDLOCK_LOCKS_LOCKHANDOVER_H

#include "checks/locks/LockUses.h"

#include <set>

namespace gridlock {

class LockHandOver {
public:
  /// Cost: linear in the calls of the program.
  explicit LockHandOver(LockModel &Model);

  /// Whether somebody may release LOCK that F leaves locked: a caller of F at
  /// any depth, or, if F can be called from outside, a function that can be
  /// called from outside too.
  bool isHandedOn(FunctionId F, const AccessPath &Lock) const;

  /// Whether LOCK, which F takes and never releases, can't be meant to stay
  /// locked: functions take it and release it again, and neither F's callers
  /// nor somebody outside can release it for F.
  bool mustBeReleased(FunctionId F, const AccessPath &Lock) const;

  /// What F does to locks itself, without guards; null: nothing.
  const LockUses *uses(FunctionId F) const {
    auto It = Uses.find(F);
    return It == Uses.end() ? nullptr : &It->second;
  }

private:
  bool isAnnotated(FunctionId F) const;
  bool isTold(FunctionId F, const AccessPath &Lock) const;
  bool isReturned(FunctionId F, const AccessPath &Lock) const;
  bool isTakenByHelper(FunctionId F, const LockUse &Use) const;
  bool isGivenBack(const std::set<FunctionId> &Above, FunctionId F,
                   const std::string &Name) const;
  std::set<FunctionId> callersOf(FunctionId F) const; // at any depth, F too

  LockModel &Model;
  const Program &P;
  const Adjacency &Callers;
  std::unordered_map<FunctionId, LockUses> Uses;
  // By name of the lock: functions that release it without having taken it, and
  // functions with any release of it.
  std::map<std::string, std::set<FunctionId>> Givers, Releasers, Balanced;
  // Locks that a function releases which another took and said so.
  std::set<std::string> Told;
  // ... of what another has returned with its lock held.
  std::set<std::string> OfResults;
};

/// By function, whether it lets an exception out that is thrown in the program.
std::vector<bool> findThrowing(const Program &P, const CallGraph &Calls);

} // namespace gridlock

#endif
