// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/CallSites.h"

namespace gridlock {

CallSites::CallSites(const Program &P) : Sites(P.functions().size()) {
  for (FunctionId F = 0; F < P.functions().size(); ++F) {
    const ProgramFunction &Fn = P.function(F);
    auto Blocks = each(Fn.Fact->blocks());
    for (std::uint32_t B = 0; B < Blocks.size(); ++B)
      for (const facts::Event *E : each(Blocks[B]->events())) {
        if (E->kind() != facts::EventKind::Call || each(E->args()).empty())
          continue;
        FunctionId Callee = P.symbol(P.resolve(Fn.Unit, E->symbol())).Body;
        if (Callee != NoFunction)
          Sites[Callee].push_back({F, B, E});
      }
  }
}

} // namespace gridlock
