// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/unit/engine/FactsBuilder.h"

#include <gtest/gtest.h>

using namespace gridlock;
using namespace gridlock::test;

namespace {

class BlockingUnderLock : public testing::Test {
protected:
  BlockingUnderLock() {
    Facts.taskType("task");
    for (const char *Name :
         {"sleep", "stat", "std::mutex::lock", "std::mutex::unlock"})
      Facts.library(Name);
  }
  AnalysisResult analysed(Profile Show = Profile::Default) {
    return analyseAll({&Facts}, "gridlock-blocking-under-lock", Show);
  }
  std::string found(Profile Show = Profile::Default) {
    return messages(analysed(Show));
  }
  /// A function that calls CALLEE with the lock M held.
  void holder(const std::string &Name, PlaceT M, const std::string &Callee) {
    auto F = Facts.function(Name);
    F.method("std::mutex::lock", M);
    F.call(Callee);
    F.method("std::mutex::unlock", M);
  }
  FactsBuilder Facts{"a.cpp"};
};

TEST_F(BlockingUnderLock, Directly) {
  holder("update", Facts.global("m"), "sleep");
  AnalysisResult Result = analysed();
  EXPECT_EQ(messages(Result),
            "3: 'sleep' blocks while 'm' is held in "
            "'update', so who wants the lock waits as long; instead: "
            "release it before the call\n");
  const Finding &F = Result.Findings.at(0);
  EXPECT_EQ(F.Function, "update");
  EXPECT_EQ(F.Operation, "test/sleep");
  EXPECT_EQ(F.Confidence, Precision::VeryHigh);
  EXPECT_EQ(F.Notes.at(0).Message, "'update' takes 'm' here");
}

TEST_F(BlockingUnderLock, LocksAndBriefOperationsAreNone) {
  auto F = Facts.function("update");
  F.method("std::mutex::lock", Facts.global("m"));
  F.method("std::mutex::lock", Facts.global("n"));
  F.call("stat");
  EXPECT_EQ(found(Profile::Pedantic), "");
}

TEST_F(BlockingUnderLock, ByThePathThatIsBest) {
  Facts.function("nap").call("sleep");
  Facts.function("middle").call("nap");
  holder("far", Facts.global("m"), "middle");
  EXPECT_NE(found().find("'far' reaches it through 2 calls"),
            std::string::npos);
  holder("near", Facts.global("n"), "nap");
  EXPECT_NE(found().find("'n' is held: 'near' reaches it through 1 call"),
            std::string::npos);
}

TEST_F(BlockingUnderLock, ACoroutineRunsWhenItIsAwaited) {
  Facts.function("session").coroutine("task").call("sleep");
  holder("start", Facts.global("m"), "session");
  EXPECT_EQ(found(Profile::Pedantic), "");
}

TEST_F(BlockingUnderLock, NotInsideWhatGivesTheLockBack) {
  auto F = Facts.function("wait");
  F.method("std::mutex::unlock", Facts.global("m"));
  F.call("sleep");
  F.method("std::mutex::lock", Facts.global("m"));
  holder("update", Facts.global("m"), "wait");
  EXPECT_EQ(found(Profile::Pedantic), "");
  holder("other", Facts.global("n"), "wait");
  EXPECT_NE(found().find("while 'n' is held"), std::string::npos);
}

TEST_F(BlockingUnderLock, DeepChainsAndCyclesDoNotRecurse) {
  constexpr int Length = 20000;
  for (int I = 0; I < Length; ++I)
    Facts.function("f" + std::to_string(I))
        .call("f" + std::to_string((I + 1) % Length));
  Facts.function("g").call("sleep");
  holder("update", Facts.global("m"), "f0");
  EXPECT_EQ(found(Profile::Pedantic), "");
  Facts.File.functions[Length - 1]->blocks[0]->events[0]->symbol =
      Facts.symbol("sleep");
  AnalysisResult Result = analysed(Profile::Pedantic);
  ASSERT_EQ(Result.Findings.size(), 1u);
  EXPECT_EQ(Result.Findings[0].Confidence, Precision::Medium);
}

} // namespace
