// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockOrderCheck.h"

#include "checks/engine/Trace.h"
#include "checks/locks/CycleAdvice.h"
#include "checks/locks/DeclaredOrderReport.h"
#include "checks/locks/InstancePairs.h"
#include "checks/locks/LockCycles.h"
#include "checks/locks/LockText.h"

#include <algorithm>
#include <set>

namespace gridlock {

namespace {

class Reporter {
public:
  Reporter(const Program &P, const LockModel &Model, FindingSink &Sink)
      : P(P), Model(Model), Sink(Sink) {}

  void cycle(const LockCycle &Cycle);
  void pair(const InstancePair &Pair);

private:
  bool mayBeOrdered(FunctionId F) const;
  std::string lock(LockId L) const { return "'" + Model.display(L) + "'"; }
  Finding make(const std::set<std::string> &Functions) const;

  const Program &P;
  const LockModel &Model;
  FindingSink &Sink;
  std::set<std::pair<FunctionId, LockId>> SeenPairs;
};

Finding Reporter::make(const std::set<std::string> &Functions) const {
  Finding Result;
  Result.Function = *Functions.begin();
  for (const std::string &Name : Functions)
    Result.Operation += (Result.Operation.empty() ? "" : ",") + Name;
  return Result;
}

void Reporter::cycle(const LockCycle &Found) {
  const std::vector<const OrderEdge *> &Cycle = Found.Steps;
  // Where all are readers, that is said once.
  const bool AllShared =
      std::all_of(Cycle.begin(), Cycle.end(), [](const OrderEdge *E) {
        return E->FromMode == rules::LockMode::Shared &&
               E->ToMode == rules::LockMode::Shared;
      });
  auto Mode = [&](rules::LockMode M) {
    return AllShared ? std::string() : modeText(M);
  };
  std::set<std::string> Functions;
  std::string Locks, Orders;
  PathShape Shape;
  bool Uncertain = false;
  unsigned Elements = 0;
  for (std::size_t I = 0; I < Cycle.size(); ++I) {
    const OrderEdge &E = *Cycle[I];
    SymbolId S = P.function(E.Function).Symbol;
    Functions.insert(findingFunction(P, S));
    Locks += (I == 0                 ? ""
              : I + 1 < Cycle.size() ? ", "
                                     : " and ") +
             lock(E.From);
    Orders += (I == 0 ? "" : ", ") + describe(P, S) + " takes " + lock(E.From) +
              Mode(E.FromMode) + " then " + lock(E.To) + Mode(E.ToMode) +
              (E.By == LockSummary::How::TakenAgain ? " again after a wait"
               : E.By == LockSummary::How::Joined  ? " in a thread it waits for"
               : E.By == LockSummary::How::Started ? " in what it starts"
                                                   : "");
    Shape.Calls = std::max(Shape.Calls, E.Calls);
    Uncertain |= E.Uncertain;
    Elements += Model.name(E.From).IsElement ? 1 : 0;
  }
  Finding Result = make(Functions);
  Result.Message = "locks " + Locks +
                   (Cycle.size() == 2 ? " are taken in opposite orders: "
                                      : " are taken in a cycle: ") +
                   Orders;
  if (Found.Writers)
    Result.Message += std::string(AllShared ? ", in shared mode" : "") +
                      ": readers can wait for each other where a writer waits "
                      "in between";
  Result.Message += "; instead: " + insteadOf(Model, Found);
  const OrderEdge *Anchor = Cycle.front();
  unsigned Side = 0;
  for (const OrderEdge *E : Cycle) {
    ++Side;
    std::string Here = findingFunction(P, P.function(E->Function).Symbol);
    if (Here == Result.Function)
      Anchor = E;
    addTrace(Model, E->FromChain,
             lock(E->From) + modeText(E->FromMode) + " here", Result.Notes,
             Side);
    addTrace(Model, E->ToChain,
             lock(E->To) + modeText(E->ToMode) + " here while " +
                 lock(E->From) + " is held",
             Result.Notes, Side);
  }
  Result.Where = placeOf(Model, Anchor->ToChain);
  Shape.Weakest = Uncertain ? EdgeKind::SeveralOverrides : EdgeKind::Static;
  // Instances of a class are merged, so two steps may be about different
  // objects. Of two arrays, they mostly are about different elements.
  bool AllGlobal = std::all_of(Cycle.begin(), Cycle.end(), [&](auto *E) {
    return Model.name(E->From).IsGlobal && Model.name(E->To).IsGlobal;
  });
  Precision Ceiling = Found.Unlikely                  ? Precision::Low
                      : Elements > 1 || Found.Writers ? Precision::Medium
                      : AllGlobal                     ? Precision::VeryHigh
                                                      : Precision::High;
  Result.Confidence = std::min(Ceiling, precisionOf(Shape));
  Sink.report(std::move(Result));
}

// Whether a caller of F compares something: numbers of elements, maybe.
bool Reporter::mayBeOrdered(FunctionId F) const {
  using facts::PredicateOp;
  for (FunctionId Caller : Model.callers()[F])
    for (const facts::Block *B : each(P.function(Caller).Fact->blocks()))
      for (const facts::Edge *E : each(B->edges()))
        if (const facts::Predicate *Pred = E->predicate();
            Pred &&
            (Pred->op() == PredicateOp::None ||
             (Pred->op() >= PredicateOp::Lt && Pred->op() <= PredicateOp::Ge)))
          return true;
  return false;
}

void Reporter::pair(const InstancePair &Pair) {
  PairShape Shape = shapeOf(P, Pair);
  if (Shape == PairShape::Fine ||
      (Model.name(Pair.Lock).IsElement && Shape != PairShape::Elements) ||
      P.isSystem(Pair.Function) ||
      !SeenPairs.insert({Pair.Function, Pair.Lock}).second)
    return;
  SymbolId S = P.function(Pair.Function).Symbol;
  Finding Result = make({findingFunction(P, S)});
  Result.Message =
      "two instances of " + lock(Pair.Lock) + " are taken in " +
      describe(P, S) +
      " in the order of its arguments: a call with the arguments "
      "exchanged can deadlock; instead: " +
      (isInC(P, Pair.Function) ? "" : "std::scoped_lock of both, or ") +
      "order them by address";
  addTrace(Model, Pair.FirstChain,
           lock(Pair.Lock) + " of the first object here", Result.Notes);
  addTrace(Model, Pair.SecondChain,
           lock(Pair.Lock) + " of the second object here", Result.Notes);
  Result.Where = placeOf(Model, Pair.SecondChain);
  PathShape Path{Pair.Calls, Pair.Uncertain ? EdgeKind::SeveralOverrides
                                            : EdgeKind::Static};
  Precision Ceiling =
      Shape == PairShape::Hierarchy ||
              (Shape == PairShape::Elements && mayBeOrdered(Pair.Function))
          ? Precision::Medium
          : Precision::High;
  Result.Confidence = std::min(Ceiling, precisionOf(Path));
  Sink.report(std::move(Result));
}

} // namespace

void LockOrderCheck::run(const Analysis &A, FindingSink &Sink) const {
  const LockModel &Model = A.locks();
  Reporter Report(A.program(), Model, Sink);
  // A cycle that goes against a declared order is told by that.
  DeclaredOrders Declared(A.program());
  for (const LockCycle &Cycle : findLockCycles(Model))
    if (std::none_of(Cycle.Steps.begin(), Cycle.Steps.end(), [&](auto *E) {
          return Declared.isAgainst(Model.name(E->From), Model.name(E->To));
        }))
      Report.cycle(Cycle);
  for (const InstancePair &Pair : Model.pairs())
    Report.pair(Pair);
  reportDeclaredOrders(A.program(), Model, Declared, Sink);
}

} // namespace gridlock
