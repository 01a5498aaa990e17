// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/unit/engine/FactsBuilder.h"

#include <gtest/gtest.h>

using namespace gridlock;
using namespace gridlock::test;
using facts::EdgeKind;
using facts::PromiseStart;
using facts::TypeFlag;

namespace {

class UnawaitedTask : public testing::Test {
protected:
  UnawaitedTask() {
    Facts.taskType("task").flags |= TypeFlag::Awaitable;
    Facts.taskType("eager", PromiseStart::Eager).flags |= TypeFlag::Awaitable;
    Facts.symbolFact("fetch").result_type = Facts.type("task");
    Facts.symbolFact("start").result_type = Facts.type("eager");
  }
  /// A local of task type made by `fetch`.
  PlaceT kept(FunctionBuilder &F, const std::string &Name) {
    PlaceT Local = F.local(Name, "task");
    F.initialise(Local, Facts.result(F.call("fetch")));
    return Local;
  }
  void end(FunctionBuilder &F, PlaceT Local) {
    F.destroy(Local, "task::~task");
  }
  AnalysisResult analysed(Profile Show = Profile::Default) {
    return analyseAll({&Facts}, "gridlock-unawaited-task", Show);
  }
  std::string found(Profile Show = Profile::Default) {
    return messages(analysed(Show));
  }
  FactsBuilder Facts{"a.cpp"};
};

TEST_F(UnawaitedTask, Discarded) {
  auto F = Facts.function("f");
  F.call("fetch").discarded = true;
  F.call("start").discarded = true;
  EXPECT_EQ(found(),
            "2: the task that 'fetch' returns is discarded and never runs; "
            "instead: co_await it, or hand it to what owns it\n"
            "3: the task that 'start' returns is discarded and runs detached; "
            "instead: co_await it, or hand it to what owns it\n");
}

TEST_F(UnawaitedTask, ConsumedAtOnceIsFine) {
  auto F = Facts.function("f");
  F.await(Facts.result(F.call("fetch")));
  F.call("spawn", {Facts.result(F.call("fetch"))});
  F.giveBack(Facts.result(F.call("fetch")));
  EventT &Void = F.call("fetch");
  Void.discarded = Void.void_cast = true;
  EXPECT_EQ(found(Profile::Pedantic), "");
}

TEST_F(UnawaitedTask, GeneratorsFuturesReferencesAndFireAndForgetAreFine) {
  Facts.taskType("generator", PromiseStart::Lazy, true);
  // Eager, and nothing can await it: made to be dropped.
  Facts.taskType("fire_and_forget", PromiseStart::Eager);
  Facts.taskType("std::future", PromiseStart::Eager).flags |=
      TypeFlag::Awaitable;
  facts::TypeT &Reference = Facts.typeFact("task &");
  Reference.kind = facts::TypeKind::LvalueReference;
  Reference.pointee = Facts.type("task");
  auto F = Facts.function("f");
  for (const char *Type :
       {"generator", "fire_and_forget", "std::future", "task &"}) {
    Facts.symbolFact(std::string("make ") + Type).result_type =
        Facts.type(Type);
    F.call(std::string("make ") + Type).discarded = true;
  }
  EXPECT_EQ(found(Profile::Pedantic), "");
}

TEST_F(UnawaitedTask, LocalNeverAwaited) {
  auto F = Facts.function("f");
  end(F, kept(F, "t"));
  EXPECT_EQ(found(), "2: the task that 'fetch' returns into 't' is never "
                     "awaited, returned or moved and never runs\n");
}

TEST_F(UnawaitedTask, LocalConsumedIsFine) {
  auto F = Facts.function("f");
  PlaceT Awaited = kept(F, "a"), Moved = kept(F, "b"), Returned = kept(F, "c"),
         Started = kept(F, "d"), Captured = kept(F, "e");
  F.await(Facts.value(Awaited));
  F.call("spawn", {Facts.moved(Moved)});
  F.method("task::start", Started);
  ValueT Lambda = Facts.callable("lambda");
  auto Capture = std::make_unique<facts::CapturedValueT>();
  Capture->value = std::make_unique<ValueT>(Facts.value(Captured));
  Lambda.captures.push_back(std::move(Capture));
  F.call("spawn", {Lambda});
  F.giveBack(Facts.value(Returned));
  for (PlaceT P : {Awaited, Moved, Returned, Started, Captured})
    end(F, P);
  EXPECT_EQ(found(Profile::Pedantic), "");
}

TEST_F(UnawaitedTask, AwaitedOnOneBranchOnly) {
  auto F = Facts.function("f");
  PlaceT T = kept(F, "t");
  std::uint32_t Then = F.block();
  F.await(Facts.value(T));
  std::uint32_t After = F.block();
  end(F, T);
  F.edge(0, Then, EdgeKind::True);
  F.edge(0, After, EdgeKind::False);
  F.edge(Then, After);
  EXPECT_EQ(found(), "2: the task that 'fetch' returns into 't' is awaited on "
                     "some paths only; on the others it never runs\n");
}

TEST_F(UnawaitedTask, AwaitedOnEveryBranchIsFine) {
  auto F = Facts.function("f");
  PlaceT T = kept(F, "t");
  std::uint32_t Then = F.block();
  F.await(Facts.value(T));
  std::uint32_t Else = F.block();
  F.call("spawn", {Facts.moved(T)});
  std::uint32_t After = F.block();
  end(F, T);
  F.edge(0, Then, EdgeKind::True);
  F.edge(0, Else, EdgeKind::False);
  F.edge(Then, After);
  F.edge(Else, After);
  EXPECT_EQ(found(Profile::Pedantic), "");
}

TEST_F(UnawaitedTask, CorrelatedBranchesAreOfMediumPrecision) {
  // if (a) co_await t; if (!a) co_await t;
  auto F = Facts.function("f");
  PlaceT T = kept(F, "t");
  std::uint32_t First = F.block();
  F.await(Facts.value(T));
  std::uint32_t Between = F.block();
  std::uint32_t Second = F.block();
  F.await(Facts.value(T));
  std::uint32_t After = F.block();
  end(F, T);
  F.edge(0, First, EdgeKind::True);
  F.edge(0, Between, EdgeKind::False);
  F.edge(First, Between);
  F.edge(Between, Second, EdgeKind::True);
  F.edge(Between, After, EdgeKind::False);
  F.edge(Second, After);
  EXPECT_EQ(found(), "");
  EXPECT_NE(found(Profile::Strict), "");
}

TEST_F(UnawaitedTask, ExceptionalPathsDoNotCount) {
  auto F = Facts.function("f");
  PlaceT T = kept(F, "t");
  std::uint32_t Throw = F.block();
  F.event(facts::EventKind::Throw);
  end(F, T);
  std::uint32_t Abort = F.block();
  F.call("abort");
  Facts.File.functions.back()->blocks.back()->no_return = true;
  std::uint32_t After = F.block();
  F.await(Facts.value(T));
  end(F, T);
  F.edge(0, Throw, EdgeKind::True);
  F.edge(0, Abort, EdgeKind::Case);
  F.edge(0, After, EdgeKind::False);
  EXPECT_EQ(found(Profile::Pedantic), "");
}

} // namespace
