// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Functions that are on no stack because their last instruction jumps to what
// they call. Where the call above them is a direct one, it names them.
#ifndef GRIDLOCK_TOOLS_SYMBOLIZE_TAILCALLS_H
#define GRIDLOCK_TOOLS_SYMBOLIZE_TAILCALLS_H

#include <cstdint>
#include <elfutils/libdwfl.h>

namespace gridlock::symbolize {

/// Where a function's code is; Start 0: unknown.
struct CodeRange {
  std::uint64_t Start = 0, End = 0;
};

/// The function of the same module which the instruction before ReturnAddress
/// calls, if that is a direct call. x86-64. Costs a search in the symbol table.
CodeRange calledFunction(Dwfl_Module *Module, std::uint64_t ReturnAddress);

} // namespace gridlock::symbolize

#endif
