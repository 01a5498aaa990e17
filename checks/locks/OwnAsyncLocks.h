// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Classes of the program that are awaited locks, known by their form: `lock()`
// without arguments gives something that can be awaited, and there is an
// `unlock()`. The lock is taken where that result is awaited.
//
// Cost: linear in the methods of the class.
#ifndef GRIDLOCK_LOCKS_OWNASYNCLOCKS_H
#define GRIDLOCK_LOCKS_OWNASYNCLOCKS_H

#include "checks/engine/Program.h"

namespace gridlock {

enum class OwnAsyncMethod : std::uint8_t { None, Takes, GivesBack };

/// What a method S is in such a class; None where the catalogue knows it.
OwnAsyncMethod ownAsyncMethod(const Program &P, SymbolId S);

} // namespace gridlock

#endif
