// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One defect is one finding, whatever leads to it.
#include "checks/engine/Fingerprint.h"

#include <gtest/gtest.h>

using namespace gridlock;

namespace {

Finding made(const char *Message, Precision P,
             const char *Operation = "posix/op") {
  Finding F;
  F.Rule = "gridlock-rule";
  F.Where = {"a.cpp", 3, 4};
  F.Function = "f";
  F.Operation = Operation;
  F.Message = Message;
  F.Confidence = P;
  return F;
}

TEST(FinishFindings, KeepsTheSurestWayToAPlace) {
  std::vector<Finding> All = {
      made("reached from 'a'; instead: do", Precision::High),
      made("reached from 'b<int>'; instead: do", Precision::VeryHigh),
      made("reached from 'b<long>'; instead: do", Precision::Medium),
      made("another operation", Precision::High, "posix/other")};
  All[0].Notes = {{{"a.cpp", 1, 1}, "'a' starts here"}};
  finishFindings(All);
  ASSERT_EQ(All.size(), 2u);
  EXPECT_EQ(All[0].Message, "another operation");
  EXPECT_EQ(All[1].Message, "reached from 'b<int>'; instead: do");
  ASSERT_EQ(All[1].Notes.size(), 1u);
  EXPECT_EQ(All[1].Notes[0].Message, "also: reached from 'a'");
  EXPECT_EQ(All[1].Notes[0].Where.Line, 1u);
}

TEST(FinishFindings, TellsHowManyMoreWaysThereAre) {
  std::vector<Finding> All;
  for (const char *Name : {"'a'", "'b'", "'c'", "'d'", "'e'", "'f'"})
    All.push_back(made(Name, Precision::High));
  finishFindings(All);
  ASSERT_EQ(All.size(), 1u);
  ASSERT_EQ(All[0].Notes.size(), 4u);
  EXPECT_EQ(All[0].Notes[3].Message, "and 2 more ways");
}

TEST(FinishFindings, KeepsDeadlocksAndUnnamedOperationsApart) {
  std::vector<Finding> All = {made("one", Precision::High),
                              made("two", Precision::High)};
  All[0].Notes = {{{}, "first side", 1}};
  finishFindings(All);
  EXPECT_EQ(All.size(), 2u);
  All = {made("one", Precision::High, ""), made("two", Precision::High, "")};
  finishFindings(All);
  EXPECT_EQ(All.size(), 2u);
}

} // namespace
