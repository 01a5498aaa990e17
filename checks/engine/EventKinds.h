// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which kind of event a callback is registered for. Registries keep callbacks
// of all kinds in members of one class, so that by the flow of values each call
// through such a member runs all of them. Where both sides name the kind by a
// constant, `listen(EV_TICK, onTick)` and `l->call(EV_TICK, l->data)`, the call
// runs those of its kind only.
//
// A callback that is stored, passed or returned anywhere without such a
// constant may be of any kind, and a constant of a call that no callback was
// registered with says nothing.
//
// Cost: one look at the calls of functions that name a function as a value; a
// question is linear in the callbacks in question. Threads: any, once made.
#ifndef GRIDLOCK_ENGINE_EVENTKINDS_H
#define GRIDLOCK_ENGINE_EVENTKINDS_H

#include "checks/engine/CallGraph.h"

#include <string_view>
#include <unordered_map>
#include <vector>

namespace gridlock {

class EventKinds {
public:
  explicit EventKinds(const Program &P);

  /// Takes out of TARGETS, from FIRST on, those that E, a call of function F
  /// through what is kept somewhere, doesn't mean.
  void keepMeant(FunctionId F, const facts::Event &E, std::size_t First,
                 std::vector<CallEdge> &Targets) const;

private:
  struct Registered {
    std::vector<std::string_view> For; // names of constants, as often as it is
    bool ForAny = false;
  };
  void scan(FunctionId F);
  void add(FunctionId F, const facts::Value *V,
           const std::vector<std::string_view> &For);

  const Program &P;
  std::unordered_map<FunctionId, Registered> Callbacks;
};

} // namespace gridlock

#endif
