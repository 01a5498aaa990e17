// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "rules/compiler/Outputs.h"

#include <map>
#include <set>
#include <string_view>

namespace gridlock::rules {

namespace {
// What the rules say about one row.
struct RowRules {
  std::map<std::string, std::set<std::string>> NamesByLibrary;
  std::map<std::string, std::set<std::string>> AdviceByFramework;
};
} // namespace

static bool isAlias(const Entry &E) {
  return E.op()->str() != E.library()->str() + "/" + E.name()->str();
}

static std::map<std::string, RowRules> rulesByRow(const RuleTable &Table) {
  std::map<std::string, RowRules> ByRow;
  for (const Entry *E : *Table.entries()) {
    if (!E->guide() || isAlias(*E))
      continue;
    for (const auto *Row : *E->guide()) {
      RowRules &Rules = ByRow[Row->str()];
      Rules.NamesByLibrary[E->library()->str()].insert(E->name()->str());
      if (E->advice())
        for (const Advice *A : *E->advice())
          Rules.AdviceByFramework[A->framework()->str()].insert(
              A->text()->str());
    }
  }
  return ByRow;
}

static std::string code(const std::string &Text) { return "`" + Text + "`"; }

static std::string rulesOf(const RowRules &Rules) {
  std::string Text;
  for (const auto &[Library, Names] : Rules.NamesByLibrary) {
    Text += "- [" + Library + "](libs/" + Library + ".yaml):";
    const char *Separator = " ";
    for (const std::string &Name : Names) {
      Text += Separator + code(Name);
      Separator = ", ";
    }
    Text += "\n";
  }
  if (!Rules.AdviceByFramework.empty())
    Text += "\nInstead:\n\n";
  for (const auto &[Framework, Texts] : Rules.AdviceByFramework) {
    Text += "- " + Framework + ": ";
    const char *Separator = "";
    for (const std::string &Advice : Texts) {
      Text += Separator + Advice;
      Separator = "; ";
    }
    Text += "\n";
  }
  return Text;
}

static std::string checksOf(const GuideRow &Row) {
  std::string Text;
  for (const auto *Check : *Row.checks())
    Text += (Text.empty() ? "Checks: " : ", ") + code(Check->str());
  return Text + "\n";
}

std::string mappingPage(const RuleTable &Table) {
  std::map<std::string, RowRules> ByRow = rulesByRow(Table);
  std::string Text =
      "# The guide's rows and the rules and checks that answer them\n\n"
      "Made from `guide/*.yaml` and `libs/*.yaml` by `gridlock-rulec "
      "--mapping`; a test "
      "compares it, so don't edit it.\n";
  std::string Title;
  if (!Table.guide())
    return Text;
  for (const GuideRow *Row : *Table.guide()) {
    if (Row->title()->str() != Title) {
      Title = Row->title()->str();
      Text += "\n## " + Title + " (guide " + Row->section()->str() + ")\n";
    }
    Text +=
        "\n### " + Row->id()->str() + ": " + Row->operation()->str() + "\n\n";
    if (Row->note() && Row->note()->size())
      Text += Row->note()->str() + "\n\n";
    if (Row->checks() && Row->checks()->size())
      Text += checksOf(*Row);
    else if (auto Rules = ByRow.find(Row->id()->str()); Rules != ByRow.end())
      Text += rulesOf(Rules->second);
    else
      Text += "No rule yet.\n";
  }
  return Text;
}

} // namespace gridlock::rules
