// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The whole analysis as one function: facts and a catalogue in, findings out.
// Used alike by the clang-tidy module (one TU), the Clang plugin and `gridlock
// check` (all TUs). No static state: any number of analyses may run in one
// process.
#ifndef GRIDLOCK_ENGINE_ENGINE_H
#define GRIDLOCK_ENGINE_ENGINE_H

#include "checks/engine/UnresolvedCalls.h"
#include "checks/facts/FactsFile.h"
#include "rules/Catalogue.h"

#include <string>
#include <vector>

namespace gridlock {

enum class Profile : std::uint8_t { Default, Strict, Pedantic };

struct AnalysisOptions {
  /// Comma-separated globs as clang-tidy takes them ("-*,gridlock-lock-*").
  /// Empty: every check of the profile.
  std::string Checks;
  /// Default shows precision high and above, Strict medium and above, Pedantic
  /// all and the pedantic checks.
  Profile Show = Profile::Default;
  /// False in front ends whose host suppresses NOLINT itself (clang-tidy).
  bool ApplyNoLint = true;
};

struct AnalysisCounts {
  unsigned Files = 0;           // TUs given
  unsigned Failed = 0;          // of these, not parsed at all
  unsigned Partial = 0;         // of these, parsed with errors
  std::uint64_t Functions = 0;  // distinct bodies
  std::uint64_t Roots = 0;      // async roots found
  std::uint64_t Suppressed = 0; // findings hidden by NOLINT
  std::uint64_t Hidden = 0;     // findings below the profile's precision
  std::uint64_t Unresolved =
      0; // calls from async context that could not be followed
  std::uint64_t UnknownKinds = 0; // events of kinds this reader doesn't know
  std::uint64_t Uninstantiated =
      0; // templates never instantiated, so not analysed
  std::uint64_t CutLocks =
      0; // locks taken that callers were not told of: too many in one function
};

struct AnalysisResult {
  std::vector<Finding>
      Findings; // sorted by place, rule, message; no duplicates
  AnalysisCounts Counts;
  /// Counts.Unresolved by root, most first. A function that several roots reach
  /// counts for the one that reaches it most surely.
  std::vector<UnresolvedCalls> Unresolved;
  /// "FILE:LINE: 'NAME'": names in the project file that no function has.
  std::vector<std::string> UnmatchedNames;
};

/// Runs every enabled check. Pure: the same facts in any order give the same
/// result. Cost: linear in events and calls, plus the lock-order graph's
/// cycles.
AnalysisResult analyse(const std::vector<FactsFile> &Facts,
                       const rules::Catalogue &Rules,
                       const AnalysisOptions &Options);

} // namespace gridlock

#endif
