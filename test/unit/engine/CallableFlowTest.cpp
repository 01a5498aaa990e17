// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/unit/engine/FactsBuilder.h"

#include <gtest/gtest.h>

using namespace gridlock;
using namespace gridlock::test;

namespace {

constexpr const char *Check = "gridlock-blocking-in-callback";

/// `onLoop` is posted to a loop and calls what the global `hook` holds.
class CallableFlow : public testing::Test {
protected:
  CallableFlow() {
    for (const char *Name : {"sleep", "post", "std::thread::thread"})
      Facts.library(Name);
    Facts.typeFact("void ()").kind = facts::TypeKind::Function;
    Facts.function("start").call("post", {Facts.callable("onLoop")});
    callHook(Facts.function("onLoop"));
  }
  PlaceT hook() {
    PlaceT Hook = Facts.global("hook");
    Hook.type = Facts.type("void ()");
    return Hook;
  }
  void callHook(FunctionBuilder F) {
    EventT &Call = F.call("");
    Call.symbol = 0;
    Call.dispatch = facts::Dispatch::Indirect;
    Call.receiver = std::make_unique<ValueT>(FactsBuilder::value(hook()));
  }
  /// Puts a function into the hook; the first one sleeps.
  void keep(unsigned Count) {
    auto Fill = Facts.function("fill");
    for (unsigned I = 0; I < Count; ++I)
      Fill.initialise(hook(), Facts.callable("kept" + std::to_string(I)));
    for (unsigned I = 0; I < Count; ++I) {
      auto Kept = Facts.function("kept" + std::to_string(I));
      if (I == 0)
        Kept.call("sleep");
    }
  }
  AnalysisResult analysed(Profile Show = Profile::Default) {
    return analyseAll({&Facts}, Check, Show);
  }
  FactsBuilder Facts{"a.cpp"};
};

TEST_F(CallableFlow, NothingKept) {
  AnalysisResult Result = analysed();
  EXPECT_TRUE(Result.Findings.empty());
  EXPECT_EQ(Result.Counts.Unresolved, 1u);
}

TEST_F(CallableFlow, KeptInAGlobal) {
  keep(2);
  AnalysisResult Result = analysed();
  ASSERT_EQ(Result.Findings.size(), 1u);
  EXPECT_EQ(Result.Findings[0].Confidence, Precision::High);
  EXPECT_EQ(Result.Counts.Unresolved, 0u);
}

TEST_F(CallableFlow, SeveralThatThreadsCallAsWell) {
  keep(2);
  callHook(Facts.function("onThread"));
  auto Start = Facts.function("startThread");
  Start.construct(Start.local("t"), "std::thread::thread",
                  {Facts.callable("onThread")});
  EXPECT_TRUE(analysed().Findings.empty());
  AnalysisResult Strict = analysed(Profile::Strict);
  ASSERT_EQ(Strict.Findings.size(), 1u) << messages(Strict);
}

TEST_F(CallableFlow, MoreThanCanBeTold) {
  keep(300);
  AnalysisResult Result = analysed();
  EXPECT_TRUE(Result.Findings.empty());
  EXPECT_EQ(Result.Counts.Unresolved, 1u);
}

} // namespace
