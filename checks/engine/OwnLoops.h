// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Event loops that the program wrote itself: the innermost loop around a wait
// for many descriptors (epoll_wait, kevent, poll of more than one ...) that
// does something besides. The wait may stand in a function of its own that the
// loop calls, a few calls deep, through a pointer or a virtual method as well.
// What that loop does between two waits holds up all of its descriptors, as a
// callback does on a library's event loop.
//
// Threads: immutable after construction. Cost: linear in symbols where nothing
// waits so, else a look at each call for each level of wrapping.
#ifndef GRIDLOCK_ENGINE_OWNLOOPS_H
#define GRIDLOCK_ENGINE_OWNLOOPS_H

#include "checks/engine/Program.h"

#include <map>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace gridlock {

class CallableFlow;

struct OwnLoop {
  FunctionId Function;
  const facts::Event *Wait; // or the call of what waits
  std::vector<bool> Body;   // by block
  bool Certain; // false: it may wait for one thing only, as clients do
};

class OwnLoops {
public:
  OwnLoops(const Program &P, const CallableFlow &Flow);

  const std::vector<OwnLoop> &all() const { return Loops; }
  const OwnLoop *of(FunctionId F) const {
    auto It = ByFunction.find(F);
    return It == ByFunction.end() ? nullptr : &Loops[It->second];
  }
  /// Whether the event is where such a loop waits for its events.
  bool isWait(const facts::Event &E) const { return Waits.contains(&E); }

private:
  enum class Strength : std::uint8_t { Weak, Sure };
  using Waiters = std::unordered_map<SymbolId, Strength>;

  Waiters multiplexers() const;
  const Strength *waiterAt(FunctionId F, const CallEvent &C,
                           const Waiters &Round, bool Direct) const;
  Waiters findLoops(const Waiters &Round, bool Direct);
  bool addLoop(FunctionId F, std::uint32_t Block, const facts::Event &Wait,
               Strength How);
  bool dispatches(FunctionId F, const std::vector<bool> &Body,
                  const facts::Event &Wait, bool &Indirect) const;

  const Program &P;
  const CallableFlow &Flow;
  std::vector<OwnLoop> Loops;
  std::map<FunctionId, std::size_t> ByFunction;
  std::unordered_set<const facts::Event *> Waits;
};

} // namespace gridlock

#endif
