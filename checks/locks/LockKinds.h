// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Of which kind a lock is, by how it is taken.
#ifndef GRIDLOCK_LOCKS_LOCKKINDS_H
#define GRIDLOCK_LOCKS_LOCKKINDS_H

#include "checks/locks/LockModel.h"

namespace gridlock {

class LockKinds {
public:
  explicit LockKinds(const Program &P);
  /// Whether taking the lock that SITE takes twice is known to wait for ever.
  bool isNotRecursive(const ChainLink &Site) const;

private:
  const Program &P;
  bool SetsTypes = false; // some pthread mutexes may be recursive
};

} // namespace gridlock

#endif
