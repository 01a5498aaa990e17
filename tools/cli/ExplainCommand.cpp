// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gridlock explain ID: the page of a check, or what the catalogue knows of an
// operation.
#include "checks/engine/CheckRegistry.h"
#include "checks/engine/Precision.h"
#include "rules/Catalogue.h"
#include "rules/Spelling.h"
#include "tools/cli/Command.h"
#include "tools/cli/Output.h"
#include "tools/cli/RulesText.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <utility>

namespace gridlock::cli {

namespace {

/// "very-high" as it stands in a sentence.
std::string spoken(Precision P) {
  std::string Text = toString(P);
  std::replace(Text.begin(), Text.end(), '-', ' ');
  return Text;
}

/// What a finding's precision comes from: the check's own words, and the table
/// for paths of calls.
std::string precisionOf(const CheckInfo &Check) {
  constexpr std::pair<const char *, EdgeKind> Rows[] = {
      {"static call, constructor, destructor", EdgeKind::Static},
      {"virtual call with one override", EdgeKind::OneOverride},
      {"virtual call with several overrides", EdgeKind::SeveralOverrides},
      {"callable handed on or kept", EdgeKind::Callable}};
  std::string Text = "\n## Precision\n\n" + std::string(Check.Precision);
  Text += "\n\nA path of calls makes a finding at most this precise:\n\n"
          "| weakest call on the path | up to 2 calls | up to 5 | up to 10 | "
          "more |\n|---|---|---|---|---|\n";
  for (const auto &[Name, Kind] : Rows) {
    Text += "| " + std::string(Name);
    for (const unsigned Calls : {2u, 5u, 10u, 11u})
      Text += " | " + spoken(gridlock::precisionOf({Calls, Kind}));
    Text += " |\n";
  }
  return Text + "\nThe default profile shows high and above, strict medium and "
                "above, pedantic all.\n";
}

int explain(const std::string &Id) {
  for (const std::string &Name : {Id, "gridlock-" + Id})
    if (const CheckInfo *Check = findCheck(Name)) {
      std::cout << Check->Page << precisionOf(*Check);
      return Clean;
    }
  const rules::Catalogue Rules = rules::Catalogue::embedded();
  std::string Text;
  std::vector<std::string> Ids;
  for (const CheckInfo &Check : allChecks())
    Ids.push_back(Check.Id);
  for (const rules::Entry *Entry : Rules.all()) {
    Ids.push_back(Entry->op()->str());
    if (Ids.back() == Id && isCanonical(*Entry))
      Text += (Text.empty() ? "" : "\n") + pageOf(*Entry);
  }
  if (!Text.empty()) {
    std::cout << Text;
    return Clean;
  }
  const auto Near = rules::nearest(Id, Ids);
  return fail("no check or operation '" + Id + "'" +
              (Near ? "; did you mean '" + *Near + "'?"
                    : "; gridlock rules list shows the operations"));
}

int listChecks() {
  for (const CheckInfo &Check : allChecks())
    std::cout << Check.Id << (Check.Pedantic ? " (pedantic)" : "") << ": "
              << Check.Summary << '\n';
  return Clean;
}

} // namespace

void addExplainCommand(CLI::App &App, int &Status) {
  CLI::App *Sub = App.add_subcommand(
      "explain", "Print the page of a check, or the rule of an operation");
  auto Id = std::make_shared<std::string>();
  Sub->add_option(
      "ID", *Id,
      "gridlock-lock-order, posix-file/read, ... (default: list the "
      "checks)");
  Sub->callback(
      [Id, &Status] { Status = Id->empty() ? listChecks() : explain(*Id); });
}

} // namespace gridlock::cli
