// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Trace.h"

namespace gridlock {

std::string describe(const Program &P, SymbolId S) {
  bool IsLambda = S != 0 && hasFlag(P.symbol(S).Fact->flags(),
                                    facts::SymbolFlag::LambdaCall);
  SymbolId Outer = P.enclosing(S);
  if (IsLambda && Outer != S)
    return "the lambda in '" + std::string(P.displayName(Outer)) + "'";
  return "'" + std::string(P.displayName(S)) + "'";
}

// "'on_read'", "(method 'C::m')", "(lambda in 'f')".
static std::string kindAndName(const Program &P, SymbolId S) {
  SymbolId Outer = P.enclosing(S);
  const facts::Symbol *Fact = P.symbol(S).Fact;
  if (hasFlag(Fact->flags(), facts::SymbolFlag::LambdaCall) && Outer != S)
    return "(lambda in '" + std::string(P.qualifiedName(Outer)) + "')";
  std::string Name = "'" + std::string(P.displayName(S)) + "'";
  return Fact->record() != 0 ? "(method " + Name + ")" : Name;
}

std::string describe(const Program &P, const Root &R) {
  std::string Name = describe(P, P.function(R.Function).Symbol);
  switch (R.Kind) {
  case RootKind::Coroutine:
    return "coroutine " + Name;
  case RootKind::LoopCallback:
    return "callback " + kindAndName(P, P.function(R.Function).Symbol);
  case RootKind::Annotated:
    return Name +
           (hasFlag(P.symbol(P.function(R.Function).Symbol).Fact->flags(),
                    facts::SymbolFlag::NonBlocking)
                ? " (marked as non-blocking)"
                : " (marked as running on a loop)");
  }
  return Name;
}

std::string findingFunction(const Program &P, SymbolId S) {
  return std::string(P.qualifiedName(P.enclosing(S)));
}

std::string adviceFor(const rules::Entry &Entry, std::string_view Framework) {
  const rules::Advice *Fallback = nullptr;
  for (const rules::Advice *A : each(Entry.advice())) {
    std::string_view For = A->framework() ? A->framework()->string_view() : "";
    if (For == Framework && A->text())
      return A->text()->str();
    if (For == "any")
      Fallback = A;
  }
  return Fallback && Fallback->text() ? Fallback->text()->str() : std::string();
}

std::string insteadClause(const rules::Entry &Entry,
                          std::string_view Framework) {
  std::string Text = adviceFor(Entry, Framework);
  return Text.empty() ? Text : "; instead: " + Text;
}

Trace traceAlong(const Program &P, const std::vector<PathSearch::Hop> &Path,
                 FunctionId F, const facts::Event &Operation,
                 const std::string &Name) {
  Trace Result;
  const facts::Event *Anchor = &Operation;
  FunctionId User = F;
  for (std::size_t I = Path.size(); P.isSystem(User) && I > 0; --I) {
    User = Path[I - 1].Caller;
    Anchor = Path[I - 1].Site;
  }
  const ProgramFunction &UserFunction = P.function(User);
  Result.Where = P.locate(UserFunction.Unit, Anchor->loc());
  Result.User = UserFunction.Symbol;
  for (const PathSearch::Hop &Hop : Path)
    Result.Notes.push_back(
        {P.locate(P.function(Hop.Caller).Unit, Hop.Site->loc()),
         describe(P, P.function(Hop.Caller).Symbol) + " calls " +
             describe(P, P.function(Hop.Callee).Symbol) + " here"});
  if (Anchor != &Operation)
    Result.Notes.push_back(
        {P.locate(P.function(F).Unit, Operation.loc()), Name + " is here"});
  return Result;
}

Trace traceTo(const Program &P, const Reachability &R, FunctionId F,
              const facts::Event &Operation, const std::string &Name) {
  const Root &Start = R.rootOf(F);
  const ProgramFunction &RootFunction = P.function(Start.Function);
  std::vector<Note> Notes;
  Notes.push_back({P.locate(RootFunction.Unit, RootFunction.Fact->begin()),
                   describe(P, Start) + " starts here"});
  if (const LoopCallable *Handed = Start.Handed) {
    const ProgramFunction &Registrar = P.function(Handed->Registrar);
    SymbolId Sink = P.resolve(Registrar.Unit, Handed->Site->symbol());
    Notes.push_back({P.locate(Registrar.Unit, Handed->Site->loc()),
                     "it is handed to '" + std::string(P.qualifiedName(Sink)) +
                         "' here, to be run by an event loop"});
  }
  Trace Result = traceAlong(P, R.pathTo(F), F, Operation, Name);
  Result.Notes.insert(Result.Notes.begin(), Notes.begin(), Notes.end());
  return Result;
}

} // namespace gridlock
