// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/cli/Command.h"

#include <CLI/CLI.hpp>

using namespace gridlock::cli;

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
  addRulesCommand(App, Status);
  addExplainCommand(App, Status);
  addDoctorCommand(App, Status);
  addFactsCommand(App, Status);
  try {
    App.parse(Argc, Argv);
  } catch (const CLI::ParseError &E) {
    return App.exit(E) == 0 ? Clean : Unusable;
  }
  return Status;
}
