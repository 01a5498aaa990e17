// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What attributes in the source say, in the catalogue's terms: the macros of
// gridlock/annotations.h, Clang's `blocking` and `nonblocking`, and the
// thread-safety attributes of functions whose body isn't in the program.
// Overrides inherit from what they override.
//
// Threads: const use is safe. Cost: linear in the attributes of one symbol.
#ifndef GRIDLOCK_ENGINE_ANNOTATIONS_H
#define GRIDLOCK_ENGINE_ANNOTATIONS_H

#include "checks/engine/AccessPath.h"
#include "checks/engine/Program.h"

#include <vector>

namespace gridlock {

/// What a thread-safety attribute of a function says about one lock, in terms
/// of that function's `this`, parameters and globals.
struct CapabilityEffect {
  enum Kind : std::uint8_t { Acquires, TryAcquires, Releases, Requires };
  Kind Does;
  bool Shared;
  bool ZeroIsSuccess; // TryAcquires
  AccessPath Lock;    // root This without steps: the object itself
  std::uint32_t Unit = 0, Type = 0; // of what is named, 0: not known
  bool IsAddress = false;           // what is named is the address of LOCK
};

/// Those of S, or of what it overrides. Also of functions with a body.
std::vector<CapabilityEffect> capabilityEffects(const Program &P, SymbolId S);

/// What is known of a function of which only that it blocks is said, in the
/// source or in a project file.
void describeBlocking(rules::EntryT &Entry);

/// Whether S, or what it overrides, has this annotation ("runs_on_loop").
bool isAnnotated(const Program &P, SymbolId S, std::string_view What);

/// The entries that S's attributes stand for. Without a body, thread-safety
/// attributes count too, as far as entries can say what they say: the lock is
/// the object itself or a parameter.
std::vector<rules::EntryT> annotatedEntries(const Program &P, SymbolId S);

/// The entry of a class that is a capability, or a scoped one of which the
/// constructors have no body; null if TYPE is neither.
std::unique_ptr<rules::EntryT>
annotatedType(const Program &P, std::uint32_t Unit, std::uint32_t Type);

} // namespace gridlock

#endif
