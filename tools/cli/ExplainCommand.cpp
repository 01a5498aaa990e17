// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gridlock explain ID: the page of a check, or what the catalogue knows of an
// operation.
#include "checks/engine/CheckRegistry.h"
#include "rules/Catalogue.h"
#include "rules/Spelling.h"
#include "tools/cli/Command.h"
#include "tools/cli/Output.h"
#include "tools/cli/RulesText.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace gridlock::cli {

namespace {

int explain(const std::string &Id) {
  for (const std::string &Name : {Id, "gridlock-" + Id})
    if (const CheckInfo *Check = findCheck(Name)) {
      std::cout << Check->Page;
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
  Sub->add_option("ID", *Id,
                  "gridlock-lock-order, posix/read, ... (default: list the "
                  "checks)");
  Sub->callback(
      [Id, &Status] { Status = Id->empty() ? listChecks() : explain(*Id); });
}

} // namespace gridlock::cli
