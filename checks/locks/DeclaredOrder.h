// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Orders of locks that the source declares, by Clang's `acquired_before` and
// `acquired_after`, and what contradicts them.
//
// Cost: linear in the attributes; a question is linear in the declarations.
// Threads: immutable after construction.
#ifndef GRIDLOCK_LOCKS_DECLAREDORDER_H
#define GRIDLOCK_LOCKS_DECLAREDORDER_H

#include "checks/locks/LockPaths.h"

namespace gridlock {

/// FIRST is declared to be taken before SECOND.
struct DeclaredOrder {
  AccessPath First, Second;
  std::uint32_t Unit;
  const facts::Loc *Where; // of the member; null: a global
  bool ByAfter;            // said by `acquired_after`
};

class DeclaredOrders {
public:
  explicit DeclaredOrders(const Program &P);
  const std::vector<DeclaredOrder> &all() const { return Orders; }
  /// The declarations by which FIRST comes before SECOND, in order; empty if
  /// nothing says so.
  std::vector<const DeclaredOrder *> between(const LockName &First,
                                             const LockName &Second) const;
  /// Whether taking TO with FROM held goes against a declaration.
  bool isAgainst(const LockName &From, const LockName &To) const {
    return !Orders.empty() && !between(To, From).empty();
  }
  LockName first(const DeclaredOrder &D) const { return nameOf(D.First); }
  LockName second(const DeclaredOrder &D) const { return nameOf(D.Second); }

private:
  std::vector<DeclaredOrder> Orders;
};

} // namespace gridlock

#endif
