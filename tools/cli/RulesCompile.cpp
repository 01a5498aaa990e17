// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "rules/UserRules.h"
#include "rules/compiler/Interposers.h"
#include "tools/cli/Command.h"
#include "tools/cli/Output.h"
#include "tools/cli/RulesActions.h"
#include "tools/driver/Files.h"

namespace gridlock::cli {

int compileUserRules(const std::vector<std::string> &Files,
                     const std::string &Output, bool ForMonitor) {
  rules::CompileOptions Options;
  Options.GuideRows = rules::guideRowIds();
  auto Compiled = rules::compileRules(Files, Options);
  if (auto *Errors = std::get_if<std::vector<rules::RuleError>>(&Compiled)) {
    printErrors(*Errors);
    return Unusable;
  }
  const auto &Buffer = std::get<std::vector<unsigned char>>(Compiled);
  std::string Error =
      ForMonitor
          ? rules::buildInterposers(*rules::GetRuleTable(Buffer.data()), Output)
          : driver::writeIfChanged(
                Output,
                {reinterpret_cast<const char *>(Buffer.data()), Buffer.size()});
  return Error.empty() ? Clean : fail(Error);
}

} // namespace gridlock::cli
