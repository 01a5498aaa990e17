// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// bench-engine make SHAPE SIZE FOLDER   writes a program (see Programs.h)
// bench-engine run FOLDER [CHECKS]      reads and analyses it with all checks,
//                                       or these; one line: name=value pairs
#include "checks/engine/Engine.h"
#include "checks/facts/Range.h"
#include "test/bench/engine/Programs.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <sys/resource.h>

using namespace gridlock;
namespace fs = std::filesystem;

namespace {

rusage usage() {
  rusage Usage{};
  ::getrusage(RUSAGE_SELF, &Usage);
  return Usage;
}

double cpuSeconds() {
  const rusage Usage = usage();
  return static_cast<double>(Usage.ru_utime.tv_sec + Usage.ru_stime.tv_sec) +
         static_cast<double>(Usage.ru_utime.tv_usec + Usage.ru_stime.tv_usec) /
             1e6;
}

std::uint64_t calls(const std::vector<FactsFile> &Facts) {
  std::uint64_t Count = 0;
  for (const FactsFile &File : Facts)
    for (const facts::Function *F : each(File.root().functions()))
      for (const facts::Block *B : each(F->blocks()))
        for (const facts::Event *E : each(B->events()))
          Count += E->kind() == facts::EventKind::Call;
  return Count;
}

int run(const fs::path &Folder, const std::string &Checks) {
  std::vector<std::string> Names;
  for (const auto &Entry : fs::directory_iterator(Folder))
    Names.push_back(Entry.path().string());
  std::sort(Names.begin(), Names.end());
  std::vector<FactsFile> Facts;
  for (const std::string &Name : Names) {
    auto Loaded = FactsFile::load(Name);
    if (const auto *Error = std::get_if<std::string>(&Loaded)) {
      std::fprintf(stderr, "bench-engine: %s\n", Error->c_str());
      return 1;
    }
    Facts.push_back(std::move(std::get<FactsFile>(Loaded)));
  }
  const double Read = cpuSeconds();
  const AnalysisResult Result = analyse(Facts, rules::Catalogue::embedded(),
                                        {Checks, Profile::Pedantic, true});
  const double All = cpuSeconds();
  const long Peak = usage().ru_maxrss;
  std::printf("functions=%llu calls=%llu roots=%llu findings=%zu cut=%llu "
              "read=%.2f cpu=%.2f rss=%.0f\n",
              static_cast<unsigned long long>(Result.Counts.Functions),
              static_cast<unsigned long long>(calls(Facts)),
              static_cast<unsigned long long>(Result.Counts.Roots),
              Result.Findings.size(),
              static_cast<unsigned long long>(Result.Counts.CutLocks), Read,
              All, static_cast<double>(Peak) / 1024);
  return 0;
}

int usageError() {
  std::string Names;
  for (const std::string &Name : bench::shapes())
    Names += " " + Name;
  std::fprintf(stderr,
               "usage: bench-engine make SHAPE SIZE FOLDER\n"
               "       bench-engine run FOLDER [CHECKS]\nshapes:%s\n",
               Names.c_str());
  return 2;
}

} // namespace

int main(int Argc, char **Argv) try {
  if ((Argc == 3 || Argc == 4) && std::strcmp(Argv[1], "run") == 0)
    return run(Argv[2], Argc == 4 ? Argv[3] : "");
  if (Argc != 5 || std::strcmp(Argv[1], "make") != 0)
    return usageError();
  const unsigned long Size = std::strtoul(Argv[3], nullptr, 10);
  fs::create_directories(Argv[4]);
  if (Size == 0 || !bench::writeProgram(Argv[2], Size, Argv[4]))
    return usageError();
  return 0;
} catch (const std::exception &Error) {
  std::fprintf(stderr, "bench-engine: %s\n", Error.what());
  return 1;
}
