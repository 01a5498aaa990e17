// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a function takes and releases locks itself, and ways out of it on which
// a lock is still held.
#ifndef GRIDLOCK_LOCKS_LOCKLEAKPATHS_H
#define GRIDLOCK_LOCKS_LOCKLEAKPATHS_H

#include "checks/locks/LockModel.h"

#include <map>
#include <set>

namespace gridlock {

/// What one function does to one lock, guards left out.
struct LockUse {
  std::map<const facts::Event *, ChainId> Taken;
  std::set<const facts::Event *> Released; // also: handed to a guard
  bool ByDestructor = false;               // some object's end releases it
};

/// A guard that is a temporary, with the lock that it gives back at once.
struct TemporaryGuard {
  const facts::Event *Made;
  AccessPath Lock;
};

struct LockUses {
  std::map<AccessPath, LockUse> Locks;
  std::set<std::string>
      ReleasedOnly; // names of locks not taken here; may be ""
  std::vector<TemporaryGuard> Temporaries;
};
LockUses findLockUses(LockModel &Model, FunctionId F);

/// A path from an acquisition out of the function without a release.
struct LockLeak {
  const facts::Event *Taken;
  const facts::Event *Left; // the return or throw; null: the end of the body
};

/// One for each acquisition at most. Paths on which conditions contradict each
/// other are left out; a function with too many paths gives none.
std::vector<LockLeak> findLeaks(const Program &P, FunctionId F,
                                const LockUse &Use);

} // namespace gridlock

#endif
