// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/unit/engine/FactsBuilder.h"

#include <gtest/gtest.h>

using namespace gridlock;
using namespace gridlock::test;

namespace {

constexpr const char *Check = "gridlock-blocking-in-callback";
constexpr const char *Both = "gridlock-blocking-in-*";

/// One file in which `handler` sleeps; tests hand it to something.
class BlockingInCallback : public testing::Test {
protected:
  BlockingInCallback() {
    Facts.taskType("task");
    for (const char *Name : {"sleep", "post", "std::thread::thread"})
      Facts.library(Name);
    Facts.function("handler").call("sleep");
  }
  AnalysisResult analysed(const char *Checks = Check) {
    return analyseAll({&Facts}, Checks);
  }
  std::string found() { return messages(analysed()); }
  FactsBuilder Facts{"a.cpp"};
};

TEST_F(BlockingInCallback, HandedToALoop) {
  EXPECT_EQ(found(), "") << "not handed over yet";
  Facts.function("start").call("post", {Facts.callable("handler")});
  AnalysisResult Result = analysed();
  EXPECT_EQ(messages(Result), "2: 'sleep' blocks the event loop in callback "
                              "'handler'; instead: wait for it in the loop\n");
  const Finding &F = Result.Findings.at(0);
  EXPECT_EQ(F.Rule, Check);
  EXPECT_EQ(F.Function, "handler");
  EXPECT_EQ(F.Operation, "test/sleep");
  EXPECT_EQ(F.Confidence, Precision::VeryHigh);
  EXPECT_EQ(F.Notes.at(1).Message,
            "it is handed to 'post' here, to be run by an event loop");
}

TEST_F(BlockingInCallback, HandedToAThread) {
  auto Start = Facts.function("start");
  Start.construct(Start.local("t"), "std::thread::thread",
                  {Facts.callable("handler")});
  EXPECT_EQ(found(), "");
}

TEST_F(BlockingInCallback, HandedOnByFunctionsOfTheProgram) {
  Facts.function("start").call("outer", {Facts.callable("handler")});
  Facts.function("outer").call("inner", {Facts.value(Facts.param(0))});
  auto Inner = Facts.function("inner");
  EXPECT_EQ(found(), "") << "kept, not handed on";
  Inner.call("post", {Facts.value(Facts.param(0))});
  AnalysisResult Result = analysed();
  ASSERT_EQ(Result.Findings.size(), 1u);
  EXPECT_EQ(Result.Findings[0].Notes.at(1).Message,
            "it is handed to 'outer' here, to be run by an event loop");
}

TEST_F(BlockingInCallback, ACoroutineThatReachesItIsToldInstead) {
  Facts.function("start").call("post", {Facts.callable("handler")});
  Facts.function("session").coroutine("task").call("handler");
  AnalysisResult Result = analysed(Both);
  ASSERT_EQ(Result.Findings.size(), 1u);
  EXPECT_EQ(Result.Findings[0].Rule, "gridlock-blocking-in-coroutine");
}

TEST_F(BlockingInCallback, ToldIfTheCoroutinesPathIsLessSure) {
  Facts.function("start").call("post", {Facts.callable("handler")});
  auto Session = Facts.function("session");
  Session.coroutine("task").call("f0");
  for (int I = 0; I < 12; ++I)
    Facts.function("f" + std::to_string(I))
        .call(I == 11 ? "handler" : "f" + std::to_string(I + 1));
  AnalysisResult Result = analysed(Both);
  ASSERT_EQ(Result.Findings.size(), 1u);
  EXPECT_EQ(Result.Findings[0].Rule, Check);
}

TEST_F(BlockingInCallback, UnresolvedCallsAreCountedOnce) {
  Facts.function("start").call("post", {Facts.callable("handler")});
  Facts.function("session").coroutine("task").call("handler");
  Facts.function("callback").call("somewhere_else");
  Facts.function("other").call("post", {Facts.callable("callback")});
  EXPECT_EQ(analysed().Counts.Unresolved, 1u);
  Facts.function("session2").coroutine("task").call("callback");
  EXPECT_EQ(analysed().Counts.Unresolved, 1u);
}

} // namespace
