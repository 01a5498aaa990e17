// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/FindingNotes.h"

#include <map>
#include <optional>
#include <set>
#include <string_view>

namespace gridlock {

namespace {

/// Notes about macros, by the place they expand at.
class Macros {
public:
  Macros(const Program &P, const std::vector<Finding> &Findings) : P(P) {
    for (const Finding &F : Findings) {
      Wanted.emplace(F.Where, std::nullopt);
      for (const Note &N : F.Notes)
        Wanted.emplace(N.Where, std::nullopt);
    }
    for (const auto &[Where, Ignored] : Wanted)
      Lines.insert(Where.Line);
    for (FunctionId F = 0; F < P.functions().size(); ++F)
      if (P.has(F, Has::Macro))
        for (const facts::Block *B : each(P.function(F).Fact->blocks()))
          for (const facts::Event *E : each(B->events()))
            if (E->macro() != 0 && E->loc() && E->spelling())
              event(P.function(F), *E);
  }

  const Note *at(const Location &Where) const {
    const auto It = Wanted.find(Where);
    return It != Wanted.end() && It->second ? &*It->second : nullptr;
  }

private:
  void event(const ProgramFunction &F, const facts::Event &E) {
    // What is spelled where it stands is an argument of the macro.
    if (!Lines.contains(E.loc()->line()) ||
        (E.loc()->file() == E.spelling()->file() &&
         E.loc()->line() == E.spelling()->line()))
      return;
    const auto It = Wanted.find(P.locate(F.Unit, E.loc()));
    if (It != Wanted.end() && !It->second)
      It->second = Note{P.locate(F.Unit, E.spelling()),
                        "expanded from macro '" +
                            std::string(P.text(F.Unit, E.macro())) + "'"};
  }

  const Program &P;
  std::map<Location, std::optional<Note>> Wanted;
  std::set<unsigned> Lines; // to rule out most events cheaply
};

/// The first error of a unit, by its main file and by headers that were in no
/// unit without errors.
std::map<std::string, Note> partlyParsed(const Program &P) {
  std::set<std::string_view> Complete;
  std::map<std::string, Note> Result;
  const auto files = [&](std::uint32_t U, const auto &Do) {
    for (const facts::SourceFile *S : each(P.unit(U).root().files()))
      if (!S->is_system())
        Do(P.text(U, S->path()));
  };
  bool Any = false;
  for (std::uint32_t U = 0; U < P.unitCount(); ++U)
    Any |= P.unit(U).root().status() == facts::ParseStatus::Partial;
  if (!Any)
    return Result;
  for (std::uint32_t U = 0; U < P.unitCount(); ++U)
    if (P.unit(U).root().status() == facts::ParseStatus::Ok)
      files(U, [&](std::string_view Path) { Complete.insert(Path); });
  for (std::uint32_t U = 0; U < P.unitCount(); ++U) {
    const facts::File &File = P.unit(U).root();
    if (File.status() != facts::ParseStatus::Partial)
      continue;
    Note Error{{}, "this file was analysed only as far as it parsed"};
    for (const facts::Diagnostic *D : each(File.diagnostics()))
      if (D->is_error()) {
        Error.Where = P.locate(U, D->loc());
        Error.Message += ": " + std::string(P.text(U, D->message()));
        break;
      }
    files(U, [&](std::string_view Path) {
      if (!Complete.contains(Path))
        Result.emplace(Path, Error);
    });
  }
  return Result;
}

} // namespace

void addMacroNotes(const Program &P, std::vector<Finding> &Findings) {
  if (Findings.empty())
    return;
  const Macros Known(P, Findings);
  for (Finding &F : Findings) {
    std::vector<Note> Notes;
    if (const Note *Here = Known.at(F.Where))
      Notes.push_back(*Here);
    for (Note &N : F.Notes) {
      const Note *From = Known.at(N.Where);
      const unsigned Side = N.Side;
      const bool Again = N.Where == F.Where;
      Notes.push_back(std::move(N));
      if (!From || Again)
        continue;
      Notes.push_back(*From);
      Notes.back().Side = Side;
    }
    F.Notes = std::move(Notes);
  }
}

void addErrorNotes(const Program &P, std::vector<Finding> &Findings) {
  if (Findings.empty())
    return;
  const std::map<std::string, Note> Partly = partlyParsed(P);
  if (Partly.empty())
    return;
  for (Finding &F : Findings) {
    const Note *Error = nullptr;
    const auto look = [&](const Location &Where) {
      const auto It = Partly.find(Where.File);
      if (!Error && It != Partly.end())
        Error = &It->second;
    };
    look(F.Where);
    for (const Note &N : F.Notes)
      look(N.Where);
    if (Error)
      F.Notes.push_back(*Error);
  }
}

} // namespace gridlock
