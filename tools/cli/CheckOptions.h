// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The options that `gridlock check` and `gridlock baseline create` share, and
// what both do with them: find the files, extract, analyse.
//
// Threads: one. Errors: returned as text, for exit status 2.
#ifndef GRIDLOCK_TOOLS_CLI_CHECKOPTIONS_H
#define GRIDLOCK_TOOLS_CLI_CHECKOPTIONS_H

#include "tools/report/Report.h"

#include <string>
#include <variant>
#include <vector>

namespace CLI {
class App;
}

namespace gridlock::cli {

struct CheckOptions {
  std::vector<std::string> Paths;   // or, with flags, the files
  std::vector<std::string> Flags;   // what follows `--`
  bool HasFlags = false;            // there was a `--`
  std::string Database;             // -p
  std::vector<std::string> Objects; // --objects, instead of all of these
  std::string Checks;
  std::string Profile; // empty: the project file's, else the default one
  std::string Config;  // --config; empty: searched for
  unsigned Major = 0; // --llvm; 0: the newest that was built
  unsigned Jobs = 0;
  unsigned Seconds = 600;         // --timeout
  unsigned CacheMebibytes = 4096; // --cache-size
  std::vector<std::string> Rules;
  std::string CacheDirectory;
  bool Quiet = false;
};

/// Adds the options to APP, which keeps references to OPTIONS.
void addCheckOptions(CLI::App &App, CheckOptions &Options);

/// CLI11 has no notion of what follows `--` where positional arguments are
/// allowed: in the arguments of the commands that take compiler flags there,
/// each flag F becomes `--compiler-flag=F`, and `--` itself
/// `--has-compiler-flags`. The program's name is not part of ARGUMENTS.
std::vector<std::string>
markCompilerFlags(const std::vector<std::string> &Arguments);

/// Runs everything up to the findings and names troubles on stderr.
std::variant<report::Report, std::string> runCheck(const CheckOptions &Options);

/// The exit status for findings and troubles.
int statusOf(const report::Report &R);

} // namespace gridlock::cli

#endif
