// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Checks over the lock sets beside lock order, on hand-written facts.
#include "test/unit/engine/FactsBuilder.h"

#include <gtest/gtest.h>

using namespace gridlock;
using namespace gridlock::test;
using facts::EdgeKind;
using facts::PredicateOp;

namespace {

class LockChecks : public testing::Test {
protected:
  LockChecks() { Facts.taskType("task"); }
  PlaceT a() { return Facts.global("a"); }
  void take(FunctionBuilder &F, PlaceT M) {
    Facts.library("std::mutex::lock");
    Facts.symbolFact("std::mutex::lock").record = Facts.type("std::mutex");
    F.method("std::mutex::lock", M);
  }
  void release(FunctionBuilder &F, PlaceT M) {
    F.method("std::mutex::unlock", M);
  }
  std::unique_ptr<facts::PredicateT> test(ValueT Left, PredicateOp Op,
                                          std::int64_t Right = 0) {
    auto P = std::make_unique<facts::PredicateT>();
    P->op = Op;
    P->left = std::make_unique<ValueT>(std::move(Left));
    if (Op != PredicateOp::Truth)
      P->right = std::make_unique<ValueT>(Facts.constant(Right));
    return P;
  }
  std::vector<Finding> found(const std::string &Check,
                             Profile Show = Profile::Pedantic) {
    return analyseAll({&Facts}, "gridlock-" + Check, Show).Findings;
  }
  FactsBuilder Facts{"a.cpp"};
};

TEST_F(LockChecks, HeldAtSuspension) {
  auto F = Facts.function("f");
  F.coroutine("task");
  take(F, a());
  F.await(Facts.unknown());
  F.await(Facts.unknown());
  release(F, a());
  auto Found = found("lock-across-suspension");
  ASSERT_EQ(Found.size(), 1u) << "one for each acquisition";
  EXPECT_EQ(Found[0].Confidence, Precision::VeryHigh);
  EXPECT_EQ(Found[0].Operation, "a");
  EXPECT_EQ(Found[0].Notes.size(), 2u);
}

TEST_F(LockChecks, SuspensionThatNeverSuspends) {
  auto F = Facts.function("f");
  F.coroutine("task");
  take(F, a());
  F.await(Facts.unknown()).readiness = facts::Readiness::NeverSuspends;
  release(F, a());
  EXPECT_TRUE(found("lock-across-suspension").empty());
}

// if (x) lock(); await; unlock();
TEST_F(LockChecks, HeldAtSuspensionOnSomePaths) {
  auto F = Facts.function("f");
  F.coroutine("task");
  std::uint32_t Then = F.block();
  take(F, a());
  std::uint32_t After = F.block();
  F.await(Facts.unknown());
  release(F, a());
  F.edge(0, Then, EdgeKind::True);
  F.edge(0, After, EdgeKind::False);
  F.edge(Then, After);
  auto Found = found("lock-across-suspension");
  ASSERT_EQ(Found.size(), 1u);
  EXPECT_EQ(Found[0].Confidence, Precision::High);
}

TEST_F(LockChecks, SelfDeadlockThroughACall) {
  auto F = Facts.function("f");
  take(F, a());
  F.call("g");
  release(F, a());
  auto G = Facts.function("g");
  take(G, a());
  release(G, a());
  auto Found = found("self-deadlock");
  ASSERT_EQ(Found.size(), 1u);
  EXPECT_EQ(Found[0].Confidence, Precision::VeryHigh);
  EXPECT_EQ(Found[0].Function, "f");
}

TEST_F(LockChecks, RecursiveAndUnknownMutexesAreFine) {
  auto F = Facts.function("f");
  for (int I = 0; I < 2; ++I)
    take(F, a());
  Facts.symbolFact("std::mutex::lock").record =
      Facts.type("std::recursive_mutex");
  EXPECT_TRUE(found("self-deadlock").empty());
  Facts.symbolFact("std::mutex::lock").record = Facts.type("OwnMutex");
  EXPECT_TRUE(found("self-deadlock").empty());
  Facts.symbolFact("std::mutex::lock").record = Facts.type("std::mutex");
  EXPECT_EQ(found("self-deadlock").size(), 1u);
}

// if (x FIRST 1) return; lock(); if (x SECOND 1) return; unlock();
struct Branches {
  PredicateOp First, Second;
  std::size_t Leaks;
};
class CorrelatedBranches : public LockChecks,
                           public testing::WithParamInterface<Branches> {};

TEST_P(CorrelatedBranches, Leak) {
  auto F = Facts.function("f");
  std::uint32_t Lock = F.block();
  take(F, a());
  std::uint32_t Unlock = F.block();
  release(F, a());
  std::uint32_t End = F.block();
  auto If = [&](std::uint32_t From, PredicateOp Op, std::uint32_t Then,
                std::uint32_t Else) {
    for (auto [To, Kind] :
         {std::pair(Then, EdgeKind::True), std::pair(Else, EdgeKind::False)})
      F.edge(From, To, Kind, test(Facts.value(Facts.param(0)), Op, 1));
  };
  If(0, GetParam().First, End, Lock);
  If(Lock, GetParam().Second, End, Unlock);
  F.edge(Unlock, End);
  EXPECT_EQ(found("lock-leak").size(), GetParam().Leaks);
}

INSTANTIATE_TEST_SUITE_P(
    All, CorrelatedBranches,
    testing::Values(Branches{PredicateOp::Eq, PredicateOp::Eq, 0},
                    Branches{PredicateOp::Lt, PredicateOp::Lt, 0},
                    Branches{PredicateOp::Truth, PredicateOp::Truth, 0},
                    Branches{PredicateOp::Ne, PredicateOp::Ne, 0},
                    // Not equal to 1 leaves x == 1.
                    Branches{PredicateOp::Ne, PredicateOp::Gt, 0},
                    Branches{PredicateOp::Eq, PredicateOp::Lt, 1},
                    Branches{PredicateOp::Lt, PredicateOp::Ge, 1}));

TEST_F(LockChecks, LeakOnOneReturn) {
  auto F = Facts.function("f");
  take(F, a());
  std::uint32_t Early = F.block();
  F.giveBack(Facts.constant(0));
  std::uint32_t Late = F.block();
  release(F, a());
  std::uint32_t End = F.block();
  F.edge(0, Early, EdgeKind::True);
  F.edge(0, Late, EdgeKind::False);
  F.edge(Early, End);
  F.edge(Late, End);
  auto Found = found("lock-leak");
  ASSERT_EQ(Found.size(), 1u);
  EXPECT_EQ(Found[0].Confidence, Precision::High);
  EXPECT_NE(Found[0].Message.find("returns early"), std::string::npos);
  EXPECT_TRUE(found("manual-lock").empty()) << "no scope fits";
}

TEST_F(LockChecks, ManualLock) {
  auto F = Facts.function("f");
  take(F, a());
  release(F, a());
  ASSERT_EQ(found("manual-lock").size(), 1u);
  EXPECT_EQ(found("manual-lock")[0].Confidence, Precision::High);
  EXPECT_TRUE(found("lock-leak").empty());
}

} // namespace
