// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a run found, in the form that every writer takes. One record of
// findings, one file a format; no writer analyses, sorts or filters. Adding a
// field means adding it to all formats: test/unit/report/WritersTest.cpp has a
// table of them.
//
// Threads: values. Cost: writers are linear in findings and notes.
#ifndef GRIDLOCK_TOOLS_REPORT_REPORT_H
#define GRIDLOCK_TOOLS_REPORT_REPORT_H

#include "checks/engine/UnresolvedCalls.h"

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

namespace gridlock::report {

struct Summary {
  unsigned Files = 0;               // analysed, with or without parse errors
  unsigned Failed = 0;              // not analysed at all
  unsigned Partial = 0;             // of Files: parsed with errors
  std::uint64_t Suppressed = 0;     // by NOLINT
  std::uint64_t Baselined = 0;      // known from the baseline
  std::uint64_t Hidden = 0;         // below the profile's precision
  std::uint64_t Unresolved = 0;     // calls that could not be followed
  std::uint64_t Uninstantiated = 0; // templates never instantiated
  std::uint64_t Excluded = 0;       // findings left out by the project file
  std::uint64_t CutLocks = 0;       // see AnalysisCounts
};

/// A file that was not, or only partly, analysed.
struct Trouble {
  Location Where; // of the first diagnostic, or the file alone
  std::string Reason;
  bool Partial = false;
};

/// What a format with a rule table says about a check.
struct RuleText {
  std::string Id;
  std::string Summary; // one sentence
  std::string Page;    // Markdown
  std::vector<std::string> Tags;
};

struct Report {
  std::filesystem::path Root;    // absolute; what relative paths count from
  std::string Half = "check";    // which half of the tool: "check" or "run"
  std::vector<Finding> Findings; // sorted
  Summary Counts;
  std::vector<Trouble> Troubles;           // sorted
  std::vector<UnresolvedCalls> Unresolved; // Counts.Unresolved by root
  std::vector<RuleText> Rules; // those of the findings at least, sorted by id
  /// XXH3 of the files that findings would edit, as they were analysed; 0 where
  /// two units have read different ones.
  std::map<std::string, std::uint64_t> Contents;
};

struct TextOptions {
  std::filesystem::path Cwd; // paths are shown relative to it
  bool Color = false;
};

/// Clang's form, with source lines where the file can be read, and the summary
/// as the last line.
void writeText(std::ostream &Out, const Report &R, const TextOptions &Options);

/// tools/report/findings.schema.json.
void writeJson(std::ostream &Out, const Report &R);

/// SARIF 2.1.0 within the limits of GitHub code scanning. Returns what was cut
/// to stay in them, one sentence each.
std::vector<std::string> writeSarif(std::ostream &Out, const Report &R);

/// "12 files analysed, 1 failed, 3 findings (2 suppressed), 5 unresolved
/// calls".
std::string summaryLine(const Report &R);

/// TEXT with a `?` for each control character but tabs: names, messages and
/// source lines must not steer the reader's terminal.
std::string printable(std::string Text);

/// PATH (relative to ROOT, or absolute) as seen from CWD: relative if the two
/// have more than `/` in common. Printable.
std::string displayPath(const std::string &Path,
                        const std::filesystem::path &Root,
                        const std::filesystem::path &Cwd);

} // namespace gridlock::report

#endif
