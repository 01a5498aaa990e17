// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/threads/ThreadRoots.h"

#include "checks/engine/BlockLoops.h"
#include "checks/engine/Classify.h"
#include "checks/locks/ThreadNames.h"

#include <unordered_map>

namespace gridlock {

using facts::EventKind;
using rules::Effect;

ThreadRoots::ThreadRoots(const Program &P, const CallGraph &Calls) {
  std::unordered_map<FunctionId, std::size_t> Known;
  for (FunctionId F = 0; F < P.functions().size(); ++F) {
    if (!P.callsKnown(F))
      continue;
    const ProgramFunction &Fn = P.function(F);
    Classifier Judge(P, F);
    auto Blocks = each(Fn.Fact->blocks());
    for (std::uint32_t B = 0; B < Blocks.size(); ++B)
      for (const facts::Event *E : each(Blocks[B]->events())) {
        SymbolId Callee = P.resolve(Fn.Unit, E->symbol());
        if ((E->kind() != EventKind::Call &&
             E->kind() != EventKind::Construct) ||
            P.entries(Callee).empty())
          continue;
        const rules::Entry *Sink = nullptr;
        for (const Applied &A : Judge.classify(B, *E))
          if (A.does(Effect::RunsCallable) && A.Holds >= Verdict::Likely &&
              (A.Entry->where() == rules::Where::Elsewhere ||
               A.Entry->where() == rules::Where::Detached))
            Sink = A.Entry;
        if (!Sink)
          continue;
        bool IsThread = startsThread(P.qualifiedName(Callee));
        if (IsThread) {
          Starts.insert(E);
          Starters.insert(F);
        }
        for (const facts::Value *Arg : each(E->args()))
          for (FunctionId Body : Calls.callables().anyTargets(F, Arg)) {
            auto [It, New] = Known.try_emplace(Body, Roots.size());
            if (New)
              Roots.push_back(
                  {Body, F, E, IsThread && loopOf(*Fn.Fact, B).empty()});
            else
              Roots[It->second].Single = false;
          }
      }
  }
}

} // namespace gridlock
