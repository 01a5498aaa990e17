// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Who takes a lock: whether somebody who runs inside a function that holds it
// could call another that takes it as well.
#ifndef GRIDLOCK_LOCKS_LOCKTAKERS_H
#define GRIDLOCK_LOCKS_LOCKTAKERS_H

#include "checks/locks/LockModel.h"

namespace gridlock {

class LockTakers {
public:
  explicit LockTakers(const LockModel &Model);
  /// A function besides HOLDER that takes LOCK and can be called from outside
  /// its class or file, itself or as part of one; NoFunction if there is none.
  FunctionId besides(FunctionId Holder, const AccessPath &Lock) const;

private:
  bool isOpen(FunctionId F) const;

  const LockModel &Model;
  const Program &P;
  const Adjacency &Callers;
};

} // namespace gridlock

#endif
