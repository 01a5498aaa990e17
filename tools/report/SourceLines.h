// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lines of source files, each file read once. Threads: one. Errors: what can't
// be read has no lines.
#ifndef GRIDLOCK_TOOLS_REPORT_SOURCELINES_H
#define GRIDLOCK_TOOLS_REPORT_SOURCELINES_H

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gridlock::report {

class SourceLines {
public:
  /// The line without its end, or nullptr if it can't be had.
  const std::string *line(const std::filesystem::path &File, unsigned Line);

private:
  std::map<std::filesystem::path, std::vector<std::string>> Files;
};

/// How many characters the first BYTES bytes of LINE are: a UTF-8 sequence is
/// one.
unsigned charactersIn(std::string_view Line, std::size_t Bytes);

} // namespace gridlock::report

#endif
