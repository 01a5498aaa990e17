// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Hand-made reports for the tests of writers and baseline.
#ifndef GRIDLOCK_TEST_UNIT_REPORT_SAMPLES_H
#define GRIDLOCK_TEST_UNIT_REPORT_SAMPLES_H

#include "tools/report/Report.h"

namespace gridlock::report {

/// One finding in which every field differs from every other and from its
/// default.
inline Finding sampleFinding() {
  Finding F;
  F.Rule = "gridlock-sample-rule";
  F.Where = {"src/main file.cpp", 41, 7};
  F.Function = "app::Server::handle";
  F.Operation = "posix/sample_op";
  F.Message = "'sample_op' blocks the loop that runs 'app::Server::handle'";
  F.Notes = {{{"src/other.cpp", 52, 9}, "first note: called here"},
             {{"/usr/include/c++/x.h", 63, 11}, "second note: blocks here"},
             {{}, "third note: without a place"},
             {{"src/side.cpp", 31, 3}, "fourth note: the other thread", 21}};
  F.Confidence = Precision::VeryHigh;
  F.Fingerprint = "0123456789abcdef";
  F.Fix = {{{"src/edited.cpp", 81, 5}, 82, 17, "replacement text"}};
  return F;
}

inline Report sampleReport() {
  Report R;
  R.Root = "/no such/root";
  R.Findings = {sampleFinding()};
  R.Counts = {101, 102, 103, 104, 105, 106, 107, 108, 109, 110};
  R.Unresolved = {{"coroutine 'rooted'", {"src/rooted.cpp", 111, 112}, 113}};
  R.Troubles = {{{"src/bad.cpp", 74, 13}, "parse trouble text", false}};
  R.Rules = {{"gridlock-another-rule", "Another.", "Page two.", {}},
             {"gridlock-sample-rule",
              "Sample summary.",
              "# Sample page",
              {"sample-tag"}}};
  return R;
}

} // namespace gridlock::report

#endif
