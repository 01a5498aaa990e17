// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/cli/CheckOptions.h"
#include "tools/cli/Command.h"
#include "tools/cli/Output.h"
#include "tools/driver/Files.h"
#include "tools/report/Baseline.h"
#include "tools/report/Fixes.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace gridlock::cli {

namespace {

struct CheckCommand : CheckOptions {
  std::string Format = "text";
  std::string Output;
  std::string BaselineFile;
  std::string Color = "auto";
  std::string FixesFile;
  bool Fix = false;

  int run() const;

private:
  std::string fix(const report::Report &R, OutputFile &Edits) const;
  void subtractBaseline(const report::Baseline &Known, report::Report &R) const;
};

int CheckCommand::run() const {
  OutputFile Out, Edits;
  if (std::string Error = Out.open(Output); !Error.empty())
    return fail(Error);
  if (std::string Error = Edits.open(FixesFile); !Error.empty())
    return fail(Error);
  report::Baseline Known;
  if (!BaselineFile.empty()) {
    const auto Text = driver::readFile(BaselineFile);
    if (!Text)
      return fail("cannot read baseline '" + BaselineFile +
                  "'; make one with gridlock baseline create");
    auto Parsed = report::Baseline::parse(*Text, BaselineFile);
    if (const auto *Error = std::get_if<std::string>(&Parsed))
      return fail(*Error);
    Known = std::move(std::get<report::Baseline>(Parsed));
  }
  auto Outcome = runCheck(*this);
  if (const auto *Error = std::get_if<std::string>(&Outcome))
    return fail(*Error);
  auto &R = std::get<report::Report>(Outcome);
  if (!BaselineFile.empty())
    subtractBaseline(Known, R);

  std::vector<std::string> Cuts;
  if (Format == "json")
    writeJson(Out.stream(), R);
  else if (Format == "sarif")
    Cuts = writeSarif(Out.stream(), R);
  else
    writeText(
        Out.stream(), R,
        {std::filesystem::current_path(), Output.empty() && wantsColor(Color)});
  for (const std::string &Cut : Cuts)
    std::cerr << "gridlock: " << Cut << '\n';
  if (std::string Error = Out.close(); !Error.empty())
    return fail(Error);
  if (std::string Error = fix(R, Edits); !Error.empty())
    return fail(Error);
  // Where the report is not the text on stdout, the summary goes with the
  // progress.
  if ((Format != "text" || !Output.empty()) && !Quiet)
    std::cerr << report::summaryLine(R) << '\n';
  if (R.Counts.Files == 0)
    return fail("no file could be analysed");
  return statusOf(R);
}

/// Makes the edits, or writes them to EDITS. Returns an empty string or the
/// error.
std::string CheckCommand::fix(const report::Report &R,
                              OutputFile &Edits) const {
  if (!Fix && FixesFile.empty())
    return {};
  const report::FixPlan Plan = report::planFixes(R);
  for (const std::string &Refused : Plan.Refused)
    std::cerr << "gridlock: " << Refused << '\n';
  if (Fix) {
    if (std::string Error = report::applyFixes(Plan); !Error.empty())
      return Error;
    std::cerr << "gridlock: fixed " << Plan.Fixes.size() << " of "
              << R.Findings.size() << " findings\n";
  }
  if (FixesFile.empty())
    return {};
  report::writeFixes(Edits.stream(), R, Plan);
  return Edits.close();
}

void CheckCommand::subtractBaseline(const report::Baseline &Known,
                                    report::Report &R) const {
  const auto Outcome = Known.apply(R.Findings);
  R.Counts.Baselined = Outcome.Known;
  // An entry is only stale if all its code and checks were looked at.
  const bool Complete =
      Paths.empty() && Checks.empty() && !R.Counts.Failed && !R.Counts.Partial;
  if (Outcome.Stale.empty() || !Complete || Quiet)
    return;
  std::cerr << "gridlock: " << Outcome.Stale.size()
            << " baseline entries are no longer found; write '" << BaselineFile
            << "' anew with gridlock baseline create to keep them from hiding "
               "new ones, e.g. "
            << Outcome.Stale.front() << '\n';
}

} // namespace

void addCheckCommand(CLI::App &App, int &Status) {
  auto Command = std::make_shared<CheckCommand>();
  CLI::App *Sub = App.add_subcommand(
      "check", "Check the source: gridlock check [-p DIR | FILE... -- FLAGS] "
               "[PATHS]");
  addCheckOptions(*Sub, *Command);
  Sub->add_option("--format", Command->Format, "Form of the report")
      ->check(CLI::IsMember({"text", "json", "sarif"}));
  Sub->add_option("--output", Command->Output,
                  "Write the report there instead of stdout")
      ->type_name("FILE");
  Sub->add_option("--baseline", Command->BaselineFile,
                  "Report only what is not in this file (gridlock baseline "
                  "create)")
      ->type_name("FILE");
  Sub->add_flag("--fix", Command->Fix,
                "Make the edits that surely put findings right");
  Sub->add_option("--export-fixes", Command->FixesFile,
                  "Write these edits there, for clang-apply-replacements")
      ->type_name("FILE");
  Sub->add_option("--color", Command->Color,
                  "Colours in text on stdout; auto heeds NO_COLOR")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  Sub->footer("Exit status: 0 clean, 1 findings, 2 usage, configuration or "
              "nothing analysed, 3 some files did not parse (findings are "
              "still written).");
  Sub->callback([Command, &Status] { Status = Command->run(); });
}

} // namespace gridlock::cli
