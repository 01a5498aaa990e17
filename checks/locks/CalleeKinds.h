// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the analysis of locks has to know of a function that is called, asked of
// the catalogue once for each.
//
// Threads: one at a time. Cost: constant for each question after the first.
#ifndef GRIDLOCK_LOCKS_CALLEEKINDS_H
#define GRIDLOCK_LOCKS_CALLEEKINDS_H

#include "checks/engine/Program.h"

namespace gridlock {

class CalleeKinds {
public:
  enum Kind : std::uint8_t {
    Asked = 1,
    TouchesLocks = 2,
    WaitsReleasing = 4,
    OfGuard = 8,     // a method of a class that is a guard
    OfHolder = 16,   // what puts guards into holders, or may be named so
    AsksHolder = 32, // ... takes them out, or asks whether there is one
    OwnAsync = 64,   // a method of an awaited lock of the program's own
    OfSemaphore = 128
  };

  explicit CalleeKinds(const Program &P) : P(P), Known(P.symbolCount(), 0) {}
  /// Kinds of S; 0 for a function that is not known by name.
  std::uint8_t of(SymbolId S) {
    return Known[S] != 0 || S == 0 ? Known[S] : ask(S);
  }

private:
  std::uint8_t ask(SymbolId S);

  const Program &P;
  std::vector<std::uint8_t> Known; // by symbol
};

} // namespace gridlock

#endif
