// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Trace.h"

#include "checks/engine/TemplateText.h"

namespace gridlock {

std::string describe(const Program &P, SymbolId S) {
  bool IsLambda = S != 0 && hasFlag(P.symbol(S).Fact->flags(),
                                    facts::SymbolFlag::LambdaCall);
  SymbolId Outer = P.enclosing(S);
  if (IsLambda && Outer != S)
    return "the lambda in '" + shortName(P.displayName(Outer)) + "'";
  return "'" + shortName(P.displayName(S)) + "'";
}

// KIND before the name of S: "callback 'C::f'", "the callback lambda in 'f'".
static std::string describeAs(const Program &P, std::string Kind, SymbolId S) {
  const std::string Name = describe(P, S);
  constexpr std::string_view Lambda = "the lambda";
  if (Name.starts_with(Lambda))
    return "the " + Kind + " lambda" + Name.substr(Lambda.size());
  return Kind + " " + Name;
}

std::string describe(const Program &P, const Root &R) {
  const SymbolId S = P.function(R.Function).Symbol;
  switch (R.Kind) {
  case RootKind::Coroutine:
    return describeAs(P, "coroutine", S);
  case RootKind::LoopCallback:
    return describeAs(P, "callback", S);
  case RootKind::OwnLoop:
    return "the loop of " + describe(P, S);
  case RootKind::Annotated:
    return describe(P, S) +
           (hasFlag(P.symbol(S).Fact->flags(), facts::SymbolFlag::NonBlocking)
                ? " (marked as non-blocking)"
                : " (marked as running on a loop)");
  }
  return describe(P, S);
}

bool isUserCode(const Program &P, FunctionId F) {
  if (P.isSystem(F))
    return false;
  const ProgramFunction &Fn = P.function(F);
  const facts::File &Unit = P.unit(Fn.Unit).root();
  const facts::Loc *Begin = Fn.Fact->begin();
  const auto isAbsolute = [&](std::uint32_t File) {
    return P.text(Fn.Unit, each(Unit.files())[File]->path()).starts_with('/');
  };
  return !Begin || isAbsolute(Unit.main_file()) || !isAbsolute(Begin->file());
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

Trace traceAlong(const Program &P, const std::vector<PathSearch::Hop> &Path,
                 FunctionId F, const facts::Event &Operation,
                 const std::string &Name) {
  Trace Result;
  const facts::Event *Anchor = &Operation;
  FunctionId User = F;
  const auto Innermost = [&](const auto &IsWanted) {
    User = F, Anchor = &Operation;
    for (std::size_t I = Path.size(); !IsWanted(User) && I > 0; --I) {
      User = Path[I - 1].Caller;
      Anchor = Path[I - 1].Site;
    }
    return IsWanted(User);
  };
  if (!Innermost([&](FunctionId At) { return isUserCode(P, At); }))
    Innermost([&](FunctionId At) { return !P.isSystem(At); });
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
    bool IsKept = Handed->Site->kind() != facts::EventKind::Call &&
                  P.qualifiedName(Sink).empty();
    Notes.push_back({P.locate(Registrar.Unit, Handed->Site->loc()),
                     IsKept ? "it is kept in '" + Handed->Entry->name()->str() +
                                  "' here, to be run by an event loop"
                            : "it is handed to '" +
                                  std::string(P.qualifiedName(Sink)) +
                                  "' here, to be run by an event loop"});
  }
  Trace Result = traceAlong(P, R.pathTo(F), F, Operation, Name);
  Result.Notes.insert(Result.Notes.begin(), Notes.begin(), Notes.end());
  return Result;
}

} // namespace gridlock
