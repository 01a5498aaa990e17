// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Guards that are made inside something else: `Holder.emplace(Mutex)` of an
// optional, `emplace_back` and `push_back` of a container, `make_unique` and
// the like, and the calls that end what a holder holds.
#ifndef GRIDLOCK_LOCKS_GUARDHOLDERS_H
#define GRIDLOCK_LOCKS_GUARDHOLDERS_H

#include "checks/engine/AccessPath.h"
#include "checks/engine/Guards.h"

namespace gridlock {

struct HeldGuard {
  AccessPath Holder;
  bool Many; // a container: what it held before stays
  /// What is made from locks; if empty, `Moved` is a guard that goes in.
  std::optional<GuardConstruction> Made;
  const facts::Value *Moved = nullptr;
};

/// Whether a call of this function may be what guardIntoHolder looks for.
bool mayFillHolder(std::string_view QualifiedName);
/// ... what emptiedHolder looks for.
bool mayEmptyHolder(std::string_view QualifiedName);
/// Whether this function tells whether a holder has something in it.
bool asksHolder(std::string_view QualifiedName);

/// Set if E puts a guard into a holder.
std::optional<HeldGuard> guardIntoHolder(const Program &P, std::uint32_t Unit,
                                         const facts::Event &E);

/// The object of which E ends all guards, if it holds some; empty if E does no
/// such thing.
AccessPath emptiedHolder(const Program &P, std::uint32_t Unit,
                         const facts::Event &E);

} // namespace gridlock

#endif
