// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks that the program makes itself, told by structure and then known as if
// the catalogue listed them: a class with a `lock()` and an `unlock()` (or
// `lock_shared()` and `unlock_shared()`) of which the first, on every way,
// either repeats an atomic exchange of the object's until it gets through
// (test-and-set), or draws a number and looks at another atomic until it is its
// turn (ticket lock), or waits on a condition variable of the object's for a
// field that it then sets (monitor); and the second gives that back. What lets
// its owner in again is none of these.
//
// Threads: const use is safe. Cost: linear in the two functions, and asked for
// methods of these names only.
#ifndef GRIDLOCK_ENGINE_OWNLOCKS_H
#define GRIDLOCK_ENGINE_OWNLOCKS_H

#include "checks/engine/Program.h"

#include <functional>

namespace gridlock {

/// The library of their entries, which no catalogue has.
constexpr std::string_view OwnLockLibrary = "program";

/// The entry of S, if it takes, tries or gives back an object of such a class.
/// IS_WAIT: whether a function waits on a condition variable (the program's
/// entries are not complete when this is asked).
std::unique_ptr<rules::EntryT>
ownLockMethod(const Program &P, SymbolId S,
              const std::function<bool(SymbolId)> &IsWait);

/// The entry of such a class: a mutex that is not recursive.
std::unique_ptr<rules::EntryT> ownLockType(std::string_view Name);

} // namespace gridlock

#endif
