// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Suppressions of findings of a run, in the sanitizers' grammar: lines
// "kind:pattern", '#' begins a comment line. A kind is a rule's name without
// "gridlock-", or "called_from_lib" (the library that made the call). A pattern
// is found anywhere in a function's name, a source file or a module of any
// frame of the finding's stacks; '*' stands for any text, '^' and '$' at its
// ends for the text's ends.
//
// Threads: one. Cost: patterns times frames.
#ifndef GRIDLOCK_TOOLS_SYMBOLIZE_SUPPRESSIONS_H
#define GRIDLOCK_TOOLS_SYMBOLIZE_SUPPRESSIONS_H

#include "tools/symbolize/Symbolizer.h"

#include <set>

namespace gridlock::symbolize {

class Suppressions {
public:
  /// Adds a file's lines; a file that was added before is left out. Returns
  /// what is wrong with it, with its line, or an empty text.
  std::string add(const std::filesystem::path &File);

  /// Whether a finding of Rule with this stack is suppressed; notes by what.
  bool match(std::string_view Rule, const std::vector<Frame> &Stack);

  /// One sentence for each line that has matched nothing.
  std::vector<std::string> unused() const;

private:
  struct Line {
    std::string Kind, Pattern, Place;
    bool Used = false;
  };
  std::vector<Line> Lines;
  std::set<std::filesystem::path> Files;
};

/// Whether Text matches a pattern as above.
bool matchesPattern(std::string_view Pattern, std::string_view Text);

} // namespace gridlock::symbolize

#endif
