// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/CallGraph.h"
#include "test/unit/engine/FactsBuilder.h"

#include <gtest/gtest.h>

using namespace gridlock;
using namespace gridlock::test;

namespace {

// Calls of every form: by name, virtual, through a pointer that is passed, of a
// library, of itself.
FactsBuilder calls() {
  FactsBuilder U("calls.cpp");
  U.library("sleep");
  U.library("std::mutex::lock");
  for (const char *Name : {"Base::run", "Derived::run"})
    U.symbolFact(Name).flags |= facts::SymbolFlag::Virtual;
  const std::uint32_t Base = U.symbol("Base::run");
  U.symbolFact("Derived::run").overrides.push_back(Base);
  U.function("Base::run");
  U.function("Derived::run");
  FunctionBuilder Invoke = U.function("invoke");
  EventT &Through = Invoke.event(facts::EventKind::Call);
  Through.dispatch = facts::Dispatch::Indirect;
  Through.receiver = std::make_unique<ValueT>(U.value(U.param(0)));
  U.function("handler").call("sleep", {U.constant(1)});
  FunctionBuilder Plain = U.function("plain");
  Plain.call("handler");
  Plain.call("plain");
  FunctionBuilder All = U.function("all");
  All.method("Base::run", U.param(0)).dispatch = facts::Dispatch::Virtual;
  All.method("Base::run", U.param(0));
  All.call("invoke", {U.callable("handler")});
  All.call("invoke", {U.value(U.param(1))});
  All.call("unknown");
  return U;
}

FunctionId named(const Program &P, std::string_view Name) {
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    if (P.qualifiedName(P.function(F).Symbol) == Name)
      return F;
  return NoFunction;
}

TEST(Contents, TellsWhatAFunctionHas) {
  std::vector<FactsFile> Files;
  Files.push_back(calls().build());
  const rules::Catalogue Rules = smallCatalogue();
  const Program P(Files, Rules);
  const FunctionId All = named(P, "all"), Plain = named(P, "plain"),
                   Handler = named(P, "handler"), Invoke = named(P, "invoke");
  EXPECT_TRUE(P.has(All, Has::Callable));
  EXPECT_FALSE(P.has(Plain, Has::Callable));
  EXPECT_TRUE(P.has(All, Has::VirtualCall));
  EXPECT_FALSE(P.has(Plain, Has::VirtualCall));
  EXPECT_TRUE(P.has(Invoke, Has::ThroughPointer));
  EXPECT_FALSE(P.has(All, Has::ThroughPointer));
  EXPECT_TRUE(P.has(All, hasEvent(facts::EventKind::Call)));
  EXPECT_FALSE(P.has(All, hasEvent(facts::EventKind::Suspend)));
  EXPECT_TRUE(P.calls(Handler, callsEffect(rules::Effect::Blocks)));
  EXPECT_FALSE(P.calls(Plain, callsEffect(rules::Effect::Blocks)));
  EXPECT_TRUE(P.callsKnown(Handler));
  EXPECT_FALSE(P.callsKnown(Plain));
}

TEST(Contents, EdgesOfCallsAreWhatIsFollowed) {
  std::vector<FactsFile> Files;
  Files.push_back(calls().build());
  const rules::Catalogue Rules = smallCatalogue();
  const Program P(Files, Rules);
  const CallGraph Calls(P);
  std::size_t Edges = 0;
  for (FunctionId F = 0; F < P.functions().size(); ++F) {
    std::size_t Call = P.firstCall(F);
    for (const CallEvent &C : P.callEvents(F)) {
      std::vector<CallEdge> Targets;
      EXPECT_EQ(Calls.follow(F, *C.Event, Targets), Calls.resolution(Call));
      const auto Kept = Calls.edges(Call++);
      ASSERT_EQ(Kept.size(), Targets.size());
      for (std::size_t I = 0; I < Kept.size(); ++I) {
        EXPECT_EQ(Kept[I].Target, Targets[I].Target);
        EXPECT_EQ(Kept[I].Kind, Targets[I].Kind);
        ++Edges;
      }
    }
  }
  // plain: handler; all: two overrides, one by name, invoke and handler,
  // invoke.
  EXPECT_EQ(Edges, 7u);
}

} // namespace
