// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/DeclaredOrderReport.h"

#include "checks/engine/Trace.h"
#include "checks/locks/LockText.h"

#include <algorithm>
#include <set>

namespace gridlock {

namespace {

std::string quote(const LockName &Name) {
  return "'" + LockModel::display(Name) + "'";
}

class Reporter {
public:
  Reporter(const Program &P, const LockModel &Model,
           const DeclaredOrders &Declared, FindingSink &Sink)
      : P(P), Model(Model), Declared(Declared), Sink(Sink) {}
  void run();

private:
  void against(const OrderEdge &E);
  void contradiction(const DeclaredOrder &D);
  void addDeclared(const std::vector<const DeclaredOrder *> &By,
                   Finding &Result) const;

  const Program &P;
  const LockModel &Model;
  const DeclaredOrders &Declared;
  FindingSink &Sink;
  std::set<std::tuple<FunctionId, LockId, LockId>> SeenAgainst;
  std::set<std::set<std::string>> SeenContradictions;
};

void Reporter::addDeclared(const std::vector<const DeclaredOrder *> &By,
                           Finding &Result) const {
  for (const DeclaredOrder *D : By)
    if (D->Where)
      Result.Notes.push_back(
          {P.locate(D->Unit, D->Where),
           quote(nameOf(D->First)) + " is declared to be taken before " +
               quote(nameOf(D->Second)) + " here, by '" +
               (D->ByAfter ? "acquired_after'" : "acquired_before'")});
}

// The locks are taken the other way round than the source declares.
void Reporter::against(const OrderEdge &E) {
  auto By = Declared.between(Model.name(E.To), Model.name(E.From));
  if (By.empty() || P.isSystem(E.Function) ||
      !SeenAgainst.insert({E.Function, E.From, E.To}).second)
    return;
  SymbolId S = P.function(E.Function).Symbol;
  Finding Result;
  Result.Function = findingFunction(P, S);
  Result.Operation = Model.display(E.From) + "," + Model.display(E.To);
  Result.Message = describe(P, S) + " takes " + quote(Model.name(E.From)) +
                   modeText(E.FromMode) + " then " + quote(Model.name(E.To)) +
                   modeText(E.ToMode) +
                   ", which is declared to be taken before " +
                   quote(Model.name(E.From)) +
                   ": with who keeps to that it can deadlock; instead: take " +
                   quote(Model.name(E.To)) + " first";
  addTrace(Model, E.FromChain, quote(Model.name(E.From)) + " here",
           Result.Notes);
  addTrace(Model, E.ToChain,
           quote(Model.name(E.To)) + " here while " +
               quote(Model.name(E.From)) + " is held",
           Result.Notes);
  addDeclared(By, Result);
  Result.Where = placeOf(Model, E.ToChain);
  PathShape Shape{E.Calls,
                  E.Uncertain ? EdgeKind::SeveralOverrides : EdgeKind::Static};
  Result.Confidence = std::min(Precision::High, precisionOf(Shape));
  Sink.report(std::move(Result));
}

void Reporter::contradiction(const DeclaredOrder &D) {
  auto By = Declared.between(nameOf(D.Second), nameOf(D.First));
  if (By.empty() || !D.Where)
    return;
  By.push_back(&D);
  std::set<std::string> Names;
  for (const DeclaredOrder *Other : By)
    Names.insert(LockModel::display(nameOf(Other->First)));
  if (!SeenContradictions.insert(Names).second)
    return;
  Finding Result;
  Result.Function = *Names.begin();
  Result.Operation = "acquired_before";
  Result.Message = "lock " + quote(nameOf(D.First)) +
                   " is declared to be taken before " +
                   quote(nameOf(D.Second)) +
                   ", and after it; instead: declare one order only";
  addDeclared(By, Result);
  Result.Where = P.locate(D.Unit, D.Where);
  Result.Confidence = Precision::VeryHigh;
  Sink.report(std::move(Result));
}

void Reporter::run() {
  if (Declared.all().empty())
    return;
  for (const OrderEdge &E : Model.edges())
    against(E);
  for (const DeclaredOrder &D : Declared.all())
    contradiction(D);
}

} // namespace

void reportDeclaredOrders(const Program &P, const LockModel &Model,
                          const DeclaredOrders &Declared, FindingSink &Sink) {
  Reporter(P, Model, Declared, Sink).run();
}

} // namespace gridlock
