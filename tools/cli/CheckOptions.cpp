// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/cli/CheckOptions.h"

#include "tools/cli/Command.h"

#include <CLI/CLI.hpp>

namespace gridlock::cli {

void addCheckOptions(CLI::App &App, CheckOptions &Options) {
  App.add_option("paths", Options.Paths,
                 "Files and folders to keep of the compile database (default: "
                 "all), or the files to analyse with the flags after --")
      ->type_name("PATH");
  App.add_option(
         "-p,--build", Options.Database,
         "Folder of compile_commands.json, or the file (default: looked "
         "for in ./, build*/ and the parents)")
      ->type_name("DIR");
  App.add_option("--checks", Options.Checks,
                 "Which checks to run, as clang-tidy takes them: "
                 "'-*,gridlock-lock-*'")
      ->type_name("GLOBS");
  App.add_option("--profile", Options.Profile,
                 "default: precision high and above; strict: medium and above; "
                 "pedantic: everything, and the pedantic checks")
      ->check(CLI::IsMember({"default", "strict", "pedantic"}));
  App.add_option(
      "--llvm", Options.Major,
      "LLVM major to parse with (default: the newest that was built)");
  App.add_option("-j,--jobs", Options.Jobs,
                 "Files parsed at a time (default: number of processors)")
      ->check(CLI::Range(1, 4096));
  App.add_option("--timeout", Options.Seconds,
                 "How long one file may take to parse; then it counts as "
                 "failed until it changes (0: any time)")
      ->type_name("SECONDS")
      ->capture_default_str();
  App.add_option("--config", Options.Config,
                 "The project file (default: .gridlock.yaml in or above the "
                 "folder of the compile database, the root or the current "
                 "folder); options given here come before what it says")
      ->type_name("FILE");
  App.add_option("--rules", Options.Rules,
                 "Further rules (rules/README.md); may be repeated")
      ->type_name("FILE")
      ->allow_extra_args(false);
  App.add_option("--cache-dir", Options.CacheDirectory,
                 "Where facts are kept between runs (default: .gridlock-cache "
                 "beside the compile database, or the user's cache folder)")
      ->type_name("DIR");
  App.add_option("--cache-size", Options.CacheMebibytes,
                 "Facts of files of earlier runs are removed when the cache "
                 "is larger, or they were not used for 30 days")
      ->type_name("MIB")
      ->capture_default_str();
  App.add_flag("--quiet", Options.Quiet, "No progress and no remarks");
  CLI::Option *Objects =
      App.add_option(
             "--objects", Options.Objects,
             "Check what was compiled with -fplugin=GridlockClang-NN.so: "
             "object files, archives or linked binaries; "
             "'build/**/*.o' is expanded")
          ->type_name("GLOB...");
  // See markCompilerFlags.
  App.add_flag("--has-compiler-flags", Options.HasFlags)->group("");
  App.add_option("--compiler-flag", Options.Flags)
      ->group("")
      ->allow_extra_args(false);
  for (const char *Other :
       {"paths", "--build", "--llvm", "--jobs", "--cache-dir", "--cache-size",
        "--timeout", "--has-compiler-flags"})
    Objects->excludes(App.get_option(Other));
}

std::vector<std::string>
markCompilerFlags(const std::vector<std::string> &Arguments) {
  if (Arguments.empty() ||
      (Arguments[0] != "check" && Arguments[0] != "baseline"))
    return Arguments;
  std::vector<std::string> Result;
  bool After = false;
  for (const std::string &Argument : Arguments) {
    if (After) {
      Result.push_back("--compiler-flag=" + Argument);
    } else if (Argument == "--") {
      After = true;
      Result.push_back("--has-compiler-flags");
    } else {
      Result.push_back(Argument);
    }
  }
  return Result;
}

int statusOf(const report::Report &R) {
  if (R.Counts.Files == 0)
    return Unusable; // nothing was analysed
  if (R.Counts.Failed || R.Counts.Partial)
    return SomeFailed;
  return R.Findings.empty() ? Clean : Findings;
}

} // namespace gridlock::cli
