// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The baseline: findings that are known, so that a gate fails on new ones only.
// An entry is a fingerprint, its rule, how often it occurs and a line for the
// reader; no line numbers, so that moved code stays known.
//
// Threads: values. Cost: linear. Errors: returned as text.
#ifndef GRIDLOCK_TOOLS_REPORT_BASELINE_H
#define GRIDLOCK_TOOLS_REPORT_BASELINE_H

#include "checks/engine/Finding.h"

#include <map>
#include <string>
#include <variant>
#include <vector>

namespace gridlock::report {

/// The file's text: JSON, one entry a line, sorted.
std::string baselineText(const std::vector<Finding> &Findings);

class Baseline {
public:
  /// Reads TEXT; NAME is used in messages ("NAME:line:col: ..." for broken
  /// JSON).
  static std::variant<Baseline, std::string> parse(const std::string &Text,
                                                   const std::string &Name);

  struct Outcome {
    std::uint64_t Known = 0;        // findings that were removed
    std::vector<std::string> Stale; // entries no longer found: their lines
  };

  /// Removes what is known from FINDINGS. Of a fingerprint that occurs more
  /// often than the baseline says, the last ones remain.
  Outcome apply(std::vector<Finding> &Findings) const;

private:
  struct Entry {
    unsigned Count = 0;
    std::string Line;
  };
  std::map<std::string, Entry> Entries; // by rule, newline, fingerprint
};

} // namespace gridlock::report

#endif
