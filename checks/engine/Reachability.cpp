// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Reachability.h"

namespace gridlock {

Reachability::Reachability(const Program &P, const CallGraph &Calls,
                           const Contexts &C,
                           const std::function<bool(const Root &)> &Wanted)
    : Roots(C.roots()), Search(P.functions().size()),
      Unresolved(P.functions().size()) {
  for (std::uint32_t I = 0; I < Roots.size(); ++I) {
    const Root &R = Roots[I];
    // What may not run on a loop at all is as uncertain as one of several
    // overrides.
    bool Certain = !R.Handed || R.Handed->Certain;
    if (R.Kind == RootKind::OwnLoop)
      Certain = Calls.ownLoops().of(R.Function)->Certain;
    if (Wanted(R))
      Search.start(R.Function, I,
                   Certain ? EdgeKind::Static : EdgeKind::SeveralOverrides);
  }
  std::vector<CallEdge> Targets;
  Search.run([&](FunctionId F) {
    C.forEachOnLoop(F, [&](std::uint32_t, const facts::Event &E) {
      if (E.kind() != facts::EventKind::Call &&
          E.kind() != facts::EventKind::Construct)
        return;
      Targets.clear();
      if (Calls.follow(F, E, Targets) == Resolution::Unresolved) {
        ++AllUnresolved;
        ++Unresolved[F];
      }
      for (const CallEdge &Edge : Targets)
        if (!C.isCoroutineRoot(Edge.Target)) {
          // Of several callables in one member, a root's own are its likely
          // ones.
          SymbolId Target = P.function(Edge.Target).Symbol;
          bool Foreign = Edge.Kind == EdgeKind::Callable &&
                         Targets.size() > 1 &&
                         P.enclosing(Target) !=
                             P.enclosing(P.function(rootOf(F).Function).Symbol);
          Search.edge(F, E, Edge, Foreign ? 1 : 0);
        }
    });
  });
}

} // namespace gridlock
