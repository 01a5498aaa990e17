// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Classes of the program that are locks for guards of the standard library and
// the like, because they have a `lock()` of their own: which function a guard
// calls, so that it stands for the lock that this one takes.
//
// Cost: linear in the methods of the class and its bases.
#ifndef GRIDLOCK_LOCKS_OWNLOCKABLES_H
#define GRIDLOCK_LOCKS_OWNLOCKABLES_H

#include "checks/engine/Program.h"

namespace gridlock {

/// What a guard of mode MODE calls to take an object of TYPE (or behind it, if
/// that is a pointer or reference). NoFunction: the catalogue knows the type,
/// or it has no such method with a body.
FunctionId ownLocking(const Program &P, std::uint32_t Unit, std::uint32_t Type,
                      rules::LockMode Mode);

/// The same for each lock that E gives a guard.
std::vector<FunctionId> ownLockings(const Program &P, std::uint32_t Unit,
                                    const facts::Event &E);

} // namespace gridlock

#endif
