// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One translation unit's analysis, shared by the checks of a clang-tidy run.
// Facts are made in memory and go the same way as those the command-line tool
// reads from files.
#ifndef GRIDLOCK_TIDY_TIDYRUN_H
#define GRIDLOCK_TIDY_TIDYRUN_H

#include "checks/engine/Engine.h"

#include "clang/Basic/SourceLocation.h"
#include "llvm/ADT/StringMap.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace clang {
class ASTContext;
}

namespace gridlock::tidy {

class TidyRun {
public:
  struct Settings {
    std::string Rules; // rule files, separated by semicolons
    std::string Config; // project file; empty: searched for above the main file
    std::optional<Profile> Show;
    auto operator<=>(const Settings &) const = default;
  };
  struct Outcome {
    std::vector<Finding> Findings;
    std::vector<std::string> Errors; // of rules, project file or analysis
    bool ErrorsShown = false;
  };

  /// Computed on first use, for all checks with the same settings.
  Outcome &outcome(clang::ASTContext &Ctx, const Settings &S);

  /// Where in this unit a finding or note is; invalid if its file isn't part of
  /// it.
  clang::SourceLocation locate(clang::ASTContext &Ctx, const Location &Where);

private:
  void extract(clang::ASTContext &Ctx);

  bool Extracted = false;
  std::string Error; // instead of facts
  std::vector<FactsFile> Facts;
  std::map<Settings, Outcome> Outcomes;
  llvm::StringMap<clang::FileID> Files; // by path as in the facts
};

} // namespace gridlock::tidy

#endif
