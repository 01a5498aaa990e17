// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Callables that an object runs when it ends: scope guards (`defer`,
// `finally`), whatever class they are of, recognised by a destructor that runs
// what the object was made with; and deleters of smart pointers.
//
// Cost: linear in the arguments of one call and in the calls of a destructor.
#ifndef GRIDLOCK_LOCKS_DEFERREDCALLS_H
#define GRIDLOCK_LOCKS_DEFERREDCALLS_H

#include "checks/engine/AccessPath.h"
#include "checks/engine/CallGraph.h"

#include <optional>
#include <vector>

namespace gridlock {

struct DeferredCall {
  AccessPath Object; // that runs it, as the function knows it
  FunctionId Body;
  const facts::Value *Callable; // null: an object of a class of its own
  bool IsDeleter;               // it is given the first argument
};

/// The type of what E, a Call or a Construct, makes.
std::uint32_t madeType(const Program &P, FunctionId F, const facts::Event &E);

/// The deleter that E gives a smart pointer of type TYPE; NoFunction if there
/// is none in the program.
FunctionId deleterOf(const Program &P, FunctionId F, const facts::Event &E,
                     std::uint32_t Type, const facts::Value *&Callable);

/// What the object that E makes runs at its end; empty if nothing is known.
std::optional<DeferredCall> deferredCall(const CallGraph &Calls, FunctionId F,
                                         const facts::Event &E);

/// Whether a method of such an object keeps it from running anything.
bool givesUpDeferred(std::string_view QualifiedName);

} // namespace gridlock

#endif
