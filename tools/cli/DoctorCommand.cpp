// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gridlock doctor: whether everything that a check and a run need is there and
// starts. "Clean" and "not run" must never look alike.
#include "checks/engine/CheckRegistry.h"
#include "checks/facts/FactsFile.h"
#include "rules/Catalogue.h"
#include "tools/cli/Command.h"
#include "tools/driver/CompileDatabase.h"
#include "tools/driver/Toolchain.h"
#include "tools/project/Project.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>
#include <optional>
#include <string>

namespace fs = std::filesystem;

namespace gridlock::cli {

namespace {

class Doctor {
public:
  int examine(const std::string &Database) {
    report(true, "gridlock " GRIDLOCK_VERSION ", facts version " +
                     std::to_string(FactsVersion) + ", in '" +
                     driver::programDirectory().string() + "'");
    rulesAndChecks();
    ninja();
    extractors();
    monitor();
    database(Database);
    projectFile();
    std::cout << (Missing ? "something needed is missing\n"
                          : "ready to check\n");
    return Missing ? Unusable : Clean;
  }

private:
  bool Missing = false;
  fs::path Near, Root; // the compile database's folder and root, if there is one

  static std::string firstLine(const std::string &Text) {
    return Text.substr(0, Text.find('\n'));
  }

  void report(bool Good, const std::string &Text) {
    std::cout << (Good ? "ok       " : "missing  ") << Text << '\n';
    Missing |= !Good;
  }

  /// Something that only part of the tool needs.
  void optional(bool Good, const std::string &Text) {
    std::cout << (Good ? "ok       " : "note     ") << Text << '\n';
  }

  void rulesAndChecks() {
    const std::size_t Rules = rules::Catalogue::embedded().all().size();
    report(Rules != 0, std::to_string(Rules) + " rules in the catalogue");
    report(!allChecks().empty(),
           std::to_string(allChecks().size()) + " checks");
  }

  void ninja() {
    const fs::path Path = driver::findNinja();
    if (Path.empty())
      return report(false, driver::NinjaMissing);
    const auto Result = driver::runProgram({Path.string(), "--version"});
    report(Result.Status == 0,
           "ninja " + firstLine(Result.Output) + " (" + Path.string() + ")");
  }

  void extractors() {
    const auto Tools = driver::findExtractors();
    if (Tools.empty())
      report(false, "gridlock-extract-NN beside gridlock: built without LLVM? "
                    "(Debian: apt install libclang-19-dev llvm-19-dev, then "
                    "configure again)");
    for (const driver::Extractor &Tool : Tools) {
      const std::string Major = std::to_string(Tool.Major);
      const auto Result = driver::runProgram({Tool.Path.string(), "--version"});
      report(Result.Status == 0,
             "extractor for LLVM " + Major + ": " +
                 (Result.Status == 0
                      ? "starts"
                      : "does not start: " + firstLine(Result.Output)));
      tidyPlugin(Major);
      clangPlugin(Major);
    }
  }

  void tidyPlugin(const std::string &Major) {
    const fs::path Library =
        driver::findLibrary("GridlockTidy-" + Major + ".so");
    if (Library.empty())
      return optional(false, "no clang-tidy plugin for LLVM " + Major);
    const fs::path Tidy = driver::findInPath({"clang-tidy-" + Major});
    if (Tidy.empty())
      return optional(false, "clang-tidy plugin " + Library.string() +
                                 "; no clang-tidy-" + Major +
                                 " in PATH to load it");
    const auto Result =
        driver::runProgram({Tidy.string(), "-load=" + Library.string(),
                            "-checks=-*,gridlock-*", "--list-checks"});
    const bool Loads = Result.Status == 0 &&
                       Result.Output.find("gridlock-") != std::string::npos;
    report(Loads, "clang-tidy plugin for LLVM " + Major + ": " +
                      (Loads ? "loads (" + Library.string() + ")"
                             : "does not load: " + firstLine(Result.Output)));
  }

  void clangPlugin(const std::string &Major) {
    const fs::path Library =
        driver::findLibrary("GridlockClang-" + Major + ".so");
    if (Library.empty())
      return optional(false, "no Clang plugin for LLVM " + Major);
    const fs::path Clang = driver::findInPath({"clang++-" + Major});
    if (Clang.empty())
      return optional(false, "Clang plugin " + Library.string() +
                                 "; no clang++-" + Major +
                                 " in PATH to load it");
    const auto Result =
        driver::runProgram({Clang.string(), "-fplugin=" + Library.string(),
                            "-fsyntax-only", "-x", "c++", "/dev/null"});
    report(Result.Status == 0,
           "Clang plugin for LLVM " + Major + ": " +
               (Result.Status == 0
                    ? "loads (clang++-" + Major +
                          " -fplugin=" + Library.string() + ")"
                    : "does not load: " + firstLine(Result.Output)));
  }

  void monitor() {
    const fs::path Library = driver::findLibrary("libgridlock-monitor.so");
    optional(!Library.empty(),
             Library.empty()
                 ? "no libgridlock-monitor.so: gridlock run won't work"
                 : "monitor " + Library.string());
  }

  void projectFile() {
    std::optional<fs::path> File;
    for (const fs::path &From : {Near, Root, fs::current_path()})
      if (!File && !From.empty())
        File = project::findProject(From);
    if (!File)
      return optional(true, "no project file (.gridlock.yaml), none is needed");
    const auto Read = project::readProject(*File);
    const auto *Errors = std::get_if<std::vector<rules::RuleError>>(&Read);
    report(!Errors, Errors ? "project file with errors: " +
                                 Errors->front().text()
                           : "project file " + File->string());
  }

  void database(const std::string &Where) {
    const auto Found = driver::findDatabase(Where, fs::current_path());
    if (const auto *Error = std::get_if<std::string>(&Found))
      return Where.empty() ? optional(false, *Error) : report(false, *Error);
    const fs::path Path = std::get<driver::FoundDatabase>(Found).Path;
    const auto Loaded = driver::loadDatabase(Path);
    if (const auto *Error = std::get_if<std::string>(&Loaded))
      return report(false, *Error);
    const auto &Database = std::get<driver::CompileDatabase>(Loaded);
    Near = Path.parent_path();
    Root = driver::chooseRoot(Database, fs::current_path());
    report(true, "compile database '" + Path.string() +
                     "': " + std::to_string(Database.Commands.size()) +
                     " commands, " + std::to_string(Database.Failed.size()) +
                     " files that can't be analysed");
  }
};

} // namespace

void addDoctorCommand(CLI::App &App, int &Status) {
  CLI::App *Sub = App.add_subcommand(
      "doctor", "Say whether all that a check needs is there and starts");
  auto Database = std::make_shared<std::string>();
  Sub->add_option("-p,--build", *Database,
                  "Folder of compile_commands.json, or the file")
      ->type_name("DIR");
  Sub->footer("Exit status: 0 ready, 2 something needed is missing.");
  Sub->callback([Database, &Status] { Status = Doctor().examine(*Database); });
}

} // namespace gridlock::cli
