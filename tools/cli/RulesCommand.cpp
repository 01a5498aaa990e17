// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gridlock rules: what the catalogue says, and the compiler for a user's own
// rules.
#include "checks/engine/CheckRegistry.h"
#include "checks/facts/Range.h"
#include "rules/Spelling.h"
#include "rules/UserRules.h"
#include "tools/cli/Command.h"
#include "tools/cli/Output.h"
#include "tools/cli/RulesActions.h"
#include "tools/cli/RulesText.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>

using namespace gridlock::rules;

namespace gridlock::cli {

namespace {
struct RulesOptions {
  std::vector<std::string> UserFiles;
  std::string Library, Category, Format = "text";
  std::string Id;
  std::vector<std::string> Files;
  std::string Facts, Output;
  bool Monitor = false;
};
} // namespace

void printErrors(const std::vector<RuleError> &Errors) {
  for (const RuleError &Error : Errors)
    std::fprintf(stderr, "%s\n", Error.text().c_str());
}

static std::string nearText(const std::string &Word,
                            const std::vector<std::string> &Known) {
  auto Near = nearest(Word, Known);
  return Near ? "; did you mean '" + *Near + "'?" : "";
}

static int list(const Catalogue &Rules, const RulesOptions &Options) {
  static const std::vector<std::string> Categories =
      yamlWords(EnumNamesCategory());
  std::vector<std::string> Libraries;
  nlohmann::json Json = nlohmann::json::array();
  std::string Text;
  for (const Entry *E : Rules.all()) {
    Libraries.push_back(E->library()->str());
    if (!isCanonical(*E) ||
        (!Options.Library.empty() && E->library()->str() != Options.Library) ||
        (!Options.Category.empty() &&
         toYamlWord(EnumNameCategory(E->category())) != Options.Category))
      continue;
    if (Options.Format == "json")
      Json.push_back(jsonOf(*E));
    else
      Text += lineOf(*E) + "\n";
  }
  auto Unknown = [](const char *What, const std::string &Word,
                    const std::vector<std::string> &Known) {
    if (Word.empty() ||
        std::find(Known.begin(), Known.end(), Word) != Known.end())
      return false;
    fail(std::string("no ") + What + " '" + Word + "' in the catalogue" +
         nearText(Word, Known));
    return true;
  };
  if (Unknown("library", Options.Library, Libraries) ||
      Unknown("category", Options.Category, Categories))
    return Unusable;
  std::fputs(Options.Format == "json" ? (Json.dump(2) + "\n").c_str()
                                      : Text.c_str(),
             stdout);
  return Clean;
}

static int show(const Catalogue &Rules, const RulesOptions &Options) {
  std::vector<const Entry *> Found;
  std::vector<std::string> Known;
  for (const Entry *E : Rules.all()) {
    if (E->name()->str() == Options.Id ||
        (E->op()->str() == Options.Id && isCanonical(*E)))
      Found.push_back(E);
    Known.push_back(E->op()->str());
    Known.push_back(E->name()->str());
  }
  if (Found.empty())
    return fail("no rule '" + Options.Id + "'" + nearText(Options.Id, Known));
  nlohmann::json Json = nlohmann::json::array();
  std::string Text;
  for (const Entry *E : Found) {
    Json.push_back(jsonOf(*E));
    Text += (Text.empty() ? "" : "\n") + pageOf(*E);
  }
  std::fputs(Options.Format == "json" ? (Json.dump(2) + "\n").c_str()
                                      : Text.c_str(),
             stdout);
  return Clean;
}

/// Whether a check of this id is in this build: in the static half, or one of
/// those that only the monitor has.
static bool isWritten(const std::string &Check) {
  return findCheck(Check) || Check == "gridlock-loop-stall" ||
         Check == "gridlock-lock-contention" || Check == "gridlock-deadlock";
}

/// What answers a practice or a mistake; what is not written yet is marked so.
static std::string answersOf(const GuideRow &Row, bool &Written) {
  std::string What;
  for (const auto *Check : each(Row.checks())) {
    bool Here = isWritten(Check->str());
    Written |= Here;
    What += (What.empty() ? "" : ", ") + Check->str() +
            (Here ? "" : " (not written yet)");
  }
  return What;
}

static int coverage(const Catalogue &Rules) {
  std::map<std::string, unsigned> RulesOfRow;
  for (const Entry *E : Rules.all())
    if (E->guide() && isCanonical(*E))
      for (const auto *Row : *E->guide())
        ++RulesOfRow[Row->str()];
  struct Count {
    unsigned Covered = 0, All = 0;
  };
  Count Operations, Answered;
  bool Unanswered = false;
  for (const GuideRow *Row : Rules.guide()) {
    // Practices and mistakes are answered by checks, operations by rules.
    std::string Id = Row->id()->str();
    bool IsOperation = Row->section()->str() == "4.2";
    std::string What;
    if (IsOperation && RulesOfRow[Id])
      What = std::to_string(RulesOfRow[Id]) + " rules";
    bool Written = IsOperation;
    if (!IsOperation)
      What = answersOf(*Row, Written);
    Count &Kind = IsOperation ? Operations : Answered;
    ++Kind.All;
    Kind.Covered += Written && !What.empty();
    std::printf("%-11s %-36s %s\n",
                What.empty() ? "NOT COVERED"
                : Written    ? "covered"
                             : "planned",
                Id.c_str(), What.c_str());
    Unanswered |= What.empty();
  }
  std::printf("%u of %u operations have rules, %u of %u practices and mistakes "
              "have a check in this build\n",
              Operations.Covered, Operations.All, Answered.Covered,
              Answered.All);
  return Unanswered ? Findings : Clean;
}

static int validate(const RulesOptions &Options) {
  CompileOptions Compile;
  Compile.GuideRows = guideRowIds();
  auto Compiled = compileRules(Options.Files, Compile);
  if (auto *Errors = std::get_if<std::vector<RuleError>>(&Compiled)) {
    printErrors(*Errors);
    return Unusable;
  }
  const auto &Buffer = std::get<std::vector<unsigned char>>(Compiled);
  std::printf("%zu files, %u entries, no errors\n", Options.Files.size(),
              GetRuleTable(Buffer.data())->entries()->size());
  return Clean;
}

using Action = std::function<int(const Catalogue &, const RulesOptions &)>;

void addRulesCommand(CLI::App &App, int &Status) {
  CLI::App *Command =
      App.add_subcommand("rules", "Show, check and compile rules");
  Command->require_subcommand(1);
  auto Options = std::make_shared<RulesOptions>();
  auto Add = [&](const char *Name, const char *Help) {
    return Command->add_subcommand(Name, Help);
  };
  // Commands that read the catalogue, with the user's rules in it.
  auto Run = [Options, &Status](CLI::App *Sub, Action Do) {
    Sub->add_option("--rules", Options->UserFiles,
                    "Also read these rules (.yaml or .glkr); may be repeated")
        ->type_name("FILE")
        ->allow_extra_args(false);
    Sub->callback([Options, &Status, Do] {
      auto Rules = loadCatalogue(Options->UserFiles);
      if (auto *Errors = std::get_if<std::vector<RuleError>>(&Rules)) {
        printErrors(*Errors);
        Status = Unusable;
      } else {
        Status = Do(std::get<Catalogue>(Rules), *Options);
      }
    });
  };
  auto AddFormat = [Options](CLI::App *Sub) {
    Sub->add_option("--format", Options->Format, "text or json")
        ->check(CLI::IsMember({"text", "json"}));
  };

  CLI::App *List = Add("list", "List the rules");
  List->add_option("--library", Options->Library, "only of this library");
  List->add_option("--category", Options->Category, "only of this category");
  AddFormat(List);
  Run(List, list);

  CLI::App *Show =
      Add("show", "Show all that is known about a function or type");
  Show->add_option("ID", Options->Id, "library/name, or a qualified name")
      ->required();
  AddFormat(Show);
  Run(Show, show);

  Run(Add("coverage",
          "Show which rows of the guide have rules; status 1 if one has none"),
      [](const Catalogue &Rules, const RulesOptions &) {
        return coverage(Rules);
      });

  CLI::App *Match =
      Add("match", "Show which calls and types of a facts file have rules");
  Match->add_option("FACTS", Options->Facts, "facts file (.glkf)")->required();
  Run(Match, [](const Catalogue &Rules, const RulesOptions &Given) {
    return matchFacts(Rules, Given.Facts);
  });

  CLI::App *Validate = Add("validate", "Check rule files");
  Validate->add_option("FILE", Options->Files, "rule files (.yaml)")
      ->required();
  Validate->callback([Options, &Status] { Status = validate(*Options); });

  CLI::App *Compile = Add("compile", "Compile rule files");
  Compile->add_option("FILE", Options->Files, "rule files (.yaml)")->required();
  Compile->add_option("-o,--output", Options->Output, "file to write")
      ->required();
  Compile->add_flag(
      "--monitor", Options->Monitor,
      "make a library of interposers, for 'gridlock run --rules'");
  Compile->callback([Options, &Status] {
    Status =
        compileUserRules(Options->Files, Options->Output, Options->Monitor);
  });
}

} // namespace gridlock::cli
