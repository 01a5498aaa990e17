// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks that the program makes itself of an atomic: a class with a `lock()`
// that repeats an atomic exchange of the object's until it gets through, and an
// `unlock()` that writes the atomic. They are told by structure, and then known
// as if the catalogue listed them.
//
// Threads: const use is safe. Cost: linear in the two functions, and asked for
// methods of these names only.
#ifndef GRIDLOCK_ENGINE_SPINLOCKS_H
#define GRIDLOCK_ENGINE_SPINLOCKS_H

#include "checks/engine/Program.h"

namespace gridlock {

/// The entry of S, if it is `lock`, `unlock` or `try_lock` of such a class.
std::unique_ptr<rules::EntryT> spinLockMethod(const Program &P, SymbolId S);

/// The entry of such a class: a mutex that is not recursive.
std::unique_ptr<rules::EntryT> spinLockType(std::string_view Name);

} // namespace gridlock

#endif
