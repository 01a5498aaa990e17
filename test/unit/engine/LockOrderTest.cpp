// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/unit/engine/FactsBuilder.h"

#include <gtest/gtest.h>

using namespace gridlock;
using namespace gridlock::test;
using facts::EdgeKind;
using facts::FunctionFlag;

namespace {

class LockOrder : public testing::Test {
protected:
  LockOrder() {
    for (const char *Guard :
         {"std::lock_guard", "std::unique_lock", "std::scoped_lock"}) {
      std::string Name(Guard);
      Name = Name.substr(5);
      for (const std::string &Member : {Name, "~" + Name}) {
        Facts.library(std::string(Guard) + "::" + Member);
        Facts.symbolFact(std::string(Guard) + "::" + Member).record =
            Facts.type(Guard);
      }
    }
    for (const char *Name : {"lock", "unlock", "release"}) {
      Facts.library("std::unique_lock::" + std::string(Name));
      Facts.symbolFact("std::unique_lock::" + std::string(Name)).record =
          Facts.type("std::unique_lock");
    }
  }
  PlaceT a() { return Facts.global("a"); }
  PlaceT b() { return Facts.global("b"); }
  PlaceT c() { return Facts.global("c"); }
  ValueT tag(const std::string &Type) {
    ValueT V = Facts.unknown();
    V.type = Facts.type(Type);
    return V;
  }
  void lock(FunctionBuilder &F, PlaceT M) { F.method("std::mutex::lock", M); }
  void unlock(FunctionBuilder &F, PlaceT M) {
    F.method("std::mutex::unlock", M);
  }
  PlaceT guard(FunctionBuilder &F, PlaceT M, const std::string &Name = "g") {
    PlaceT G =
        F.local(Name + std::to_string(Facts.NextLine), "std::lock_guard");
    F.construct(G, "std::lock_guard::lock_guard", {Facts.value(M)});
    return G;
  }
  void end(FunctionBuilder &F, PlaceT G) {
    F.destroy(G, "std::lock_guard::~lock_guard");
  }
  /// A function that takes one lock, then the other, by guards.
  void nested(const std::string &Name, PlaceT First, PlaceT Second) {
    auto F = Facts.function(Name);
    PlaceT G = guard(F, First), H = guard(F, Second);
    end(F, H);
    end(F, G);
  }
  AnalysisResult analysed(Profile Show = Profile::Default) {
    return analyseAll({&Facts}, "gridlock-lock-order", Show);
  }
  /// Without the advice.
  static std::string told(const Finding &F) {
    return F.Message.substr(0, F.Message.find("; instead: ")) + "\n";
  }
  std::string found(Profile Show = Profile::Default) {
    std::string Text;
    for (const Finding &F : analysed(Show).Findings)
      Text += told(F);
    return Text;
  }
  FactsBuilder Facts{"a.cpp"};
};

const std::string AB =
    "locks 'a' and 'b' are taken in opposite orders: 'f' takes 'a' then 'b', "
    "'g' takes 'b' then 'a'\n";

TEST_F(LockOrder, OppositeOrders) {
  nested("f", a(), b());
  nested("g", b(), a());
  AnalysisResult Result = analysed();
  ASSERT_EQ(Result.Findings.size(), 1u);
  const Finding &F = Result.Findings[0];
  EXPECT_EQ(told(F), AB);
  EXPECT_EQ(F.Operation, "f,g");
  EXPECT_EQ(F.Function, "f");
  EXPECT_EQ(F.Confidence, Precision::VeryHigh);
  EXPECT_EQ(F.Where.Line, 3u);
  ASSERT_EQ(F.Notes.size(), 4u);
  EXPECT_EQ(F.Notes[0].Message, "'f' takes 'a' here");
  EXPECT_EQ(F.Notes[3].Message, "'g' takes 'a' here while 'b' is held");
}

TEST_F(LockOrder, SameOrderIsFine) {
  nested("f", a(), b());
  nested("g", a(), b());
  EXPECT_EQ(found(Profile::Pedantic), "");
}

TEST_F(LockOrder, DisjointSectionsAreFine) {
  nested("f", a(), b());
  auto G = Facts.function("g");
  end(G, guard(G, b()));
  end(G, guard(G, a()));
  EXPECT_EQ(found(Profile::Pedantic), "");
}

TEST_F(LockOrder, ManualAndPthreadAndGuardsAreTheSame) {
  nested("f", a(), b());
  auto G = Facts.function("g");
  G.call("pthread_mutex_lock", {Facts.addressOf(b())});
  lock(G, a());
  unlock(G, a());
  G.call("pthread_mutex_unlock", {Facts.addressOf(b())});
  EXPECT_EQ(found(), AB);
}

TEST_F(LockOrder, CycleOfThree) {
  nested("f", a(), b());
  nested("g", b(), c());
  nested("h", c(), a());
  EXPECT_EQ(found(), "locks 'a', 'b' and 'c' are taken in a cycle: 'f' takes "
                     "'a' then 'b', 'g' takes 'b' then 'c', 'h' takes 'c' then "
                     "'a'\n");
}

TEST_F(LockOrder, ThroughCallsAcrossFiles) {
  auto F = Facts.function("f");
  PlaceT G = guard(F, a());
  F.call("helper", {Facts.addressOf(b())});
  end(F, G);
  nested("g", b(), a());
  FactsBuilder Second("b.cpp");
  // void helper(std::mutex *m) { m->lock(); m->unlock(); }
  auto H = Second.function("helper");
  PlaceT M = Second.pointee(Second.param(0));
  H.method("std::mutex::lock", M);
  H.method("std::mutex::unlock", M);
  AnalysisResult Result = analyseAll({&Second, &Facts}, "gridlock-lock-order");
  ASSERT_EQ(Result.Findings.size(), 1u);
  EXPECT_EQ(told(Result.Findings[0]), AB);
  EXPECT_EQ(Result.Findings[0].Notes[1].Message, "'f' calls 'helper' here");
}

TEST_F(LockOrder, UnbalancedHelpers) {
  auto Take = Facts.function("take");
  lock(Take, a());
  auto Give = Facts.function("give");
  unlock(Give, a());
  auto F = Facts.function("f");
  F.call("take");
  lock(F, b());
  unlock(F, b());
  F.call("give");
  nested("g", b(), a());
  EXPECT_NE(found(), "");
}

TEST_F(LockOrder, HelperThatGivesBackIsSeen) {
  auto Give = Facts.function("give");
  unlock(Give, a());
  auto F = Facts.function("f");
  lock(F, a());
  F.call("give");
  lock(F, b());
  unlock(F, b());
  nested("g", b(), a());
  EXPECT_EQ(found(Profile::Pedantic), "");
}

TEST_F(LockOrder, UnlockedDeferredAndReleasedGuards) {
  nested("g", b(), a());
  auto F = Facts.function("f");
  PlaceT L = F.local("l", "std::unique_lock");
  F.construct(L, "std::unique_lock::unique_lock", {Facts.value(a())});
  F.method("std::unique_lock::unlock", L);
  end(F, guard(F, b()));
  auto D = Facts.function("d");
  PlaceT M = D.local("l", "std::unique_lock");
  D.construct(M, "std::unique_lock::unique_lock",
              {Facts.value(a()), tag("std::defer_lock_t")});
  end(D, guard(D, b()));
  EXPECT_EQ(found(Profile::Pedantic), "");
  D.method("std::unique_lock::lock", M);
  end(D, guard(D, b()));
  EXPECT_NE(found(), "");
}

TEST_F(LockOrder, ReleaseKeepsTheLock) {
  nested("g", b(), a());
  auto F = Facts.function("f");
  PlaceT L = F.local("l", "std::unique_lock");
  F.construct(L, "std::unique_lock::unique_lock", {Facts.value(a())});
  F.method("std::unique_lock::release", L);
  F.destroy(L, "std::unique_lock::~unique_lock");
  end(F, guard(F, b()));
  EXPECT_EQ(found(), AB);
}

TEST_F(LockOrder, MovedGuard) {
  nested("g", b(), a());
  auto F = Facts.function("f");
  PlaceT L = F.local("l", "std::unique_lock"),
         M = F.local("m", "std::unique_lock");
  F.construct(L, "std::unique_lock::unique_lock", {Facts.value(a())});
  EventT &Move = F.event(facts::EventKind::Move);
  Move.place = std::make_unique<PlaceT>(M);
  Move.value = std::make_unique<ValueT>(Facts.moved(L));
  F.destroy(L, "std::unique_lock::~unique_lock");
  end(F, guard(F, b()));
  EXPECT_EQ(found(), AB);
}

TEST_F(LockOrder, TakenTogetherIsFine) {
  nested("f", a(), b());
  auto G = Facts.function("g");
  G.construct(G.local("s", "std::scoped_lock"), "std::scoped_lock::scoped_lock",
              {Facts.value(b()), Facts.value(a())});
  auto H = Facts.function("h");
  H.call("std::lock", {Facts.value(b()), Facts.value(a())});
  for (PlaceT M : {b(), a()})
    H.construct(H.local("g" + std::to_string(Facts.NextLine)),
                "std::lock_guard::lock_guard",
                {Facts.value(M), tag("std::adopt_lock_t")});
  EXPECT_EQ(found(Profile::Pedantic), "");
}

TEST_F(LockOrder, TryDoesNotWait) {
  nested("f", a(), b());
  auto G = Facts.function("g");
  lock(G, b());
  EventT &Try = G.method("std::mutex::try_lock", a());
  Try.type = Facts.type("bool");
  auto Got = std::make_unique<facts::PredicateT>();
  Got->op = facts::PredicateOp::Truth;
  Got->left = std::make_unique<ValueT>(Facts.result(Try));
  std::uint32_t Then = G.block();
  lock(G, c());
  G.edge(0, Then, EdgeKind::True, std::move(Got));
  EXPECT_EQ(found(Profile::Pedantic), "");
  nested("h", c(), a());
  EXPECT_EQ(found(),
            "locks 'a' and 'c' are taken in opposite orders: 'g' takes "
            "'a' then 'c', 'h' takes 'c' then 'a'\n")
      << "what a try took is held";
}

TEST_F(LockOrder, GateLockAndCallersGate) {
  auto Nested = [&](const std::string &Name, PlaceT First, PlaceT Second) {
    auto F = Facts.function(Name);
    PlaceT Gate = guard(F, c());
    F.call(Name + "_locked");
    end(F, Gate);
    nested(Name + "_locked", First, Second);
  };
  Nested("f", a(), b());
  Nested("g", b(), a());
  EXPECT_EQ(found(Profile::Pedantic), "");
  Facts.function("other").call("g_locked");
  EXPECT_NE(found(), "") << "one caller without the gate";
}

TEST_F(LockOrder, ReadersDoNotBlockEachOther) {
  auto Shared = [&](const std::string &Name, PlaceT First, PlaceT Second) {
    auto F = Facts.function(Name);
    F.method("std::shared_mutex::lock_shared", First);
    F.method("std::shared_mutex::lock_shared", Second);
  };
  Shared("f", a(), b());
  Shared("g", b(), a());
  EXPECT_EQ(found(Profile::Pedantic), "");
  nested("h", b(), a());
  EXPECT_NE(found(), "");
}

TEST_F(LockOrder, MainThreadAlone) {
  Facts.function("main").flag(FunctionFlag::Main).call("f");
  Facts.File.functions.back()->blocks[0]->events.push_back(
      std::make_unique<EventT>(
          *Facts.File.functions.back()->blocks[0]->events[0]));
  Facts.File.functions.back()->blocks[0]->events[1]->symbol = Facts.symbol("g");
  nested("f", a(), b());
  nested("g", b(), a());
  EXPECT_EQ(found(Profile::Pedantic), "");
  auto Start = Facts.function("start");
  Start.construct(Start.local("t"), "std::thread::thread",
                  {Facts.callable("g")});
  EXPECT_EQ(found(), AB);
}

TEST_F(LockOrder, FieldsOfClassesAndGetters) {
  auto Field = [&](const std::string &Class, const std::string &Name) {
    return Facts.field(Facts.self(), Class, Name);
  };
  // Account::audited() locks its own mutex, then that of the log it points to.
  auto F = Facts.function("Account::audited");
  PlaceT G = guard(F, Field("Account", "mutex"));
  EventT &Get =
      F.method("Log::mutex_of", Facts.pointee(Field("Account", "log")));
  F.construct(F.local("h", "std::lock_guard"), "std::lock_guard::lock_guard",
              {Facts.result(Get)});
  end(F, G);
  Facts.function("Log::mutex_of").giveBack(Facts.value(Field("Log", "mutex")));
  nested(
      "Log::flush", Field("Log", "mutex"),
      Facts.field(Facts.pointee(Field("Log", "account")), "Account", "mutex"));
  AnalysisResult Result = analysed();
  ASSERT_EQ(Result.Findings.size(), 1u);
  EXPECT_EQ(Result.Findings[0].Confidence, Precision::High);
  EXPECT_EQ(told(Result.Findings[0]),
            "locks 'Account::mutex' and 'Log::mutex' are taken in opposite "
            "orders: 'Account::audited' takes 'Account::mutex' then "
            "'Log::mutex', 'Log::flush' takes 'Log::mutex' then "
            "'Account::mutex'\n");
}

TEST_F(LockOrder, GuardRecognisedByStructure) {
  // struct Hold { std::mutex &m; Hold(std::mutex &x) : m(x) { x.lock(); }
  //               ~Hold() { m.unlock(); } };
  PlaceT Member = Facts.field(Facts.self(), "Hold", "m");
  auto Make = Facts.function("Hold::Hold");
  Make.flag(FunctionFlag::Constructor);
  EventT &Init = Make.initialise(Member, Facts.value(Facts.param(0)));
  Init.implicit = facts::ImplicitKind::MemberInit;
  lock(Make, Facts.param(0));
  auto End = Facts.function("Hold::~Hold");
  unlock(End, Member);
  nested("g", b(), a());
  auto Fine = Facts.function("fine");
  PlaceT H = Fine.local("h", "Hold");
  Fine.construct(H, "Hold::Hold", {Facts.value(a())});
  Fine.destroy(H, "Hold::~Hold");
  end(Fine, guard(Fine, b()));
  EXPECT_EQ(found(Profile::Pedantic), "") << "given back by the destructor";
  auto F = Facts.function("f");
  PlaceT I = F.local("h", "Hold");
  F.construct(I, "Hold::Hold", {Facts.value(a())});
  end(F, guard(F, b()));
  F.destroy(I, "Hold::~Hold");
  EXPECT_EQ(found(), AB);
}

TEST_F(LockOrder, ConditionalLockIsNotHeldForSure) {
  nested("g", b(), a());
  auto F = Facts.function("f");
  std::uint32_t Then = F.block();
  lock(F, a());
  std::uint32_t After = F.block();
  lock(F, b());
  F.edge(0, Then, EdgeKind::True);
  F.edge(0, After, EdgeKind::False);
  F.edge(Then, After);
  EXPECT_EQ(found(Profile::Pedantic), "");
}

TEST_F(LockOrder, TwoInstancesOfOneClass) {
  auto Mutex = [&](std::uint32_t Param) {
    return Facts.field(Facts.param(Param), "Account", "mutex");
  };
  nested("transfer", Mutex(0), Mutex(1));
  AnalysisResult Result = analysed(Profile::Default);
  ASSERT_EQ(Result.Findings.size(), 1u);
  EXPECT_TRUE(Result.Findings[0].Message.starts_with(
      "two instances of 'Account::mutex' are taken in 'transfer'"));
  EXPECT_EQ(Result.Findings[0].Operation, "transfer");
}

TEST_F(LockOrder, InstancesOrderedByAddressAreFine) {
  auto Mutex = [&](std::uint32_t Param) {
    return Facts.field(Facts.param(Param), "Account", "mutex");
  };
  auto F = Facts.function("transfer");
  auto Less = [&] {
    auto P = std::make_unique<facts::PredicateT>();
    P->op = facts::PredicateOp::AddressLess;
    P->left = std::make_unique<ValueT>(Facts.addressOf(Facts.param(0)));
    P->right = std::make_unique<ValueT>(Facts.addressOf(Facts.param(1)));
    return P;
  };
  std::uint32_t Then = F.block();
  lock(F, Mutex(0));
  lock(F, Mutex(1));
  std::uint32_t Else = F.block();
  lock(F, Mutex(1));
  lock(F, Mutex(0));
  F.edge(0, Then, EdgeKind::True, Less());
  F.edge(0, Else, EdgeKind::False, Less());
  EXPECT_EQ(found(Profile::Pedantic), "");
}

TEST_F(LockOrder, InLambdasWithCaptures) {
  nested("g", b(), a());
  auto F = Facts.function("f");
  PlaceT G = guard(F, a());
  ValueT Lambda = Facts.callable("f::lambda");
  auto Captured = std::make_unique<facts::CapturedValueT>();
  Captured->mode = facts::CaptureMode::ByReference;
  Captured->value = std::make_unique<ValueT>(Facts.value(b()));
  Lambda.captures.push_back(std::move(Captured));
  F.call("std::invoke", {Lambda});
  end(F, G);
  auto Body = Facts.function("f::lambda");
  Facts.File.functions.back()->captures.push_back(
      std::make_unique<facts::CaptureT>());
  PlaceT Capture;
  Capture.root = facts::PlaceRoot::Capture;
  lock(Body, Capture);
  unlock(Body, Capture);
  EXPECT_EQ(found(), AB);
}

TEST_F(LockOrder, RecursionEnds) {
  nested("g", b(), a());
  // f(node) takes node->lock and goes on with node->next, which never ends.
  auto F = Facts.function("f");
  PlaceT Node = Facts.pointee(Facts.param(0));
  lock(F, Facts.field(Node, "Node", "lock"));
  F.call("f", {Facts.value(Facts.field(Node, "Node", "next"))});
  F.call("f2", {Facts.value(Facts.param(0))});
  Facts.function("f2").call("f", {Facts.value(Facts.param(0))});
  EXPECT_EQ(found(Profile::Pedantic), "");
}

// However many calls away, and whatever else is taken there.
TEST_F(LockOrder, FarAwayAmongManyOthers) {
  nested("g", b(), a());
  auto F = Facts.function("f");
  PlaceT G = guard(F, a());
  F.call("f0");
  end(F, G);
  auto Name = [](int I) { return "f" + std::to_string(I); };
  for (int I = 0; I < 40; ++I)
    Facts.function(Name(I)).call(Name(I + 1));
  auto Last = Facts.function(Name(40));
  for (int I = 0; I < 100; ++I) {
    PlaceT Other = guard(Last, Facts.global("other" + std::to_string(I)));
    end(Last, Other);
  }
  PlaceT H = guard(Last, b());
  end(Last, H);
  EXPECT_EQ(found(Profile::Pedantic), AB);
}

// Each holds a lock of its own while it calls the one before, the first the
// last.
TEST_F(LockOrder, TooManyOnOneCycleAreCounted) {
  constexpr int Count = 400;
  for (int I = 0; I < Count; ++I) {
    auto F = Facts.function("f" + std::to_string(I));
    PlaceT G = guard(F, Facts.global("lock" + std::to_string(I)));
    F.call("f" + std::to_string((I + Count - 1) % Count));
    end(F, G);
  }
  EXPECT_GT(analysed(Profile::Pedantic).Counts.CutLocks, 0u);
}

TEST_F(LockOrder, NothingIsCutWhereNoCycleIs) {
  auto F = Facts.function("f");
  PlaceT G = guard(F, a());
  for (int I = 0; I < 400; ++I) {
    F.call("h" + std::to_string(I));
    auto H = Facts.function("h" + std::to_string(I));
    PlaceT Other = guard(H, Facts.global("other" + std::to_string(I)));
    end(H, Other);
  }
  end(F, G);
  AnalysisResult Result = analysed(Profile::Pedantic);
  EXPECT_TRUE(Result.Findings.empty());
  EXPECT_EQ(Result.Counts.CutLocks, 0u);
}

} // namespace
