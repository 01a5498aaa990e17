// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/CheckRegistry.h"
#include "checks/engine/Fingerprint.h"
#include "checks/engine/Globs.h"
#include "checks/engine/Precision.h"
#include "test/unit/engine/FactsBuilder.h"

#include <gtest/gtest.h>

using namespace gridlock;
using namespace gridlock::test;

namespace {

TEST(Globs, LastMatchDecides) {
  EXPECT_TRUE(matchesGlobs("gridlock-*", "gridlock-lock-order"));
  EXPECT_FALSE(
      matchesGlobs("gridlock-*,-gridlock-lock-*", "gridlock-lock-order"));
  EXPECT_TRUE(matchesGlobs("-*, gridlock-lock-*", "gridlock-lock-order"));
  EXPECT_FALSE(matchesGlobs("-*,gridlock-lock", "gridlock-lock-order"));
  EXPECT_TRUE(matchesGlobs("*-order", "gridlock-lock-order"));
  EXPECT_FALSE(matchesGlobs("", "x"));
  EXPECT_TRUE(matchesGlobs("-y", "x", true));
}

TEST(Fingerprint, IsFixedByTheScheme) {
  // A change of this value breaks every baseline: raise FingerprintScheme
  // instead.
  EXPECT_EQ(fingerprint("gridlock-lock-order", "f", "a,b", 0),
            fingerprint("gridlock-lock-order", "f", "a,b", 0));
  EXPECT_NE(fingerprint("gridlock-lock-order", "f", "a,b", 0),
            fingerprint("gridlock-lock-order", "f", "a,b", 1));
  EXPECT_NE(fingerprint("r", "fa", "b", 0), fingerprint("r", "f", "ab", 0));
  EXPECT_EQ(fingerprint("r", "f", "o", 0).size(), 16u);
}

TEST(Fingerprint, SurvivesMovedCodeAndCountsEqualOnes) {
  auto Make = [](unsigned Line) {
    Finding F;
    F.Rule = "r";
    F.Function = "f";
    F.Operation = "posix/read";
    F.Message = "m";
    F.Where = {"a.cpp", Line, 1};
    return F;
  };
  std::vector<Finding> Before{Make(10), Make(20), Make(20)};
  std::vector<Finding> After{Make(25), Make(15)};
  finishFindings(Before);
  finishFindings(After);
  ASSERT_EQ(Before.size(), 2u) << "repeated findings are dropped";
  EXPECT_EQ(Before[0].Fingerprint, After[0].Fingerprint);
  EXPECT_EQ(Before[1].Fingerprint, After[1].Fingerprint);
  EXPECT_NE(Before[0].Fingerprint, Before[1].Fingerprint);
}

TEST(Fingerprint, InstantiationsGiveOneFinding) {
  auto Make = [](const char *Message, Precision Confidence) {
    Finding F;
    F.Rule = "r";
    F.Function = "f";
    F.Operation = "posix/sleep";
    F.Message = Message;
    F.Where = {"a.h", 3, 1};
    F.Confidence = Confidence;
    return F;
  };
  std::vector<Finding> Found{
      Make("'sleep' blocks in 'f<int>'", Precision::High),
      Make("'sleep' blocks in 'f<std::vector<long>>'", Precision::VeryHigh),
      Make("'sleep' may block in 'f<int>'", Precision::High)};
  finishFindings(Found);
  ASSERT_EQ(Found.size(), 1u);
  EXPECT_EQ(Found[0].Message, "'sleep' blocks in 'f<std::vector<long>>'");
  ASSERT_EQ(Found[0].Notes.size(), 1u) << "one is but another instance";
  EXPECT_EQ(Found[0].Notes[0].Message, "also: 'sleep' may block in 'f<int>'");
}

TEST(Precision, FallsWithLengthAndUncertainEdges) {
  EXPECT_EQ(precisionOf({0, EdgeKind::Static}), Precision::VeryHigh);
  EXPECT_EQ(precisionOf({5, EdgeKind::Static}), Precision::High);
  EXPECT_EQ(precisionOf({11, EdgeKind::Static}), Precision::Medium);
  EXPECT_EQ(precisionOf({1, EdgeKind::OneOverride}), Precision::High);
  EXPECT_EQ(precisionOf({1, EdgeKind::SeveralOverrides}), Precision::Medium);
  EXPECT_EQ(precisionOf({6, EdgeKind::Callable}), Precision::Medium);
}

TEST(Registry, DescribesEveryCheck) {
  ASSERT_FALSE(allChecks().empty());
  for (const CheckInfo &Info : allChecks()) {
    EXPECT_EQ(findCheck(Info.Id), &Info);
    EXPECT_NE(std::string(Info.Summary), "");
    EXPECT_FALSE(Info.Guide.empty());
    EXPECT_TRUE(
        std::string_view(Info.Page).starts_with("# " + std::string(Info.Id)));
    EXPECT_NE(Info.Make(), nullptr);
  }
  EXPECT_EQ(findCheck("gridlock-no-such-check"), nullptr);
}

TEST(Engine, DoesNotDependOnTheOrderOfFiles) {
  FactsBuilder A("a.cpp"), B("b.cpp");
  for (FactsBuilder *F : {&A, &B}) {
    F->taskType("task");
    F->library("sleep");
    // Both units have the same inline function, at different lines (macros).
    F->inFile("helper.h");
    F->NextLine = F == &A ? 10 : 50;
    F->function("inline_helper").call("sleep");
    F->inFile("");
  }
  A.function("one").coroutine("task").call("inline_helper");
  B.function("two").coroutine("task").call("inline_helper");
  AnalysisResult First = analyseAll({&A, &B}, "");
  AnalysisResult Second = analyseAll({&B, &A}, "");
  EXPECT_EQ(messages(First), messages(Second));
  ASSERT_EQ(First.Findings.size(), 1u);
  EXPECT_EQ(First.Findings[0].Where.File, "helper.h");
  EXPECT_EQ(First.Findings[0].Fingerprint, Second.Findings[0].Fingerprint);
  EXPECT_EQ(First.Counts.Functions, 3u);
}

// Two programs in one database: each caller means the definition nearest to it.
TEST(Engine, KeepsFunctionsOfSeveralProgramsApart) {
  FactsBuilder A("one/main.cpp"), B("one/load.cpp");
  FactsBuilder C("two/main.cpp"), D("two/load.cpp");
  for (FactsBuilder *F : {&A, &C})
    F->taskType("task");
  A.function("first").coroutine("task").call("load");
  C.function("second").coroutine("task").call("load");
  B.function("load");
  D.library("sleep");
  D.function("load").call("sleep");
  AnalysisResult Result = analyseAll({&A, &B, &C, &D}, "");
  ASSERT_EQ(Result.Findings.size(), 1u);
  EXPECT_EQ(Result.Findings[0].Where.File, "two/load.cpp");
  EXPECT_NE(Result.Findings[0].Message.find("'second'"), std::string::npos);
}

// What a unit is built for goes before what lies near it.
TEST(Engine, BuildTargetsSayWhichDefinitionIsMeant) {
  FactsBuilder A("src/main.cpp"), B("src/load.cpp"), C("lib/load.cpp");
  A.taskType("task");
  A.function("first").coroutine("task").call("load");
  B.library("sleep");
  B.function("load").call("sleep");
  C.function("load");
  A.Targets = {"server"};
  B.Targets = {"tool"};
  C.Targets = {"base", "server"};
  EXPECT_EQ(messages(analyseAll({&A, &B, &C}, "")), "");
  C.Targets = {"base"};
  EXPECT_NE(messages(analyseAll({&A, &B, &C}, "")), "") << "none: the nearest";
}

// One file, compiled for two programs to different things; its caller is the
// same code in both, but means one of them each.
TEST(Engine, OneFileMayBeDifferentThingsInTwoPrograms) {
  FactsBuilder Caller("main.cpp"), Same("main.cpp");
  FactsBuilder A("load.cpp"), B("load.cpp");
  for (FactsBuilder *F : {&Caller, &Same}) {
    F->taskType("task");
    F->function("first").coroutine("task").call("load");
  }
  A.function("load");
  B.library("sleep");
  B.function("load").call("sleep");
  Caller.Targets = A.Targets = {"alpha"};
  EXPECT_EQ(messages(analyseAll({&Caller, &A, &Same, &B}, "")), "")
      << "unknown targets: one thing, the first";
  Same.Targets = B.Targets = {"beta"};
  for (const auto &Order :
       {std::vector<const FactsBuilder *>{&Caller, &A, &Same, &B},
        std::vector<const FactsBuilder *>{&B, &Same, &A, &Caller}}) {
    AnalysisResult Result = analyseAll(Order, "");
    EXPECT_EQ(Result.Findings.size(), 1u);
    EXPECT_EQ(Result.Counts.Functions, 4u);
  }
  Caller.Targets = {"alpha", "beta", "gamma"};
  AnalysisResult Result = analyseAll({&Caller, &A, &B}, "");
  EXPECT_EQ(Result.Findings.size(), 1u) << "one unit of several programs";
  EXPECT_EQ(Result.Counts.Functions, 4u);
  B.Targets = {"alpha", "beta"};
  EXPECT_EQ(messages(analyseAll({&Caller, &A, &Same, &B}, "")), "")
      << "they share a program, so they are one";
}

TEST(Engine, InternalLinkageKeepsFunctionsApart) {
  FactsBuilder A("a.cpp"), B("b.cpp");
  A.taskType("task");
  for (FactsBuilder *F : {&A, &B})
    F->symbolFact("helper").mangled =
        F->string(F == &A ? "helper@a.cpp" : "helper@b.cpp");
  A.function("one").coroutine("task").call("helper");
  A.function("helper");
  B.library("sleep");
  B.function("helper").call("sleep");
  EXPECT_EQ(messages(analyseAll({&A, &B}, "")), "");
}

TEST(Engine, ChecksAreChosenByGlobs) {
  FactsBuilder A("a.cpp");
  A.taskType("task");
  A.library("sleep");
  A.function("one").coroutine("task").call("sleep");
  EXPECT_EQ(analyseAll({&A}, "-*").Findings.size(), 0u);
  EXPECT_EQ(analyseAll({&A}, "gridlock-lock-*").Findings.size(), 0u);
  EXPECT_EQ(analyseAll({&A}, "-gridlock-lock-*").Findings.size(), 1u);
  EXPECT_EQ(analyseAll({&A}, "*,-gridlock-blocking-*").Findings.size(), 0u);
}

TEST(Engine, NoFactsGiveNothing) {
  AnalysisResult Result = analyseAll({}, "");
  EXPECT_TRUE(Result.Findings.empty());
  EXPECT_EQ(Result.Counts.Files, 0u);
}

} // namespace
