// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "rules/Spelling.h"
#include "tools/cli/CheckOptions.h"
#include "tools/cli/Command.h"
#include "tools/cli/Output.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

using namespace gridlock;
using namespace gridlock::cli;

namespace {

/// The innermost command that was named.
CLI::App *chosen(CLI::App &App) {
  CLI::App *Here = &App;
  while (!Here->get_subcommands().empty())
    Here = Here->get_subcommands().front();
  return Here;
}

/// What is wrong, with the nearest option or command to the first argument that
/// nobody expected.
std::string describe(CLI::App &App, const CLI::ParseError &Error) {
  const std::vector<std::string> Left = App.remaining(true);
  if (Left.empty())
    return Error.what();
  const std::string Word = Left.front().substr(0, Left.front().find('='));
  std::string Text = Error.what();
  std::vector<std::string> Known;
  if (Word.rfind('-', 0) == 0) {
    for (const CLI::Option *Option : chosen(App)->get_options())
      if (!Option->get_group().empty())
        for (const std::string &Name : Option->get_lnames())
          Known.push_back("--" + Name);
  } else {
    for (const CLI::App *Sub : chosen(App)->get_subcommands({}))
      Known.push_back(Sub->get_name());
    if (!Known.empty())
      Text = "no command '" + Word + "'";
  }
  const auto Near = rules::nearest(Word, Known);
  return Near ? Text + "; did you mean '" + *Near + "'?" : Text;
}

int explainError(CLI::App &App, const CLI::ParseError &Error) {
  if (Error.get_exit_code() == 0) // --help, --version
    return App.exit(Error) == 0 ? Clean : Unusable;
  std::string Name = "gridlock";
  for (const CLI::App *Here = &App; !Here->get_subcommands().empty();) {
    Here = Here->get_subcommands().front();
    Name += " " + Here->get_name();
  }
  fail(describe(App, Error));
  std::cerr << "Run '" << Name << " --help' for the options.\n";
  return Unusable;
}

} // namespace

int main(int Argc, char **Argv) {
  CLI::App App{"Finds blocking and race bugs in C++, on the source and in the "
               "running program",
               "gridlock"};
  App.set_version_flag("--version", "gridlock " GRIDLOCK_VERSION);
  App.require_subcommand(1);
  App.footer("Exit status: 0 clean, 1 findings, 2 usage, configuration or "
             "nothing analysed, 3 some files failed to parse.");
  int Status = Clean;
  addCheckCommand(App, Status);
  addBaselineCommand(App, Status);
  addRunCommand(App, Status);
  addReportCommand(App, Status);
  addTopCommand(App, Status);
  addRulesCommand(App, Status);
  addExplainCommand(App, Status);
  addDoctorCommand(App, Status);
  addFactsCommand(App, Status);
  std::vector<std::string> Arguments =
      markCompilerFlags({Argv + std::min(Argc, 1), Argv + Argc});
  std::reverse(Arguments.begin(), Arguments.end()); // as the parser takes them
  try {
    App.parse(std::move(Arguments));
  } catch (const CLI::ParseError &Error) {
    return explainError(App, Error);
  }
  return Status;
}
