// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lock guards that the catalogue lists by type (`std::unique_lock` ...): what
// the construction of one does to the locks it is given, read from the tags
// among its arguments.
#ifndef GRIDLOCK_ENGINE_GUARDS_H
#define GRIDLOCK_ENGINE_GUARDS_H

#include "checks/engine/Program.h"

#include <optional>

namespace gridlock {

enum class GuardStart : std::uint8_t { Locks, Tries, Adopts, Defers };

struct GuardConstruction {
  const rules::Entry *Type;
  GuardStart Start;
  std::vector<const facts::Value *> Locks;
  bool Async; // of a lock that is awaited: holding it blocks no thread
};

/// The guard entry of a type, null if it is none.
const rules::Entry *guardType(const Program &P, std::uint32_t Unit,
                              std::uint32_t Type);

/// A guard of type TYPE made of the arguments of E.
GuardConstruction guardFrom(const Program &P, std::uint32_t Unit,
                            const rules::Entry &Type, const facts::Event &E);

/// Set if E constructs a guard (copies and moves are no constructions).
std::optional<GuardConstruction>
guardConstruction(const Program &P, std::uint32_t Unit, const facts::Event &E);

} // namespace gridlock

#endif
