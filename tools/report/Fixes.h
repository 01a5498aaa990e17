// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The edits of findings, made to files or written down for
// clang-apply-replacements. Each finding's edits are made together or not at
// all.
//
// Threads: one. Cost: linear in edits and the files they are in. Errors: what
// can't be done is left out, with a reason.
#ifndef GRIDLOCK_TOOLS_REPORT_FIXES_H
#define GRIDLOCK_TOOLS_REPORT_FIXES_H

#include "tools/report/Report.h"

#include <cstddef>
#include <map>

namespace gridlock::report {

/// An edit with its place in the file in bytes.
struct FileEdit {
  std::size_t Offset = 0, Length = 0;
  std::string Text;
  auto operator<=>(const FileEdit &) const = default;
};

struct FixPlan {
  struct Fix {
    const Finding *Of = nullptr; // into the report
    std::map<std::filesystem::path, std::vector<FileEdit>> Edits; // sorted
  };
  std::vector<Fix> Fixes;
  std::vector<std::string> Refused; // "src/a.cpp:3:1: REASON", sorted
};

/// Finds what can be done: not in files that are outside the root or have
/// changed since they were analysed, and none of two fixes that overlap. A
/// removed statement that has its line for itself takes the line with it.
FixPlan planFixes(const Report &R);

/// Makes the edits. All files are written beside the old ones first; only then
/// do they take their places. Returns an empty string or the error.
std::string applyFixes(const FixPlan &Plan);

/// For clang-apply-replacements: its YAML, in the form of JSON.
void writeFixes(std::ostream &Out, const Report &R, const FixPlan &Plan);

} // namespace gridlock::report

#endif
