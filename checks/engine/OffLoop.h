// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is called away from the event loops: by threads, by coroutines that have
// left the loop, by what comes before and after a loop, and by functions that
// nothing in the program calls. A method of which every call in the program is
// on a loop is meant for the loop in each of its overrides; where start-up code
// or a thread works through the same interface, some of them may be meant for
// those.
//
// Threads: immutable after construction. Cost: linear in the edges of the call
// graph; made only if a loop calls something that may run several functions.
#ifndef GRIDLOCK_ENGINE_OFFLOOP_H
#define GRIDLOCK_ENGINE_OFFLOOP_H

#include "checks/engine/Contexts.h"

#include <set>
#include <string_view>
#include <vector>

namespace gridlock {

class OffLoop {
public:
  OffLoop(const Program &P, const CallGraph &Calls, const Contexts &C);

  /// Whether what METHOD's overrides do is meant for loops: nobody calls it
  /// elsewhere, nor another method of its class that blocks in some override.
  bool isForLoopsOnly(SymbolId Method) const;
  /// Whether the call, of a function pointer in a structure, may reach what is
  /// there for others: start-up code or a thread calls a function pointer of
  /// that structure, and something that is in it blocks.
  bool isSharedTable(FunctionId F, const facts::Event &Call) const;

private:
  void spread(std::vector<bool> &Reached, std::vector<FunctionId> Pending,
              bool Certain);
  void note(FunctionId F, std::size_t Call, bool Certain);
  template <typename Use> void eachAway(FunctionId F, Use Then) const;

  const Program &P;
  const CallGraph &Calls;
  const Contexts &C;
  std::vector<bool> IsRoot;   // by function: coroutines and what loops start
  std::set<SymbolId> Methods; // called elsewhere
  std::set<std::string_view> Classes; // ... a method that blocks
  std::set<std::string_view> Tables;  // ... a function pointer that blocks
};

} // namespace gridlock

#endif
