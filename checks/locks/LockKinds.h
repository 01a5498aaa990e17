// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Of which kind a lock is, by how it is taken.
#ifndef GRIDLOCK_LOCKS_LOCKKINDS_H
#define GRIDLOCK_LOCKS_LOCKKINDS_H

#include "checks/locks/LockModel.h"
#include "checks/locks/RecursiveLocks.h"

namespace gridlock {

class LockKinds {
public:
  explicit LockKinds(const Program &P) : P(P) {}
  /// Whether taking the lock that SITE takes, LOCK in function F, twice is
  /// known to wait for ever.
  bool isNotRecursive(const ChainLink &Site, FunctionId F,
                      const AccessPath &Lock) const;

private:
  bool isOfPlainType(const ChainLink &Site) const;

  const Program &P;
  mutable std::optional<RecursiveLocks> Made;
};

} // namespace gridlock

#endif
