// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/cli/Output.h"

#include "tools/cli/Command.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>

#include <unistd.h>

namespace fs = std::filesystem;

namespace gridlock::cli {

std::string OutputFile::open(const std::string &Wanted) {
  if (Wanted.empty() || Wanted == "-")
    return {};
  std::error_code Ignored;
  const bool Existed = fs::exists(Wanted, Ignored);
  errno = 0;
  if (!std::ofstream(Wanted, std::ios::app))
    return "cannot write to '" + Wanted +
           "': " + std::strerror(errno ? errno : EIO);
  Path = Wanted;
  Created = !Existed;
  return {};
}

std::ostream &OutputFile::stream() {
  if (Path.empty())
    return std::cout;
  if (!File.is_open())
    File.open(Path, std::ios::binary | std::ios::trunc);
  return File;
}

std::string OutputFile::close() {
  stream().flush();
  if (!stream())
    return "cannot write " + (Path.empty() ? "to stdout" : "'" + Path + "'") +
           ": " + std::strerror(errno ? errno : EIO);
  return {};
}

OutputFile::~OutputFile() {
  std::error_code Ignored;
  if (Created && !File.is_open())
    fs::remove(Path, Ignored);
}

int fail(const std::string &Text) {
  std::cerr << "gridlock: error: " << Text << '\n';
  return Unusable;
}

bool wantsColor(const std::string &Wish) {
  const char *NoColor = std::getenv("NO_COLOR");
  return Wish == "always" ||
         (Wish == "auto" && ::isatty(1) && !(NoColor && *NoColor));
}

} // namespace gridlock::cli
