// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rules written in YAML (rules/README.md) to a compiled table (catalogue.fbs).
//
// Threads: no state, any number of calls at once. Errors: returned as values,
// all of them, each with its place; exceptions of yaml-cpp do not leave this
// interface.
#ifndef GRIDLOCK_RULES_YAMLLOADER_H
#define GRIDLOCK_RULES_YAMLLOADER_H

#include <string>
#include <variant>
#include <vector>

namespace gridlock::rules {

struct RuleError {
  std::string File;
  unsigned Line = 0; // 1-based; 0: the file as a whole
  unsigned Column = 0;
  std::string Message;

  /// "file:line:col: message", or "file: message".
  std::string text() const;
};

struct CompileOptions {
  /// Guide tables (rules/guide/*.yaml) to put into the compiled table.
  std::vector<std::string> GuideFiles;
  /// Row ids that `guide:` may name, beside those of GuideFiles. With neither,
  /// only the form of a row id is checked.
  std::vector<std::string> GuideRows;
  /// Let a file's name differ from its `library:` (generated or temporary
  /// files).
  bool AnyFileName = false;
};

/// A `GLKR` buffer that holds the entries of all FILES (no directories), or
/// every error found in them.
std::variant<std::vector<unsigned char>, std::vector<RuleError>>
compileRules(const std::vector<std::string> &Files,
             const CompileOptions &Options = {});

} // namespace gridlock::rules

#endif
