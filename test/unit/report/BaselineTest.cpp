// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Baselines: what is known, what is new, what is stale, and broken files.
#include "tools/report/Baseline.h"

#include "test/unit/report/Samples.h"

#include <gtest/gtest.h>

using namespace gridlock;
using namespace gridlock::report;

namespace {

Finding finding(const char *Rule, const char *Print, unsigned Line) {
  Finding F = sampleFinding();
  F.Rule = Rule;
  F.Fingerprint = Print;
  F.Where.Line = Line;
  return F;
}

Baseline parse(const std::string &Text) {
  auto Result = Baseline::parse(Text, "b.json");
  if (auto *Error = std::get_if<std::string>(&Result)) {
    ADD_FAILURE() << *Error;
    return {};
  }
  return std::get<Baseline>(Result);
}

TEST(Baseline, KnowsItsOwnFindingsWhereverTheyMoved) {
  std::vector<Finding> Old = {finding("r1", "a", 1), finding("r2", "b", 2)};
  const std::string Text = baselineText(Old);
  EXPECT_EQ(Text.find("\"line\""), std::string::npos);
  const Baseline Known = parse(Text);
  std::vector<Finding> Now = {finding("r1", "a", 100), finding("r1", "b", 3),
                              finding("r2", "b", 200)};
  const auto Outcome = Known.apply(Now);
  EXPECT_EQ(Outcome.Known, 2u);
  EXPECT_TRUE(Outcome.Stale.empty());
  ASSERT_EQ(Now.size(), 1u) << "the same fingerprint of another rule is new";
  EXPECT_EQ(Now[0].Where.Line, 3u);
}

TEST(Baseline, CountsRepeatedFingerprints) {
  const Baseline Known =
      parse(baselineText({finding("r", "a", 1), finding("r", "a", 2)}));
  std::vector<Finding> More = {finding("r", "a", 1), finding("r", "a", 2),
                               finding("r", "a", 3)};
  EXPECT_EQ(Known.apply(More).Known, 2u);
  ASSERT_EQ(More.size(), 1u);
  EXPECT_EQ(More[0].Where.Line, 3u);
  std::vector<Finding> Fewer = {finding("r", "a", 1)};
  const auto Outcome = Known.apply(Fewer);
  ASSERT_EQ(Outcome.Stale.size(), 1u);
  EXPECT_EQ(
      Outcome.Stale[0].rfind("r: src/main file.cpp, app::Server::handle: ", 0),
      0u);
}

TEST(Baseline, TextIsSortedAndIndependentOfOrder) {
  const Finding A = finding("r1", "a", 1), B = finding("r2", "b", 2);
  EXPECT_EQ(baselineText({A, B}), baselineText({B, A}));
  EXPECT_EQ(baselineText({}), "{\n  \"version\": 1,\n  \"findings\": []\n}\n");
}

TEST(Baseline, BrokenFilesAreNamedWithARemedy) {
  const auto Error = [](const std::string &Text) {
    auto Result = Baseline::parse(Text, "b.json");
    auto *Message = std::get_if<std::string>(&Result);
    if (!Message)
      return std::string("no error");
    EXPECT_NE(Message->find("gridlock baseline create"), std::string::npos);
    return *Message;
  };
  EXPECT_EQ(Error("{\n \"version\": }").rfind("b.json:2:13: not valid JSON", 0),
            0u);
  EXPECT_EQ(Error("[]").rfind("b.json:1:1: not a baseline", 0), 0u);
  EXPECT_EQ(Error(R"({"version": 9, "findings": []})")
                .rfind("b.json: baseline version 9", 0),
            0u);
  EXPECT_EQ(Error(R"({"version": 1, "findings": [{"rule": "r", "count": 1}]})")
                .rfind("b.json: finding 0: needs", 0),
            0u);
  EXPECT_EQ(Error(R"({"version": 1, "findings": [7]})")
                .rfind("b.json: finding 0: needs", 0),
            0u);
}

} // namespace
