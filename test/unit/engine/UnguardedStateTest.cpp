// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// gridlock-unguarded-state on hand-written facts: a class with a lock and a
// member.
#include "test/unit/engine/FactsBuilder.h"

#include <gtest/gtest.h>

using namespace gridlock;
using namespace gridlock::test;
using facts::EventKind;

namespace {

class UnguardedState : public testing::Test {
protected:
  PlaceT member(const std::string &Name) {
    return Facts.field(Facts.self(), "Cache", Name);
  }
  void lock(FunctionBuilder &F) { lockOf(F, "lock"); }
  void unlock(FunctionBuilder &F) { lockOf(F, "unlock"); }
  void access(FunctionBuilder &F, EventKind Kind) {
    F.event(Kind).place = std::make_unique<PlaceT>(member("size_"));
  }
  /// A method that uses the member with the lock held.
  void guarded(const std::string &Name, EventKind Kind = EventKind::Write) {
    auto F = Facts.function(Name);
    lock(F);
    access(F, Kind);
    unlock(F);
  }
  FunctionBuilder bare(const std::string &Name,
                       EventKind Kind = EventKind::Read) {
    auto F = Facts.function(Name);
    access(F, Kind);
    return F;
  }
  std::vector<Finding> found(Profile Show = Profile::Pedantic) {
    return analyseAll({&Facts}, "gridlock-unguarded-state", Show).Findings;
  }
  FactsBuilder Facts{"a.cpp"};

private:
  void lockOf(FunctionBuilder &F, const std::string &Method) {
    Facts.library("std::mutex::" + Method);
    Facts.symbolFact("std::mutex::" + Method).record = Facts.type("std::mutex");
    F.method("std::mutex::" + Method, member("mutex_"));
  }
};

TEST_F(UnguardedState, ReadWithoutTheLock) {
  guarded("put");
  guarded("drop");
  bare("size");
  auto Found = found(Profile::Default);
  ASSERT_EQ(Found.size(), 1u);
  EXPECT_EQ(Found[0].Function, "size");
  EXPECT_EQ(Found[0].Operation, "Cache::mutex_");
  EXPECT_EQ(Found[0].Confidence, Precision::High);
  EXPECT_EQ(Found[0].Notes.size(), 2u) << "where the lock is held";
}

TEST_F(UnguardedState, NobodyWritesIt) {
  guarded("first", EventKind::Read);
  guarded("second", EventKind::Read);
  bare("size");
  EXPECT_TRUE(found().empty());
}

TEST_F(UnguardedState, MostlyWithoutTheLock) {
  guarded("put");
  bare("one", EventKind::Write);
  bare("two", EventKind::Write);
  bare("three");
  EXPECT_TRUE(found(Profile::Strict).empty());
}

TEST_F(UnguardedState, ConstructorsOwnTheirObject) {
  guarded("put");
  guarded("drop");
  bare("Cache", EventKind::Write).flag(facts::FunctionFlag::Constructor);
  EXPECT_TRUE(found().empty());
}

TEST_F(UnguardedState, CallersHoldTheLock) {
  guarded("put");
  guarded("drop");
  bare("grow", EventKind::Write);
  auto F = Facts.function("fill");
  lock(F);
  F.method("grow", Facts.self());
  unlock(F);
  EXPECT_TRUE(found().empty());
  // One caller that does not is at fault, not the helper.
  Facts.function("refill").method("grow", Facts.self());
  auto Found = found();
  ASSERT_EQ(Found.size(), 1u);
  EXPECT_EQ(Found[0].Function, "refill");
}

TEST_F(UnguardedState, CallersDutyByName) {
  guarded("put");
  guarded("drop");
  bare("size_locked");
  EXPECT_TRUE(found().empty());
}

TEST_F(UnguardedState, MainThreadOnly) {
  guarded("put");
  guarded("drop");
  bare("size");
  auto Main = Facts.function("main");
  Main.flag(facts::FunctionFlag::Main);
  for (const char *Method : {"put", "drop", "size"})
    Main.method(Method, Facts.global("cache"));
  EXPECT_TRUE(found().empty());
}

} // namespace
