// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One subcommand = one file: XxxCommand.cpp defines addXxxCommand, which adds the
// subcommand to the parser and, when it is chosen, runs it and stores the exit
// status: 0 clean, 1 findings, 2 usage, configuration or nothing analysed, 3 some
// files failed.
#ifndef GRIDLOCK_TOOLS_CLI_COMMAND_H
#define GRIDLOCK_TOOLS_CLI_COMMAND_H

namespace CLI {
class App;
}

namespace gridlock::cli {

enum ExitStatus { Clean = 0, Findings = 1, Unusable = 2, SomeFailed = 3 };

void addCheckCommand(CLI::App &App, int &Status);
void addBaselineCommand(CLI::App &App, int &Status);
void addRunCommand(CLI::App &App, int &Status);
void addReportCommand(CLI::App &App, int &Status);
void addTopCommand(CLI::App &App, int &Status);
void addRulesCommand(CLI::App &App, int &Status);
void addExplainCommand(CLI::App &App, int &Status);
void addDoctorCommand(CLI::App &App, int &Status);
void addFactsCommand(CLI::App &App, int &Status);

} // namespace gridlock::cli

#endif
