// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "tools/report/SourceLines.h"

#include <algorithm>
#include <fstream>

namespace gridlock::report {

const std::string *SourceLines::line(const std::filesystem::path &File,
                                     unsigned Line) {
  auto [It, New] = Files.try_emplace(File);
  if (New) {
    std::ifstream In(File);
    for (std::string Text; std::getline(In, Text);)
      It->second.push_back(std::move(Text));
  }
  if (Line == 0 || Line > It->second.size())
    return nullptr;
  return &It->second[Line - 1];
}

unsigned charactersIn(std::string_view Line, std::size_t Bytes) {
  const std::string_view Part = Line.substr(0, Bytes);
  return static_cast<unsigned>(
      std::count_if(Part.begin(), Part.end(), [](char C) {
        return (static_cast<unsigned char>(C) & 0xC0) != 0x80;
      }));
}

} // namespace gridlock::report
