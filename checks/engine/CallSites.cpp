// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/CallSites.h"

namespace gridlock {

CallSites::CallSites(const Program &P) : Start(P.functions().size() + 1, 0) {
  auto EachCall = [&](auto Then) {
    for (FunctionId F = 0; F < P.functions().size(); ++F) {
      auto Call = static_cast<std::uint32_t>(P.firstCall(F));
      for (const CallEvent &C : P.callEvents(F)) {
        if (FunctionId Callee = P.symbol(C.Callee).Body;
            Callee != NoFunction && C.is(CallEvent::Arguments))
          Then(Callee, CallSite{F, Call});
        ++Call;
      }
    }
  };
  EachCall([&](FunctionId Callee, const CallSite &) { ++Start[Callee + 1]; });
  for (std::size_t I = 1; I < Start.size(); ++I)
    Start[I] += Start[I - 1];
  Sites.resize(Start.back());
  std::vector<std::size_t> Next(Start.begin(), Start.end() - 1);
  EachCall([&](FunctionId Callee, const CallSite &Site) {
    Sites[Next[Callee]++] = Site;
  });
}

} // namespace gridlock
