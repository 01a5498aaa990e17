// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where a coroutine may be at each of its events: on the executor it was
// entered on, on a loop that it switched to, or elsewhere. Awaiting what the
// catalogue says switches does so, and so does awaiting a coroutine that has
// switched when it ends: its awaiter goes on where it ended, unless the promise
// of the awaiter transforms what is awaited, which is how tasks come back to
// their executor. An awaiter of the program's own switches if the handle that
// it keeps is resumed on threads only, or on loops only.
//
// Threads: immutable after construction. Cost: linear in the events of
// coroutines for each level of switching callees; `visit` in those of one.
#ifndef GRIDLOCK_ENGINE_SWITCHES_H
#define GRIDLOCK_ENGINE_SWITCHES_H

#include "checks/engine/CallGraph.h"
#include "checks/engine/Dataflow.h"

#include <functional>
#include <map>
#include <unordered_map>
#include <vector>

namespace gridlock {

class Switches {
public:
  /// TASKS says which functions are coroutines of task kind.
  Switches(const Program &P, const CallGraph &Calls,
           const std::vector<bool> &Tasks);

  using Visitor = std::function<void(std::uint32_t Block,
                                     const facts::Event &Event, bool OnLoop)>;
  /// The events of coroutine F that can be reached, and whether F may be where
  /// it was entered or on a loop there.
  void visit(FunctionId F, const Visitor &Visit) const;
  /// The same for calls and constructions: VISIT(number of the call, on loop).
  template <typename Use> void visitCalls(FunctionId F, Use Visit) const {
    const std::span<const CallEvent> All = P.callEvents(F);
    const std::size_t First = P.firstCall(F);
    if (!switches(F)) {
      const bool Whole = !P.has(F, Has::Unreached);
      const std::vector<std::uint32_t> Reached =
          Whole ? std::vector<std::uint32_t>()
                : reachableBlocks(*P.function(F).Fact);
      for (std::size_t I = 0; I < All.size(); ++I)
        if (Whole ||
            std::binary_search(Reached.begin(), Reached.end(), All[I].Block))
          Visit(First + I, true);
      return;
    }
    std::size_t I = 0; // both are in the order of the blocks
    visit(F, [&](std::uint32_t, const facts::Event &E, bool OnLoop) {
      if (E.kind() != facts::EventKind::Call &&
          E.kind() != facts::EventKind::Construct)
        return;
      while (All[I].Event != &E)
        ++I;
      Visit(First + I, OnLoop);
    });
  }
  /// Whether F switches at all, and whether maybe to a loop.
  bool switches(FunctionId F) const { return Known.contains(F); }
  bool toLoop(FunctionId F) const;
  /// Whether F goes on elsewhere after the suspension E, whoever it awaits.
  bool leavesAt(FunctionId F, const facts::Event &E) const;

private:
  // Bits: where the coroutine may be.
  enum : std::uint8_t { Entered = 1, Loop = 2, Away = 4 };
  struct State {
    std::uint8_t At;
    bool join(const State &Other) {
      std::uint8_t Before = At;
      At |= Other.At;
      return At != Before;
    }
  };
  struct Awaits {
    // By the call whose result is awaited, or by suspension: where to.
    std::map<std::uint32_t, std::uint8_t> Direct;
    std::map<std::uint32_t, FunctionId> Tasks; // by call: which coroutine
  };

  bool maySwitch(FunctionId F) const;
  Awaits collect(FunctionId F, const std::vector<bool> &Tasks) const;
  void transfer(const Awaits &In, const facts::Event &E, State &At) const;
  template <typename Visit>
  void walk(FunctionId F, const Awaits &In, Visit Before) const;
  std::uint8_t endOf(FunctionId F) const;

  const Program &P;
  const CallGraph &Calls;
  std::unordered_map<FunctionId, Awaits> Known;
  std::unordered_map<FunctionId, std::uint8_t> Ends; // where not as entered
};

} // namespace gridlock

#endif
