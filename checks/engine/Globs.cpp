// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Globs.h"

namespace gridlock {

namespace {

bool matches(std::string_view Glob, std::string_view Name) {
  std::size_t G = 0, N = 0, Star = std::string_view::npos, Resume = 0;
  while (N < Name.size()) {
    if (G < Glob.size() && Glob[G] == '*') {
      Star = G++;
      Resume = N;
    } else if (G < Glob.size() && Glob[G] == Name[N]) {
      ++G;
      ++N;
    } else if (Star != std::string_view::npos) {
      G = Star + 1;
      N = ++Resume;
    } else {
      return false;
    }
  }
  while (G < Glob.size() && Glob[G] == '*')
    ++G;
  return G == Glob.size();
}

std::string_view trim(std::string_view Text) {
  constexpr std::string_view Blank = " \t\r\n";
  std::size_t First = Text.find_first_not_of(Blank);
  if (First == std::string_view::npos)
    return {};
  return Text.substr(First, Text.find_last_not_of(Blank) - First + 1);
}

} // namespace

bool matchesGlobs(std::string_view Globs, std::string_view Name,
                  bool Otherwise) {
  bool Result = Otherwise;
  while (!Globs.empty()) {
    std::size_t Comma = Globs.find(',');
    std::string_view Glob = trim(Globs.substr(0, Comma));
    Globs = Comma == std::string_view::npos ? std::string_view()
                                            : Globs.substr(Comma + 1);
    bool Excludes = Glob.starts_with('-');
    if (Excludes)
      Glob = trim(Glob.substr(1));
    if (!Glob.empty() && matches(Glob, Name))
      Result = !Excludes;
  }
  return Result;
}

} // namespace gridlock
