// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/BlockingOps.h"

#include "checks/engine/Classify.h"
#include "checks/engine/DeadBlocks.h"
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

bool computes(const Applied &A) {
  return A.does(Effect::Computes) && !blocks(A);
}

bool waits(const Applied &A) {
  return blocks(A) && !A.does(Effect::Acquires) &&
         A.Entry->category() != rules::Category::Lock &&
         A.Entry->cost() != rules::Cost::Brief;
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

// What computes for long on any input stalls a loop for certain, what grows
// with its input may; the rest adds up only if it is repeated.
Precision computingCeiling(const rules::Entry &Entry, Verdict Holds) {
  if (Holds < Verdict::Maybe || Entry.cost() == rules::Cost::Brief)
    return Precision::Low;
  return Entry.cost() == rules::Cost::Unbounded && Holds >= Verdict::Likely
             ? Precision::High
             : Precision::Medium;
}

// What returns an awaitable starts an operation; it is awaiting that waits.
bool startsOnly(const Program &P, std::uint32_t Unit, std::uint32_t Type) {
  const facts::Type *T = P.type(Unit, P.withoutReference(Unit, Type));
  return T->promise() || hasFlag(T->flags(), facts::TypeFlag::Awaitable);
}

// What the user calls it: not by the base class that a library keeps to itself
// (`std::__basic_future::wait` of a std::future).
std::string operationName(const Program &P, std::uint32_t Unit,
                          const facts::Event &E) {
  std::string_view Name = P.qualifiedName(P.resolve(Unit, E.symbol()));
  std::size_t Colons = Name.rfind("::");
  if (Name.find("::__") >= Colons || !E.receiver())
    return std::string(Name);
  std::uint32_t Type = P.withoutReference(Unit, typeOf(*E.receiver()));
  std::string_view Class = P.typeName(Unit, Type);
  if (Class.empty() || Class.find("::__") != std::string_view::npos)
    return std::string(Name);
  return std::string(Class) + std::string(Name.substr(Colons));
}

// Collects the operations of one function that WANTED picks from its entries.
class Collector {
public:
  using Wanted = bool (*)(const Applied &);
  using Ceiling = Precision (*)(const rules::Entry &, Verdict);

  Collector(const Program &P, FunctionId F, Wanted Wants, Ceiling Most,
            const CallerValues *Callers = nullptr)
      : P(P), Unit(P.function(F).Unit), Classify(P, F, Callers), Wants(Wants),
        Most(Most) {}

  /// Whether the event is settled by the entries of the called function.
  bool visit(const CallEvent &Site) {
    const facts::Event &E = *Site.Event;
    std::optional<Applied> Worst;
    for (const Applied &A : Classify.classify(Site.Block, E)) {
      if (A.does(Effect::Fine) && A.Holds >= Verdict::Likely)
        return true;
      if (Wants(A) && A.Holds != Verdict::No &&
          (!Worst || A.Holds > Worst->Holds))
        Worst = A;
    }
    if (!Worst)
      return false;
    if (!startsOnly(P, Unit, E.type()))
      Result.push_back({&E, Worst->Entry, "'" + operationName(P, Unit, E) + "'",
                        Worst->Holds < Verdict::Likely,
                        Most(*Worst->Entry, Worst->Holds)});
    return true;
  }

  void visitGuard(const facts::Event &E) {
    auto Guard = guardConstruction(P, Unit, E);
    if (Guard && Guard->Start == GuardStart::Locks && !Guard->Locks.empty() &&
        !Guard->Async)
      Result.push_back({&E, Guard->Type, "'" + Guard->Type->name()->str() + "'",
                        true, Precision::Medium});
  }

  std::vector<BlockingOp> Result;

private:
  const Program &P;
  std::uint32_t Unit;
  Classifier Classify;
  Wanted Wants;
  Ceiling Most;
};

} // namespace

std::vector<BlockingOp> blockingOps(const Program &P, const Contexts &C,
                                    FunctionId F, const CallerValues *Callers) {
  if (!P.callsKnown(F))
    return {};
  Collector Ops(P, F, blocks, ceilingOf, Callers);
  std::vector<bool> Dead;
  if (Callers)
    Dead = deadBlocks(P, F, *Callers);
  C.forEachCallOnLoop(F, [&](std::size_t Call) {
    const CallEvent &Site = P.callEvent(Call);
    if (Site.is(CallEvent::Known) && (Dead.empty() || !Dead[Site.Block]) &&
        !Ops.visit(Site))
      Ops.visitGuard(*Site.Event);
  });
  return std::move(Ops.Result);
}

std::vector<BlockingOp> computingOps(const Program &P, const Contexts &C,
                                     FunctionId F) {
  if (!P.callsKnown(F))
    return {};
  Collector Ops(P, F, computes, computingCeiling);
  C.forEachCallOnLoop(F, [&](std::size_t Call) {
    if (P.callEvent(Call).is(CallEvent::Known))
      Ops.visit(P.callEvent(Call));
  });
  return std::move(Ops.Result);
}

std::vector<BlockingOp> waitingOps(const Program &P, FunctionId F) {
  if (!P.callsKnown(F))
    return {};
  Collector Ops(P, F, waits, ceilingOf);
  for (const CallEvent &Site : P.callEvents(F))
    if (Site.is(CallEvent::Known))
      Ops.visit(Site);
  return std::move(Ops.Result);
}

} // namespace gridlock
