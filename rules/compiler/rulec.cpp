// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gridlock-rulec: the build's own compiler of rules/libs/*.yaml. Exit status: 0
// done, 2 errors in the rules or the command line.
#include "rules/Catalogue.h"
#include "rules/YamlLoader.h"
#include "rules/compiler/Interposers.h"
#include "rules/compiler/Outputs.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <fstream>

using namespace gridlock::rules;

static bool write(const std::string &Path, const std::string &Text) {
  std::ofstream Out(Path, std::ios::binary);
  Out << Text;
  Out.close();
  if (!Out)
    std::fprintf(stderr, "%s: cannot be written\n", Path.c_str());
  return static_cast<bool>(Out);
}

int main(int Argc, char **Argv) {
  CLI::App App{"Compiles Gridlock's rule files for the build",
               "gridlock-rulec"};
  std::vector<std::string> Files;
  CompileOptions Options;
  std::string Embed, Mapping, Interposers;
  bool LibcOnly = false;
  bool Check = false;
  App.add_option("files", Files, "library files (rules/libs/*.yaml)")
      ->required();
  App.add_option("--guide", Options.GuideFiles,
                 "tables of the guide (rules/guide/*.yaml)")
      ->delimiter(',');
  App.add_option("--embed", Embed, "write the table as words of a C++ array");
  App.add_option("--mapping", Mapping,
                 "write the page guide row -> rules (Markdown)");
  App.add_option("--interposers", Interposers,
                 "write the monitor's wrappers of blocking C functions (C++)");
  App.add_flag("--libc-only", LibcOnly,
               "with --interposers: only functions of libc");
  App.add_flag("--check", Check, "only say what is wrong");
  try {
    App.parse(Argc, Argv);
  } catch (const CLI::ParseError &E) {
    return App.exit(E) == 0 ? 0 : 2;
  }
  auto Compiled = compileRules(Files, Options);
  if (auto *Errors = std::get_if<std::vector<RuleError>>(&Compiled)) {
    for (const RuleError &Error : *Errors)
      std::fprintf(stderr, "%s\n", Error.text().c_str());
    return 2;
  }
  auto &Buffer = std::get<std::vector<unsigned char>>(Compiled);
  const RuleTable &Table = *GetRuleTable(Buffer.data());
  bool Written = true;
  if (!Embed.empty())
    Written &= write(Embed, wordsOf(Buffer));
  if (!Interposers.empty())
    Written &= write(Interposers,
                     interposerSource(Table, {true, LibcOnly, true}));
  if (!Mapping.empty())
    Written &= write(Mapping, mappingPage(Table));
  if (Check)
    std::printf("%u entries in %zu files\n", Table.entries()->size(),
                Files.size());
  return Written ? 0 : 2;
}
