// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "rules/compiler/Interposers.h"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <spawn.h>
#include <sys/wait.h>
#include <vector>

extern char **environ;

namespace fs = std::filesystem;

namespace gridlock::rules {

namespace {

/// Where gridlock/monitor.h is: installed beside this program, or in the
/// sources.
std::string includeDirectory() {
  std::error_code Ignored;
  const fs::path Here =
      fs::read_symlink("/proc/self/exe", Ignored).parent_path();
  const fs::path Installed = (Here / "../include").lexically_normal();
  if (fs::exists(Installed / "gridlock/monitor.h", Ignored))
    return Installed.string();
  return GRIDLOCK_MONITOR_INCLUDE;
}

std::string runCompiler(const std::vector<std::string> &Words) {
  std::vector<char *> Argv;
  for (const std::string &Word : Words)
    Argv.push_back(const_cast<char *>(Word.c_str()));
  Argv.push_back(nullptr);
  pid_t Child;
  if (const int Error =
          posix_spawnp(&Child, Argv[0], nullptr, nullptr, Argv.data(), environ))
    return "cannot start the C++ compiler '" + Words[0] +
           "': " + std::strerror(Error) + "; install g++ or name one in CXX";
  int Status = 0;
  while (waitpid(Child, &Status, 0) < 0 && errno == EINTR)
    ;
  if (!WIFEXITED(Status) || WEXITSTATUS(Status) != 0)
    return "the C++ compiler '" + Words[0] + "' rejected the interposers";
  return {};
}

} // namespace

std::string buildInterposers(const RuleTable &Table, const fs::path &Library) {
  fs::path Source = Library;
  Source += ".gridlock-interposers.cpp";
  std::ofstream Out(Source);
  Out << interposerSource(Table);
  Out.close();
  if (!Out)
    return "cannot write '" + Source.string() + "'";
  const char *Compiler = std::getenv("CXX");
  const std::string Error = runCompiler(
      {Compiler && *Compiler ? Compiler : "c++", "-std=c++17", "-O2", "-g1",
       "-shared", "-fPIC", "-fno-exceptions", "-fasynchronous-unwind-tables",
       "-fno-optimize-sibling-calls", "-w", "-I" + includeDirectory(),
       "-Wl,-z,now", "-o", Library.string(), Source.string()});
  std::error_code Ignored;
  fs::remove(Source, Ignored);
  return Error;
}

} // namespace gridlock::rules
