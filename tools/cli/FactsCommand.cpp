// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gridlock facts dump FILE...: the text form of facts files.
#include "checks/facts/FactsFile.h"
#include "tools/cli/Command.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace gridlock::cli {

namespace {

int dump(const std::vector<std::string> &Files) {
  int Status = Clean;
  for (const std::string &Path : Files) {
    auto Loaded = FactsFile::load(Path);
    if (const std::string *Problem = std::get_if<std::string>(&Loaded)) {
      std::cerr << "gridlock: error: " << *Problem << '\n';
      Status = Unusable;
      continue;
    }
    std::cout << dumpFacts(std::get<FactsFile>(Loaded));
  }
  return Status;
}

} // namespace

void addFactsCommand(CLI::App &App, int &Status) {
  CLI::App *Facts = App.add_subcommand("facts", "Look into facts files");
  Facts->require_subcommand(1);
  CLI::App *Dump = Facts->add_subcommand("dump", "Print facts as text");
  auto Files = std::make_shared<std::vector<std::string>>();
  Dump->add_option("FILE", *Files, "Facts files (*.glkf)")->required();
  Dump->callback([Files, &Status] { Status = dump(*Files); });
}

} // namespace gridlock::cli
