// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/driver/Toolchain.h"

#include "tools/driver/Process.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <sstream>

#include <unistd.h>

namespace fs = std::filesystem;

namespace gridlock::driver {

fs::path programDirectory() {
  std::error_code Error;
  return fs::read_symlink("/proc/self/exe", Error).parent_path();
}

std::vector<Extractor> findExtractors() {
  static constexpr std::string_view Prefix = "gridlock-extract-";
  std::vector<Extractor> Found;
  std::error_code Error;
  for (const auto &Entry : fs::directory_iterator(programDirectory(), Error)) {
    const std::string Name = Entry.path().filename().string();
    if (Name.rfind(Prefix, 0) != 0)
      continue;
    unsigned Major = 0;
    const char *End = Name.data() + Name.size();
    const auto Parsed =
        std::from_chars(Name.data() + Prefix.size(), End, Major);
    if (Parsed.ec == std::errc() && Parsed.ptr == End &&
        ::access(Entry.path().c_str(), X_OK) == 0)
      Found.push_back({Major, Entry.path()});
  }
  std::sort(
      Found.begin(), Found.end(),
      [](const Extractor &A, const Extractor &B) { return A.Major > B.Major; });
  return Found;
}

fs::path findLibrary(const std::string &Name) {
  const fs::path Lib = programDirectory().parent_path() / "lib";
  std::error_code Error;
  if (fs::exists(Lib / Name, Error))
    return Lib / Name;
  for (const auto &Entry : fs::directory_iterator(Lib, Error))
    if (Entry.is_directory(Error) && fs::exists(Entry.path() / Name, Error))
      return Entry.path() / Name;
  return {};
}

fs::path findInPath(const std::vector<std::string> &Names) {
  const char *Path = std::getenv("PATH");
  for (const std::string &Name : Names) {
    std::istringstream Folders(Path ? Path : "/usr/local/bin:/usr/bin:/bin");
    for (std::string Folder; std::getline(Folders, Folder, ':');) {
      const fs::path Candidate = fs::path(Folder.empty() ? "." : Folder) / Name;
      std::error_code Error;
      if (fs::is_regular_file(Candidate, Error) &&
          ::access(Candidate.c_str(), X_OK) == 0)
        return Candidate;
    }
  }
  return {};
}

fs::path findNinja() { return findInPath({"ninja", "ninja-build"}); }

ProgramResult runProgram(const std::vector<std::string> &Arguments) {
  ProgramResult Result;
  Result.Status = runLines(Arguments, {}, [&](const std::string &Line) {
    Result.Output += Line + '\n';
  });
  return Result;
}

} // namespace gridlock::driver
