// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a function takes and releases locks itself, guards left out.
#ifndef GRIDLOCK_LOCKS_LOCKUSES_H
#define GRIDLOCK_LOCKS_LOCKUSES_H

#include "checks/locks/LockModel.h"

#include <algorithm>
#include <map>
#include <set>

namespace gridlock {

/// What one function does to one lock.
struct LockUse {
  std::map<const facts::Event *, ChainId> Taken;
  /// Taken where the result of this call says so: by the place that tells.
  struct Try {
    const facts::Event *Call;
    bool ZeroIsSuccess;
  };
  std::map<AccessPath, Try> Tried;
  /// Given back by a callee where its result says so, in the same way:
  /// `ZeroIsSuccess` means that zero says it is gone.
  std::map<AccessPath, Try> Lent;
  /// Taken, unless the result, zero, says otherwise.
  std::map<AccessPath, Try> Failing;
  std::set<const facts::Event *> Released; // also: handed to a guard
  bool ByDestructor = false;               // some object's end releases it
  bool IsGivenUp = false; // a guard gave it up, and nobody asked for it
  bool isTaken() const { return !Taken.empty() || !Tried.empty(); }
  bool isReleased() const { return !Released.empty() || !Lent.empty(); }
};

/// A guard that protects nothing: a temporary, with the lock that it gives back
/// at once, or one that never gets a lock.
struct UselessGuard {
  const facts::Event *Made;
  AccessPath Lock; // root None: it never gets one
};

struct LockUses {
  std::map<AccessPath, LockUse> Locks;
  // Names of locks that are released where they were not taken here; may be "".
  std::set<std::string> ReleasedOnly;
  std::set<std::string> GivenBack; // ... and that what is called doesn't take
  std::vector<UselessGuard> Guards;
  /// Whether a lock that may be NAME is released where it was not taken.
  bool releasesOnly(const LockName &Name) const {
    return ReleasedOnly.contains(Name.Text) ||
           std::any_of(
               Name.Inner.begin(), Name.Inner.end(),
               [&](const auto &Part) { return ReleasedOnly.contains(Part); });
  }
  bool empty() const {
    return Locks.empty() && ReleasedOnly.empty() && GivenBack.empty() &&
           Guards.empty();
  }
};
LockUses findLockUses(LockModel &Model, FunctionId F);

} // namespace gridlock

#endif
