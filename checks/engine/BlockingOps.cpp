// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/BlockingOps.h"

#include "checks/engine/Classify.h"
#include "checks/engine/Guards.h"

#include <algorithm>
#include <optional>

namespace gridlock {

using rules::Effect;

namespace {

bool blocks(const Applied &A) {
  return A.does(Effect::Blocks) || A.does(Effect::EntersLoop) ||
         A.does(Effect::WaitsReleasing) ||
         (A.does(Effect::Acquires) && !A.Entry->async());
}

// A short critical section is normal, and so is a cheap metadata query.
Precision ceilingOf(const rules::Entry &Entry, Verdict Holds) {
  Precision Ceiling = Holds == Verdict::Yes      ? Precision::VeryHigh
                      : Holds == Verdict::Likely ? Precision::High
                      : Holds == Verdict::Maybe  ? Precision::Medium
                                                 : Precision::Low;
  return Entry.cost() == rules::Cost::Brief
             ? std::min(Ceiling, Precision::Medium)
             : Ceiling;
}

// What returns an awaitable starts an operation; it is awaiting that waits.
bool startsOnly(const Program &P, std::uint32_t Unit, std::uint32_t Type) {
  const facts::Type *T = P.type(Unit, P.withoutReference(Unit, Type));
  return T->promise() || hasFlag(T->flags(), facts::TypeFlag::Awaitable);
}

} // namespace

std::vector<BlockingOp> blockingOps(const Program &P, const Contexts &C,
                                    FunctionId F) {
  std::vector<BlockingOp> Result;
  std::uint32_t Unit = P.function(F).Unit;
  Classifier Classify(P, F);
  C.forEachOnLoop(F, [&](std::uint32_t Block, const facts::Event &E) {
    if (E.kind() != facts::EventKind::Call &&
        E.kind() != facts::EventKind::Construct)
      return;
    std::optional<Applied> Worst;
    for (const Applied &A : Classify.classify(Block, E)) {
      if (A.does(Effect::Fine) && A.Holds >= Verdict::Likely)
        return;
      if (blocks(A) && A.Holds != Verdict::No &&
          (!Worst || A.Holds > Worst->Holds))
        Worst = A;
    }
    std::string Name =
        "'" + std::string(P.qualifiedName(P.resolve(Unit, E.symbol()))) + "'";
    if (Worst) {
      if (!startsOnly(P, Unit, E.type()))
        Result.push_back({&E, Worst->Entry, Name,
                          Worst->Holds < Verdict::Likely,
                          ceilingOf(*Worst->Entry, Worst->Holds)});
      return;
    }
    if (auto Guard = guardConstruction(P, Unit, E);
        Guard && Guard->Start == GuardStart::Locks && !Guard->Locks.empty() &&
        !Guard->Type->async())
      Result.push_back({&E, Guard->Type, "'" + Guard->Type->name()->str() + "'",
                        true, Precision::Medium});
  });
  return Result;
}

} // namespace gridlock
