// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/cli/CheckTroubles.h"

#include "rules/Spelling.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <tuple>
#include <vector>

namespace gridlock::cli {

report::Trouble firstError(const FactsFile &Unit, const std::string &Main) {
  report::Trouble Trouble;
  Trouble.Where.File = Main;
  Trouble.Reason = "could not be parsed";
  const auto *Diagnostics = Unit.root().diagnostics();
  if (!Diagnostics)
    return Trouble;
  for (const facts::Diagnostic *Diagnostic : *Diagnostics) {
    if (!Diagnostic->is_error())
      continue;
    Trouble.Reason = Unit.string(Diagnostic->message());
    const facts::Loc *Where = Diagnostic->loc();
    if (!Where || !Where->line() || !Unit.root().files() ||
        Where->file() >= Unit.root().files()->size())
      break;
    const std::string Place(
        Unit.string(Unit.root().files()->Get(Where->file())->path()));
    if (Place == Trouble.Where.File) {
      Trouble.Where.Line = Where->line();
      Trouble.Where.Column = Where->column();
    } else { // in a header: the failed file stays the place
      Trouble.Reason = Place + ":" + std::to_string(Where->line()) + ":" +
                       std::to_string(Where->column()) + ": " + Trouble.Reason;
    }
    break;
  }
  return Trouble;
}

void tellTroubles(report::Report &R, const std::filesystem::path &Cwd) {
  std::sort(R.Troubles.begin(), R.Troubles.end(),
            [](const report::Trouble &A, const report::Trouble &B) {
              return std::tie(A.Where, A.Reason) < std::tie(B.Where, B.Reason);
            });
  for (const report::Trouble &Trouble : R.Troubles) {
    std::string Place = report::displayPath(Trouble.Where.File, R.Root, Cwd);
    if (Trouble.Where.Line)
      Place += ":" + std::to_string(Trouble.Where.Line) + ":" +
               std::to_string(Trouble.Where.Column);
    std::fprintf(stderr, "%s: error: %s%s\n", Place.c_str(),
                 report::printable(Trouble.Reason).c_str(),
                 Trouble.Partial ? " (analysed as far as it parsed)" : "");
  }
}

std::string joinedNotes(const std::set<std::string> &Notes) {
  constexpr unsigned Shown = 8; // of each kind
  std::map<std::string, std::vector<std::string>> Kinds;
  for (const std::string &Note : Notes) {
    const std::size_t Colon = Note.find(": ");
    auto &Values = Kinds[Note.substr(0, Colon)];
    if (Colon != std::string::npos)
      Values.push_back(Note.substr(Colon + 2));
  }
  std::string Text;
  for (auto &[Kind, Values] : Kinds) {
    Text += (Text.empty() ? "" : "; ") + Kind;
    const std::size_t All = Values.size();
    Values.resize(std::min<std::size_t>(All, Shown));
    if (All)
      Text += ": " + rules::joined(Values);
    if (All > Shown)
      Text += " and " + std::to_string(All - Shown) + " more";
  }
  return Text;
}

} // namespace gridlock::cli
