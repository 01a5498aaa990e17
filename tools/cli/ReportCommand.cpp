// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/cli/Command.h"
#include "tools/cli/Output.h"
#include "tools/symbolize/Observed.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace gridlock::cli {

namespace {

struct ReportCommand {
  std::string Directory;
  std::string Format = "text";
  std::string Output;
  bool FailOnFindings = false;

  int run() const;
};

int ReportCommand::run() const {
  OutputFile Out;
  if (std::string Error = Out.open(Output); !Error.empty())
    return fail(Error);
  const symbolize::RecordsOrError Records = symbolize::readRecords(Directory);
  if (!Records.Error.empty())
    return fail(Records.Error);
  const auto Here = std::filesystem::current_path();
  const symbolize::Observed Seen = symbolize::observe(Records.Processes, Here);
  std::vector<std::string> Cuts;
  if (Format == "json")
    writeObservedJson(Out.stream(), Seen);
  else if (Format == "sarif")
    Cuts = writeSarif(Out.stream(), Seen.Report);
  else
    writeObservedText(Out.stream(), Seen, {Here, false});
  for (const std::string &Cut : Cuts)
    std::cerr << "gridlock: " << Cut << '\n';
  if (std::string Error = Out.close(); !Error.empty())
    return fail(Error);
  return FailOnFindings && !Seen.Report.Findings.empty() ? Findings : Clean;
}

} // namespace

void addReportCommand(CLI::App &App, int &Status) {
  auto Command = std::make_shared<ReportCommand>();
  CLI::App *Sub = App.add_subcommand(
      "report", "Show what gridlock run recorded: gridlock report DIR");
  Sub->add_option("directory", Command->Directory,
                  "The records (gridlock run --output DIR)")
      ->required()
      ->type_name("DIR");
  Sub->add_option("--format", Command->Format, "Form of the report")
      ->check(CLI::IsMember({"text", "json", "sarif"}));
  Sub->add_option("--output", Command->Output,
                  "Write the report there instead of stdout")
      ->type_name("FILE");
  Sub->add_flag("--fail-on-findings", Command->FailOnFindings,
                "Exit with 1 if there are findings");
  Sub->footer("Exit status: 0 reported (1 with --fail-on-findings and "
              "findings), 2 no usable records.");
  Sub->callback([Command, &Status] { Status = Command->run(); });
}

} // namespace gridlock::cli
