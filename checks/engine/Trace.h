// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How findings name functions and show the path from an async root to an
// operation.
#ifndef GRIDLOCK_ENGINE_TRACE_H
#define GRIDLOCK_ENGINE_TRACE_H

#include "checks/engine/Finding.h"
#include "checks/engine/Reachability.h"

namespace gridlock {

/// "'serve'", or "the lambda in 'serve'".
std::string describe(const Program &P, SymbolId S);
/// The name of a function in a Finding: qualified; a lambda's is its enclosing
/// function's.
std::string findingFunction(const Program &P, SymbolId S);
/// What a catalogue entry advises to use in a framework, or empty.
std::string adviceFor(const rules::Entry &Entry, std::string_view Framework);
/// "coroutine 'serve'", "the callback lambda in 'serve'": the root of a path.
std::string describe(const Program &P, const Root &R);
/// Whether F stands in the user's own code: not in a system header, nor outside
/// the root if its unit is inside.
bool isUserCode(const Program &P, FunctionId F);

struct Trace {
  Location Where; // the call in the innermost function of the user's own code
  SymbolId User;  // that function
  std::vector<Note> Notes;
};

/// The calls of PATH to function F and OPERATION in it. NAME is what the last
/// note calls it, should it stand outside the user's own code.
Trace traceAlong(const Program &P, const std::vector<PathSearch::Hop> &Path,
                 FunctionId F, const facts::Event &Operation,
                 const std::string &Name);
/// The same from the root that reaches F.
Trace traceTo(const Program &P, const Reachability &R, FunctionId F,
              const facts::Event &Operation, const std::string &Name);

} // namespace gridlock

#endif
