// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "rules/UserRules.h"
#include "rules/YamlLoader.h"
#include "rules/compiler/Interposers.h"
#include "runtime-monitor/records/Format.h"
#include "tools/cli/Command.h"
#include "tools/cli/Output.h"
#include "tools/cli/RunTarget.h"
#include "tools/symbolize/Suppressions.h"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <memory>
#include <sys/wait.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace gridlock::cli {

namespace {

pid_t Child = 0; // for the signal handler

/// What is sent to gridlock is meant for the program.
void passOn(int Signal) {
  if (Child > 0)
    kill(Child, Signal);
}

struct RunCommand {
  std::vector<std::string> Program;
  std::string Output = "gridlock-records";
  std::vector<std::string> Rules;
  std::string Suppressions;
  unsigned ThresholdMs = 0;
  bool Append = false;

  int run() const;

private:
  std::string prepareDirectory(const fs::path &Directory) const;
  static std::string compileRules(const std::vector<std::string> &Files,
                                  const fs::path &Library);
  std::string addRules(const fs::path &Directory,
                       std::vector<std::string> &Preload) const;
  void setEnvironment(const fs::path &Directory,
                      const std::vector<std::string> &Preload) const;
  static int startAndWait(const fs::path &Path,
                          const std::vector<std::string> &Arguments);
};

/// The monitor beside this program: in the build folder or where it is
/// installed.
fs::path findMonitor() {
  std::error_code Ignored;
  const fs::path Here =
      fs::read_symlink("/proc/self/exe", Ignored).parent_path();
  for (const char *Folder : {"../lib", "../" GRIDLOCK_LIBDIR}) {
    const fs::path Library =
        (Here / Folder / "libgridlock-monitor.so").lexically_normal();
    if (fs::exists(Library, Ignored))
      return Library;
  }
  return {};
}

std::vector<fs::path> recordsIn(const fs::path &Directory) {
  std::vector<fs::path> Files;
  std::error_code Ignored;
  for (const auto &Entry : fs::directory_iterator(Directory, Ignored))
    if (Entry.path().extension() == monitor::FileSuffix)
      Files.push_back(Entry.path());
  return Files;
}

std::string RunCommand::prepareDirectory(const fs::path &Directory) const {
  std::error_code Error;
  fs::create_directories(Directory, Error);
  if (Error || access(Directory.c_str(), W_OK | X_OK) != 0)
    return "cannot write records to '" + Directory.string() +
           "': " + (Error ? Error.message() : std::strerror(errno)) +
           "; choose another place with --output DIR";
  if (!Append)
    for (const fs::path &File : recordsIn(Directory))
      fs::remove(File, Error);
  return {};
}

std::string RunCommand::compileRules(const std::vector<std::string> &Files,
                                     const fs::path &Library) {
  rules::CompileOptions Options;
  Options.GuideRows = rules::guideRowIds();
  const auto Compiled = rules::compileRules(Files, Options);
  if (const auto *Errors =
          std::get_if<std::vector<rules::RuleError>>(&Compiled)) {
    for (const rules::RuleError &E : *Errors)
      std::cerr << E.text() << '\n';
    return "the rules have errors";
  }
  const auto &Buffer = std::get<std::vector<unsigned char>>(Compiled);
  return rules::buildInterposers(*rules::GetRuleTable(Buffer.data()), Library);
}

/// What `gridlock rules compile --monitor` made is preloaded as it is; YAML is
/// compiled first.
std::string RunCommand::addRules(const fs::path &Directory,
                                 std::vector<std::string> &Preload) const {
  std::vector<std::string> Yaml;
  for (const std::string &File : Rules) {
    if (!File.ends_with(".so")) {
      Yaml.push_back(File);
      continue;
    }
    if (access(File.c_str(), R_OK) != 0)
      return "cannot read '" + File + "': " + std::strerror(errno);
    Preload.push_back(fs::absolute(File).lexically_normal().string());
  }
  if (Yaml.empty())
    return {};
  const fs::path Library = Directory / "rules.so";
  Preload.push_back(Library.string());
  return compileRules(Yaml, Library);
}

void RunCommand::setEnvironment(const fs::path &Directory,
                                const std::vector<std::string> &Preload) const {
  std::string Libraries;
  for (const std::string &Library : Preload)
    Libraries += (Libraries.empty() ? "" : ":") + Library;
  if (const char *Before = std::getenv("LD_PRELOAD"); Before && *Before)
    Libraries += std::string(":") + Before;
  setenv("LD_PRELOAD", Libraries.c_str(), 1);
  // Later settings win: what the command line says comes last.
  std::string Options = "verbosity=0";
  if (const char *Before = std::getenv("GRIDLOCK_OPTIONS"); Before && *Before)
    Options += std::string(":") + Before;
  Options += ":dir=\"" + Directory.string() + "\"";
  if (!Suppressions.empty())
    Options += ":suppressions=\"" + fs::absolute(Suppressions).string() + "\"";
  if (ThresholdMs)
    Options += ":threshold_ms=" + std::to_string(ThresholdMs);
  setenv("GRIDLOCK_OPTIONS", Options.c_str(), 1);
}

int RunCommand::startAndWait(const fs::path &Path,
                             const std::vector<std::string> &Arguments) {
  std::vector<char *> Argv;
  for (const std::string &A : Arguments)
    Argv.push_back(const_cast<char *>(A.c_str()));
  Argv.push_back(nullptr);
  Child = fork();
  if (Child < 0)
    return fail(std::string("cannot start a process: ") + std::strerror(errno));
  if (Child == 0) {
    execv(Path.c_str(), Argv.data());
    std::cerr << "gridlock: error: cannot start '" << Path.string()
              << "': " << std::strerror(errno) << '\n';
    _exit(Unusable);
  }
  for (int Signal : {SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGCONT})
    std::signal(Signal, passOn);
  // The terminal sends these to the program as well.
  for (int Signal : {SIGINT, SIGQUIT})
    std::signal(Signal, SIG_IGN);
  int Status = 0;
  while (waitpid(Child, &Status, 0) < 0 && errno == EINTR)
    ;
  return WIFSIGNALED(Status) ? 128 + WTERMSIG(Status) : WEXITSTATUS(Status);
}

int RunCommand::run() const {
  const RunTarget Target = inspectTarget(Program.front());
  if (!Target.Refused.empty())
    return fail(Target.Refused);
  const fs::path Monitor = findMonitor();
  if (Monitor.empty())
    return fail("libgridlock-monitor.so is not beside this program (../lib); "
                "build or install it");
  const fs::path Directory = fs::absolute(Output).lexically_normal();
  if (Monitor.string().find_first_of(" :") != std::string::npos ||
      (Directory.string() + Suppressions).find('"') != std::string::npos)
    return fail("the dynamic linker takes no library with a blank or colon in "
                "its path, the monitor no other path with a quote: '" +
                Monitor.string() + "', '" + Directory.string() + "', '" +
                Suppressions + "'");
  // Better said before a long run than after it.
  if (!Suppressions.empty())
    if (std::string Error = symbolize::Suppressions().add(Suppressions);
        !Error.empty())
      return fail(Error);
  if (std::string Error = prepareDirectory(Directory); !Error.empty())
    return fail(Error);
  std::vector<std::string> Preload;
  if (!Target.RunsFirst.empty())
    Preload.push_back(Target.RunsFirst);
  Preload.push_back(Monitor.string());
  if (std::string Error = addRules(Directory, Preload); !Error.empty())
    return fail(Error);
  setEnvironment(Directory, Preload);
  const int Status = startAndWait(Target.Program, Program);
  if (recordsIn(Directory).empty())
    std::cerr << "gridlock: nothing was recorded in '" << Output
              << "'; did the program start?\n";
  else
    std::cerr << "gridlock: see what was found: gridlock report " << Output
              << '\n';
  return Status;
}

} // namespace

void addRunCommand(CLI::App &App, int &Status) {
  auto Command = std::make_shared<RunCommand>();
  CLI::App *Sub = App.add_subcommand(
      "run", "Run a program under the monitor: gridlock run [--output DIR] -- "
             "PROGRAM ARGS");
  Sub->add_option("program", Command->Program,
                  "The program and its arguments, after --")
      ->required()
      ->type_name("PROGRAM ARGS");
  Sub->add_option(
         "--output", Command->Output,
         "Directory for the records; earlier records in it are removed")
      ->type_name("DIR")
      ->capture_default_str();
  Sub->add_flag("--append", Command->Append,
                "Keep earlier records in DIR: the report merges them");
  Sub->add_option(
         "--rules", Command->Rules,
         "Also watch the functions of these rules (.yaml, which needs a "
         "C++ compiler, or what 'gridlock rules compile --monitor' made)")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->check(CLI::ExistingFile);
  Sub->add_option("--suppressions", Command->Suppressions,
                  "The report leaves out what its lines kind:pattern match "
                  "(gridlock report --suppressions)")
      ->type_name("FILE");
  Sub->add_option("--threshold-ms", Command->ThresholdMs,
                  "An event loop busy for longer is stalled (100)")
      ->check(CLI::Range(1, 3600000));
  Sub->footer(
      "Exit status: the program's own, 128+n if signal n killed it; 2 "
      "if it can't be watched.\nMore settings: GRIDLOCK_OPTIONS=help=1.");
  Sub->callback([Command, &Status] { Status = Command->run(); });
}

} // namespace gridlock::cli
