// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/cli/Command.h"
#include "tools/cli/Output.h"
#include "tools/symbolize/Live.h"
#include "tools/symbolize/Observed.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace gridlock::cli {

namespace {

struct ReportCommand {
  std::string Directory;
  unsigned Live = 0; // a process
  std::string Format = "text";
  std::string Output;
  std::vector<std::string> Suppressions;
  bool FailOnFindings = false;

  int run() const;

private:
  symbolize::RecordsOrError read() const;
  std::string
  readSuppressions(const std::vector<symbolize::ProcessRecords> &Processes,
                   symbolize::Suppressions &Suppressed) const;
};

/// The files that were given, or else those that the runs named. Returns an
/// error or an empty text.
std::string ReportCommand::readSuppressions(
    const std::vector<symbolize::ProcessRecords> &Processes,
    symbolize::Suppressions &Suppressed) const {
  std::vector<std::filesystem::path> Files(Suppressions.begin(),
                                           Suppressions.end());
  if (Files.empty())
    for (const symbolize::ProcessRecords &P : Processes)
      if (!P.Suppressions.empty())
        Files.push_back(std::filesystem::path(P.Directory) / P.Suppressions);
  for (const std::filesystem::path &File : Files)
    if (std::string Error = Suppressed.add(File); !Error.empty())
      return Error + (Suppressions.empty()
                          ? " (named when the program was run; others: "
                            "--suppressions FILE)"
                          : "");
  return {};
}

symbolize::RecordsOrError ReportCommand::read() const {
  if (Live == 0)
    return symbolize::readRecords(Directory);
  symbolize::LiveProcess Process(Live);
  symbolize::RecordsOrError Result;
  Result.Error = Process.open();
  if (Result.Error.empty())
    Result.Error = Process.refresh();
  Result.Processes.push_back(Process.records());
  if (Result.Error.empty())
    if (const auto Children = Process.watchedChildren(); !Children.empty())
      std::cerr << "gridlock: process " << Live
                << " has no event loop; processes that it started are watched, "
                   "too: "
                << Children << '\n';
  return Result;
}

int ReportCommand::run() const {
  if (Directory.empty() == (Live == 0))
    return fail("name either the directory of the records or a running "
                "program: gridlock report DIR, gridlock report --live PID");
  OutputFile Out;
  if (std::string Error = Out.open(Output); !Error.empty())
    return fail(Error);
  const symbolize::RecordsOrError Records = read();
  if (!Records.Error.empty())
    return fail(Records.Error);
  symbolize::Suppressions Suppressed;
  if (std::string Error = readSuppressions(Records.Processes, Suppressed);
      !Error.empty())
    return fail(Error);
  const auto Here = std::filesystem::current_path();
  symbolize::Observed Seen =
      symbolize::observe(Records.Processes, Here, Suppressed);
  for (const auto &[File, Problem] : Records.Unusable) {
    std::cerr << "gridlock: warning: '" << File.string() << "' " << Problem
              << '\n';
    Seen.Remarks.push_back(File.filename().string() + ": " + Problem);
    Seen.Report.Troubles.push_back({{File.string(), 0, 0}, Problem, false});
  }
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
      "report", "Show what gridlock run recorded: gridlock report DIR, or "
                "--live PID");
  Sub->add_option("directory", Command->Directory,
                  "The records (gridlock run --output DIR)")
      ->type_name("DIR");
  Sub->add_option("--live", Command->Live,
                  "Report what this running program's monitor knows now")
      ->type_name("PID");
  Sub->add_option("--format", Command->Format, "Form of the report")
      ->check(CLI::IsMember({"text", "json", "sarif"}));
  Sub->add_option("--output", Command->Output,
                  "Write the report there instead of stdout")
      ->type_name("FILE");
  Sub->add_option(
         "--suppressions", Command->Suppressions,
         "Leave out what its lines kind:pattern match; by default the "
         "file that the run named (GRIDLOCK_OPTIONS=suppressions=FILE)")
      ->type_name("FILE")
      ->allow_extra_args(false);
  Sub->add_flag("--fail-on-findings", Command->FailOnFindings,
                "Exit with 1 if there are findings");
  Sub->footer("Exit status: 0 reported (1 with --fail-on-findings and "
              "findings), 2 no usable records.");
  Sub->callback([Command, &Status] { Status = Command->run(); });
}

} // namespace gridlock::cli
