// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions that start a thread, by name: the catalogue says that they run a
// callable elsewhere, not whether a pool does. Threads: no state.
#ifndef GRIDLOCK_LOCKS_THREADNAMES_H
#define GRIDLOCK_LOCKS_THREADNAMES_H

#include <string_view>

namespace gridlock {

/// Whether a function that runs a callable elsewhere starts a thread of its own
/// for it.
bool startsThread(std::string_view QualifiedName);

/// Whether a function makes the object that it is given reach a thread by
/// reference, and not as a copy.
bool makesReference(std::string_view QualifiedName);

} // namespace gridlock

#endif
