// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/cli/CheckOptions.h"
#include "tools/cli/Command.h"
#include "tools/cli/Output.h"
#include "tools/report/Baseline.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace gridlock::cli {

namespace {

struct BaselineCreate : CheckOptions {
  std::string Output = ".gridlock-baseline.json";

  int run() const {
    OutputFile Out;
    if (std::string Error = Out.open(Output); !Error.empty())
      return fail(Error);
    auto Outcome = runCheck(*this);
    if (const auto *Error = std::get_if<std::string>(&Outcome))
      return fail(*Error);
    const auto &R = std::get<report::Report>(Outcome);
    if (R.Counts.Files == 0)
      return fail("no file could be analysed; no baseline written");
    Out.stream() << report::baselineText(R.Findings);
    if (std::string Error = Out.close(); !Error.empty())
      return fail(Error);
    if (!Quiet)
      std::cerr << report::summaryLine(R) << "\ngridlock: wrote '" << Output
                << "'; use it with: gridlock check --baseline " << Output
                << '\n';
    // Findings are what a baseline is for: they don't fail its making.
    const int Status = statusOf(R);
    return Status == Findings ? static_cast<int>(Clean) : Status;
  }
};

} // namespace

void addBaselineCommand(CLI::App &App, int &Status) {
  CLI::App *Baseline = App.add_subcommand(
      "baseline", "Known findings, so that a gate fails on new ones only");
  Baseline->require_subcommand(1);
  auto Command = std::make_shared<BaselineCreate>();
  CLI::App *Create = Baseline->add_subcommand(
      "create", "Write what gridlock check finds now to a baseline");
  addCheckOptions(*Create, *Command);
  Create
      ->add_option("--output", Command->Output,
                   "The baseline (default: .gridlock-baseline.json)")
      ->type_name("FILE");
  Create->footer("Exit status: 0 written, 2 usage, configuration or nothing "
                 "analysed, 3 written, but some files did not parse.");
  Create->callback([Command, &Status] { Status = Command->run(); });
}

} // namespace gridlock::cli
