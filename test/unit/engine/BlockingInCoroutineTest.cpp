// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/unit/engine/FactsBuilder.h"

#include <gtest/gtest.h>

using namespace gridlock;
using namespace gridlock::test;
using facts::EdgeKind;
using facts::FunctionFlag;

namespace {

constexpr const char *Check = "gridlock-blocking-in-coroutine";

/// One file in which `session` is a coroutine of task kind.
class BlockingInCoroutine : public testing::Test {
protected:
  BlockingInCoroutine() {
    Facts.taskType("task");
    for (const char *Name : {"sleep", "read", "recv", "poll", "fcntl", "socket",
                             "std::future::get", "std::future::wait_for"})
      Facts.library(Name);
  }
  FunctionBuilder session() {
    return std::move(Facts.function("session").coroutine("task"));
  }
  AnalysisResult analysed(Profile Show = Profile::Default) {
    return analyseAll({&Facts}, Check, Show);
  }
  std::string found(Profile Show = Profile::Default) {
    return messages(analysed(Show));
  }
  FactsBuilder Facts{"a.cpp"};
};

TEST_F(BlockingInCoroutine, Directly) {
  session().call("sleep", {Facts.constant(1)});
  AnalysisResult Result = analysed();
  EXPECT_EQ(messages(Result),
            "2: 'sleep' blocks the event loop in coroutine 'session'; instead: "
            "wait for it in the loop\n");
  const Finding &F = Result.Findings.at(0);
  EXPECT_EQ(F.Rule, Check);
  EXPECT_EQ(F.Where.File, "a.cpp");
  EXPECT_EQ(F.Function, "session");
  EXPECT_EQ(F.Operation, "test/sleep");
  EXPECT_EQ(F.Confidence, Precision::VeryHigh);
  EXPECT_EQ(F.Fingerprint.size(), 16u);
  EXPECT_EQ(Result.Counts.Roots, 1u);
}

TEST_F(BlockingInCoroutine, NotInPlainFunctionsOrGenerators) {
  Facts.function("worker").call("sleep");
  Facts.taskType("generator", facts::PromiseStart::Lazy, true);
  Facts.function("numbers").coroutine("generator").call("sleep");
  EXPECT_EQ(found(), "");
}

TEST_F(BlockingInCoroutine, AGeneratorRunsInItsCallersContext) {
  Facts.taskType("generator", facts::PromiseStart::Lazy, true);
  Facts.function("numbers").coroutine("generator").call("sleep");
  session().call("numbers");
  EXPECT_EQ(found(), "2: 'sleep' blocks the event loop: coroutine 'session' "
                     "reaches it through 1 call; instead: wait for it in the "
                     "loop\n");
}

TEST_F(BlockingInCoroutine, AcrossFilesByTheShortestPath) {
  session().call("a");
  Facts.function("a").call("b");
  Facts.function("other").coroutine("task").call("b");
  FactsBuilder Second("b.cpp");
  Second.library("sleep");
  Second.NextLine = 100;
  Second.function("b").call("sleep");
  AnalysisResult Result = analyseAll({&Second, &Facts}, Check);
  EXPECT_EQ(messages(Result),
            "101: 'sleep' blocks the event loop: coroutine 'other' reaches it "
            "through 1 call; instead: wait for it in the loop\n");
  const Finding &F = Result.Findings.at(0);
  EXPECT_EQ(F.Where.File, "b.cpp");
  ASSERT_EQ(F.Notes.size(), 2u);
  EXPECT_EQ(F.Notes[0].Message, "coroutine 'other' starts here");
  EXPECT_EQ(F.Notes[0].Where.File, "a.cpp");
  EXPECT_EQ(F.Notes[1].Message, "'other' calls 'b' here");
}

TEST_F(BlockingInCoroutine, AdviceOfTheFrameworkInUse) {
  Facts.typeFact("asio::awaitable");
  Facts.taskType("asio::awaitable");
  Facts.function("serve").coroutine("asio::awaitable").call("sleep");
  EXPECT_EQ(found(), "2: 'sleep' blocks the event loop in coroutine 'serve'; "
                     "instead: co_await timer.async_wait(use_awaitable)\n");
}

TEST_F(BlockingInCoroutine, StopsAtTasksAndClassifiedFunctions) {
  auto S = session();
  S.call("child");
  S.call("fine_call");
  auto Child = Facts.function("child");
  Child.coroutine("task");
  Facts.function("fine_call").call("sleep");
  EXPECT_EQ(found(), "");
}

TEST_F(BlockingInCoroutine, FlagsAndTimeouts) {
  auto S = session();
  auto Fd = S.local("fd");
  auto Parameter = Facts.value(Facts.param(0));
  S.call("recv", {Parameter, Facts.unknown(), Facts.constant(1),
                  Facts.flags(0x40, "MSG_DONTWAIT")});
  S.call("poll", {Parameter, Facts.constant(1), Facts.constant(0)});
  EXPECT_EQ(found(Profile::Pedantic), "");
  S.call("poll", {Parameter, Facts.constant(1), Facts.constant(-1)});
  EXPECT_NE(found(), "");
}

TEST_F(BlockingInCoroutine, UnknownTimeoutIsRarelyZero) {
  auto Unknown = Facts.value(Facts.param(0));
  session().call("poll", {Unknown, Facts.constant(1), Unknown});
  AnalysisResult Result = analysed();
  ASSERT_EQ(Result.Findings.size(), 1u);
  EXPECT_EQ(Result.Findings[0].Confidence, Precision::High);
}

TEST_F(BlockingInCoroutine, UnknownDescriptorIsOfMediumPrecision) {
  session().call("read", {Facts.value(Facts.param(0))});
  AnalysisResult Result = analysed();
  EXPECT_EQ(messages(Result), "");
  EXPECT_EQ(Result.Counts.Hidden, 1u);
  Result = analysed(Profile::Strict);
  EXPECT_EQ(messages(Result),
            "2: 'read' may block the event loop in coroutine 'session'; "
            "instead: wait for it in the loop\n");
  EXPECT_EQ(Result.Findings.at(0).Confidence, Precision::Medium);
}

TEST_F(BlockingInCoroutine, DescriptorModeIsFlowSensitive) {
  auto S = session();
  auto Fd = S.local("fd");
  S.initialise(
      Fd, Facts.result(S.call("socket", {Facts.constant(2), Facts.constant(1),
                                         Facts.constant(0)})));
  unsigned Blocking = Facts.NextLine;
  S.call("read", {Facts.value(Fd)});
  S.call("fcntl", {Facts.value(Fd), Facts.constant(4),
                   Facts.flags(04000, "O_NONBLOCK")});
  S.call("read", {Facts.value(Fd)});
  EXPECT_EQ(found(Profile::Pedantic),
            std::to_string(Blocking) +
                ": 'read' blocks the event loop in coroutine 'session'; "
                "instead: wait for it in the loop\n");
}

TEST_F(BlockingInCoroutine, DescriptorModeJoinsOverBranches) {
  auto S = session();
  auto Fd = S.local("fd");
  S.initialise(Fd, Facts.result(S.call(
                       "socket", {Facts.constant(2), Facts.constant(04001)})));
  std::uint32_t Then = S.block();
  S.call("fcntl", {Facts.value(Fd), Facts.constant(4), Facts.constant(0)});
  std::uint32_t After = S.block();
  S.call("read", {Facts.value(Fd)});
  S.edge(0, Then, EdgeKind::True);
  S.edge(0, After, EdgeKind::False);
  S.edge(Then, After);
  AnalysisResult Result = analysed(Profile::Strict);
  ASSERT_EQ(Result.Findings.size(), 1u);
  EXPECT_EQ(Result.Findings[0].Confidence, Precision::Medium);
}

TEST_F(BlockingInCoroutine, HelperThatGetsTheDescriptorMayChangeIt) {
  auto S = session();
  auto Fd = S.local("fd");
  S.initialise(Fd, Facts.result(S.call(
                       "socket", {Facts.constant(2), Facts.constant(1)})));
  S.call("make_nonblocking", {Facts.value(Fd)});
  S.call("read", {Facts.value(Fd)}); // nobody knows what it has done
  EXPECT_EQ(found(), "");
}

TEST_F(BlockingInCoroutine, ReadyFutureDoesNotBlock) {
  auto S = session();
  auto Future = S.local("future");
  facts::ValueT Zero = Facts.constant(0);
  Zero.is_duration = true;
  EventT &Wait = S.method("std::future::wait_for", Future, {Zero});
  auto Ready = std::make_unique<facts::PredicateT>();
  Ready->op = facts::PredicateOp::Eq;
  Ready->left = std::make_unique<ValueT>(Facts.result(Wait));
  Ready->right =
      std::make_unique<ValueT>(Facts.flags(0, "std::future_status::ready"));
  std::uint32_t Then = S.block();
  S.method("std::future::get", Future);
  std::uint32_t Else = S.block();
  unsigned Blocking = Facts.NextLine;
  S.method("std::future::get", Future);
  auto Copy = std::make_unique<facts::PredicateT>(*Ready);
  S.edge(0, Then, EdgeKind::True, std::move(Ready));
  S.edge(0, Else, EdgeKind::False, std::move(Copy));
  EXPECT_EQ(found(Profile::Pedantic),
            std::to_string(Blocking) +
                ": 'std::future::get' blocks the event loop in coroutine "
                "'session'; instead: wait for it in the loop\n");
}

TEST_F(BlockingInCoroutine, CallablesRunNowElsewhereAndThroughLocals) {
  Facts.library("std::invoke");
  Facts.library("std::thread::thread");
  auto S = session();
  auto Thread = S.local("t");
  S.construct(Thread, "std::thread::thread", {Facts.callable("job")});
  Facts.function("job").call("sleep");
  EXPECT_EQ(found(Profile::Pedantic), "") << "runs on a thread";
  auto Second = Facts.function("second");
  Second.coroutine("task");
  Second.call("std::invoke", {Facts.callable("job")});
  EXPECT_NE(found(), "") << "runs at once";
}

TEST_F(BlockingInCoroutine, CallableThroughALocal) {
  auto S = session();
  auto F = S.local("f");
  S.initialise(F, Facts.callable("job"));
  S.method("", F).dispatch = facts::Dispatch::Indirect;
  Facts.function("job").call("sleep");
  EXPECT_NE(found(), "");
}

TEST_F(BlockingInCoroutine, CallableHandedToAFunctionThatCallsIt) {
  session().call("apply", {Facts.callable("job")});
  Facts.function("apply").call("apply_inner", {Facts.value(Facts.param(0))});
  auto Inner = Facts.function("apply_inner");
  Inner.method("", Facts.param(0)).dispatch = facts::Dispatch::Indirect;
  // A thread hands over something else: it is not confused with the session's.
  Facts.function("thread").call("apply", {Facts.callable("other_job")});
  Facts.function("other_job").call("sleep");
  EXPECT_EQ(found(Profile::Pedantic), "");
  Facts.function("job").call("sleep");
  EXPECT_NE(found(), "");
}

TEST_F(BlockingInCoroutine, VirtualCallReachesEveryOverride) {
  Facts.symbolFact("Base::work").flags |= facts::SymbolFlag::Virtual;
  std::uint32_t Base = Facts.symbol("Base::work");
  Facts.symbolFact("Middle::work").overrides.push_back(Base);
  Facts.symbolFact("Leaf::work")
      .overrides.push_back(Facts.symbol("Middle::work"));
  auto S = session();
  S.method("Base::work", Facts.param(0)).dispatch = facts::Dispatch::Virtual;
  Facts.function("Leaf::work").call("sleep");
  AnalysisResult Result = analysed();
  ASSERT_EQ(Result.Findings.size(), 1u);
  EXPECT_EQ(Result.Findings[0].Confidence, Precision::High);
  Facts.function("Middle::work");
  Result = analysed();
  ASSERT_EQ(Result.Findings.size(), 1u) << "called on loops only";
  EXPECT_EQ(Result.Findings[0].Confidence, Precision::High);
  auto Start = Facts.function("start");
  Start.method("Base::work", Facts.param(0)).dispatch =
      facts::Dispatch::Virtual;
  Result = analysed(Profile::Strict);
  ASSERT_EQ(Result.Findings.size(), 1u) << "one may be meant for the start";
  EXPECT_EQ(Result.Findings[0].Confidence, Precision::Medium);
}

TEST_F(BlockingInCoroutine, EntryCoversOverriders) {
  std::uint32_t Base = Facts.type("Store");
  Facts.typeFact("DiskStore").bases.push_back(Base);
  Facts.symbolFact("DiskStore::load").record = Facts.type("DiskStore");
  session().method("DiskStore::load", Facts.param(0));
  EXPECT_NE(found(), "");
}

TEST_F(BlockingInCoroutine, ExecutorSwitch) {
  auto S = session();
  S.await(Facts.result(S.call("pool::schedule")));
  S.call("sleep");
  EXPECT_EQ(found(Profile::Pedantic), "") << "on the pool";
  S.await(Facts.result(S.call("loop::schedule")));
  S.call("sleep");
  EXPECT_NE(found(), "") << "back on the loop";
}

TEST_F(BlockingInCoroutine, ExecutorSwitchOnOneBranchOnly) {
  auto S = session();
  std::uint32_t Then = S.block();
  S.await(Facts.result(S.call("pool::schedule")));
  std::uint32_t After = S.block();
  S.call("sleep");
  S.edge(0, Then, EdgeKind::True);
  S.edge(0, After, EdgeKind::False);
  S.edge(Then, After);
  EXPECT_NE(found(), "");
}

TEST_F(BlockingInCoroutine, ShortCriticalSectionIsOfMediumPrecision) {
  Facts.library("std::lock_guard::lock_guard");
  Facts.symbolFact("std::lock_guard::lock_guard").record =
      Facts.type("std::lock_guard");
  auto S = session();
  S.construct(S.local("g", "std::lock_guard"), "std::lock_guard::lock_guard",
              {Facts.value(Facts.global("m"))});
  EXPECT_EQ(found(), "");
  EXPECT_NE(found(Profile::Strict), "");
}

TEST_F(BlockingInCoroutine, AnchoredInTheUsersOwnCode) {
  auto S = session();
  unsigned Line = Facts.NextLine;
  S.call("lib::wrapper");
  Facts.function("lib::wrapper")
      .flag(FunctionFlag::InSystemHeader)
      .call("sleep");
  AnalysisResult Result = analysed();
  ASSERT_EQ(Result.Findings.size(), 1u);
  EXPECT_EQ(Result.Findings[0].Where.Line, Line);
  EXPECT_EQ(Result.Findings[0].Function, "session");
  EXPECT_EQ(Result.Findings[0].Notes.back().Message, "'sleep' is here");
}

TEST_F(BlockingInCoroutine, UnresolvedCallsAreCountedNotReported) {
  auto S = session();
  S.method("", Facts.field(Facts.self(), "Session", "handler"));
  S.call("somewhere_else");
  Facts.library("strlen");
  S.call("strlen");
  AnalysisResult Result = analysed(Profile::Pedantic);
  EXPECT_EQ(messages(Result), "");
  EXPECT_EQ(Result.Counts.Unresolved, 2u);
}

TEST_F(BlockingInCoroutine, NoLintIsCounted) {
  auto S = session();
  Facts.noLint(Facts.NextLine, "gridlock-*");
  S.call("sleep");
  AnalysisResult Result = analysed();
  EXPECT_EQ(messages(Result), "");
  EXPECT_EQ(Result.Counts.Suppressed, 1u);
}

TEST_F(BlockingInCoroutine, DeepChainsAndCyclesDoNotRecurse) {
  constexpr int Length = 100000;
  session().call("f0");
  for (int I = 0; I < Length; ++I)
    Facts.function("f" + std::to_string(I))
        .call("f" + std::to_string((I + 1) % Length));
  Facts.function("f_last");
  AnalysisResult Result = analysed(Profile::Pedantic);
  EXPECT_EQ(messages(Result), "");
  Facts.File.functions.back()->blocks[0]->events.clear();
  Facts.File.functions[Length]->blocks[0]->events[0]->symbol =
      Facts.symbol("sleep");
  Result = analysed(Profile::Pedantic);
  ASSERT_EQ(Result.Findings.size(), 1u);
  EXPECT_EQ(Result.Findings[0].Confidence, Precision::Medium);
}

} // namespace
