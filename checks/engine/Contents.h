// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What there is in a function, in a few bits, found out in one pass over all
// functions: a pass over the program asks for the bits of what it looks for and
// reads the events of those functions only that have some.
//
//   for (FunctionId F = 0; F < P.functions().size(); ++F)
//     if (P.has(F, hasEvent(EventKind::Suspend)) ||
//         P.calls(F, callsEffect(Effect::Acquires) | Callee::OfGuard))
//       ... each(P.function(F).Fact->blocks()) ...
//
// Bits that are not set are certain, bits that are set say that it is worth
// looking: of the events, not of the conditions on edges between blocks. A
// value without a type is of no type that is asked for.
//
// Where calls are enough, P.callEvents(F) has callee, block and kind of each in
// an array, and CallGraph::edges() what each runs: no event has to be read.
#ifndef GRIDLOCK_ENGINE_CONTENTS_H
#define GRIDLOCK_ENGINE_CONTENTS_H

#include "catalogue_generated.h"
#include "facts_generated.h"

#include <cstdint>

namespace gridlock {

/// Program::has(): the bit of a kind of events.
constexpr std::uint32_t hasEvent(facts::EventKind Kind) {
  return 1u << static_cast<unsigned>(Kind);
}

/// Program::has(): other bits. "Value": receiver, argument, source or place of
/// an event, what a callable captures and what a conditional chooses from.
struct Has {
  enum : std::uint32_t {
    UnknownEvent = 1u << 17,   // of a later format
    ThroughPointer = 1u << 18, // a call of what its receiver holds
    VirtualCall = 1u << 19,
    Callable = 1u << 20,      // a value that is a function, lambda or method
    HoldsCallable = 1u << 21, // a value of a type that may hold one, or of an
                              // executor's type (CallableTypes.h)
    Task = 1u << 22,      // a call whose result is of a type with a promise,
                          // or of one that the catalogue knows as a task
    Macro = 1u << 23,     // an event from a macro
    Unreached = 1u << 24, // a block that is not reached from the entry, or
                          // that does not return
    BackEdge = 1u << 25,
    OfLoop = 1u << 26,       // a value of a type that is part of an event loop
    OfLock = 1u << 27,       // a value of a type that is a mutex or a guard,
                             // or a reference or pointer to such
    AwaitSuspend = 1u << 28, // a call of some await_suspend
    KnownCall = 1u << 29,    // a call of what the catalogue knows, or of a
                             // method of a class that it knows
  };
};

/// Program::calls() and ProgramSymbol::Bits: the bit of an effect that the
/// catalogue, or an annotation, says a function that is called has.
constexpr std::uint64_t callsEffect(rules::Effect Effect) {
  static_assert(static_cast<unsigned>(rules::Effect::MAX) < 32);
  return 1ull << static_cast<unsigned>(Effect);
}

/// Program::calls() and ProgramSymbol::Bits: other bits.
struct Callee {
  enum : std::uint64_t {
    OfGuard = 1ull << 32,   // a method or constructor of a known guard
    OfMutex = 1ull << 33,   // ... of a known mutex
    OfKnown = 1ull << 34,   // ... of a class the catalogue knows otherwise
    CallsHeld = 1ull << 35, // a call operator without a body: std::function's
    Resumes = 1ull << 36,   // resumes a coroutine by its handle
    MakesTask = 1ull << 37, // is a coroutine
    HasBody = 1ull << 38,
    AwaitSuspend = 1ull << 39,
    CopyOrMove = 1ull << 40,
    KnownEntry = 1ull << 41,  // the catalogue or an annotation knows it
    MakesInPlace = 1ull << 42 // emplace, make_shared and the like
  };
};

} // namespace gridlock

#endif
