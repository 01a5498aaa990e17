// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The programs that belong to or are used by gridlock, found relative to its
// own path: bin/gridlock-extract-NN and lib/GridlockTidy-NN.so in a build tree
// as in an install tree, ninja in PATH.
//
// Threads: no state. Errors: an empty path or vector means "not there".
#ifndef GRIDLOCK_TOOLS_DRIVER_TOOLCHAIN_H
#define GRIDLOCK_TOOLS_DRIVER_TOOLCHAIN_H

#include <filesystem>
#include <string>
#include <vector>

namespace gridlock::driver {

struct Extractor {
  unsigned Major;
  std::filesystem::path Path;
};

/// The folder of the running program, links resolved.
std::filesystem::path programDirectory();

/// The extractors beside the running program, newest LLVM major first.
std::vector<Extractor> findExtractors();

/// A library or plugin of this name in lib/ or lib/<multiarch>/ beside bin/.
std::filesystem::path findLibrary(const std::string &Name);

/// The first of NAMES that PATH has as an executable.
std::filesystem::path findInPath(const std::vector<std::string> &Names);

/// What to tell who has no ninja.
inline constexpr const char *NinjaMissing =
    "ninja was not found in PATH; it runs the analysis of the files "
    "(Debian: apt install ninja-build)";

std::filesystem::path findNinja();

/// Runs a program to its end. Output holds what it wrote to both streams.
/// Status is its exit status, 128 + signal if one ended it, -1 if it did not
/// start.
struct ProgramResult {
  int Status = -1;
  std::string Output;
};
ProgramResult runProgram(const std::vector<std::string> &Arguments);

} // namespace gridlock::driver

#endif
