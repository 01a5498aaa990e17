// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every rule of the embedded catalogue fires: the functions are made from the
// rules, so this shows that the engine understands each entry, not that its
// name exists (that is test/rules/prove.py).
#include "rules/UserRules.h"
#include "test/unit/rules/CallMaker.h"

#include <gtest/gtest.h>

#include <algorithm>

using namespace gridlock;
using namespace gridlock::test;
using rules::Effect;
using rules::Entry;
using rules::EntryKind;

namespace {

bool does(const Entry &E, Effect Wanted) {
  if (E.effects())
    for (auto Has : *E.effects())
      if (static_cast<Effect>(Has) == Wanted)
        return true;
  return false;
}

bool isWaited(const Entry &E) {
  return E.kind() == EntryKind::Function && !does(E, Effect::Fine) &&
         (does(E, Effect::Blocks) || does(E, Effect::EntersLoop) ||
          does(E, Effect::WaitsReleasing) ||
          (does(E, Effect::Acquires) && !E.async()));
}

/// One coroutine for each call, by name.
class Fire : public testing::Test {
protected:
  Fire() {
    Facts.taskType("task");
    for (const char *Name : {"fcntl", "std::future::wait"})
      Facts.library(Name);
  }
  FunctionBuilder coroutine(const Entry &E, const std::string &What) {
    std::string Name = "call" + std::to_string(Calls.size()) + What;
    Calls.push_back({Name, &E});
    return std::move(Facts.function(Name).coroutine("task"));
  }
  std::map<std::string, std::string> operationsByFunction() {
    std::map<std::string, std::string> Found;
    std::vector<FactsFile> Files;
    Files.push_back(Facts.build());
    for (const Finding &F :
         analyse(Files, Catalogue,
                 {"gridlock-blocking-in-coroutine", Profile::Pedantic, true})
             .Findings)
      // `wait` makes a future ready and is a finding itself.
      if (F.Operation.find("future") == std::string::npos ||
          !Found.count(F.Function))
        Found[F.Function] = F.Operation;
    return Found;
  }
  static std::string where(const Entry &E) {
    return E.file()->str() + ":" + std::to_string(E.line()) + ": " +
           E.name()->str();
  }

  rules::Catalogue Catalogue = rules::Catalogue::embedded();
  FactsBuilder Facts{"calls.cpp"};
  std::vector<std::pair<std::string, const Entry *>> Calls;
};

TEST_F(Fire, EveryBlockingCallIsFound) {
  std::string Unmade;
  for (const Entry *E : Catalogue.all())
    if (isWaited(*E)) {
      auto F = coroutine(*E, "_bad");
      if (!CallMaker(Facts, *E).add(F, -1))
        Unmade += where(*E) + "\n";
    }
  EXPECT_EQ(Unmade, "") << "no arguments fit";
  ASSERT_GT(Calls.size(), 1000u);
  auto Found = operationsByFunction();
  for (const auto &[Function, E] : Calls)
    EXPECT_EQ(Found[Function], E->op()->str()) << where(*E);
}

TEST_F(Fire, EveryExcuseIsHeard) {
  std::string Unmade;
  for (const Entry *E : Catalogue.all())
    for (unsigned I = 0; isWaited(*E) && E->unless() && I < E->unless()->size();
         ++I) {
      // A future is made ready by waiting for it, which is a finding of its
      // own.
      if (E->unless()->Get(I)->kind() == rules::ConditionKind::ReadyFuture)
        continue;
      auto F = coroutine(*E, "_ok" + std::to_string(I));
      if (!CallMaker(Facts, *E).add(F, static_cast<int>(I)))
        Unmade += where(*E) + ", condition " + std::to_string(I) + "\n";
    }
  EXPECT_EQ(Unmade, "") << "no arguments fit";
  ASSERT_GT(Calls.size(), 200u);
  auto Found = operationsByFunction();
  for (const auto &[Function, E] : Calls)
    EXPECT_EQ(Found[Function], "") << where(*E) << " in " << Function;
}

TEST_F(Fire, WhatIsFineIsSilent) {
  for (const Entry *E : Catalogue.all())
    if (E->kind() == EntryKind::Function && does(*E, Effect::Fine)) {
      auto F = coroutine(*E, "_ok");
      ASSERT_TRUE(CallMaker(Facts, *E).add(F, -1)) << where(*E);
    }
  ASSERT_GT(Calls.size(), 50u);
  auto Found = operationsByFunction();
  for (const auto &[Function, E] : Calls)
    EXPECT_EQ(Found[Function], "") << where(*E);
}

TEST_F(Fire, WhatRunsAtOnceCarriesTheContext) {
  Facts.library("sleep");
  std::map<std::string, const Entry *> Bodies;
  for (const Entry *E : Catalogue.all())
    if (E->kind() == EntryKind::Function && does(*E, Effect::RunsCallable) &&
        E->where() == rules::Where::Now && E->callable() >= 0 && !E->when()) {
      std::string Body = "body" + std::to_string(Bodies.size());
      Facts.function(Body).call("sleep");
      Bodies[Body] = E;
      auto F = coroutine(*E, "_bad");
      std::vector<ValueT> Args;
      for (int I = 0; I < E->callable(); ++I)
        Args.push_back(Facts.unknown());
      Args.push_back(Facts.callable(Body));
      Facts.library(E->name()->str());
      F.call(E->name()->str(), std::move(Args));
    }
  ASSERT_GT(Bodies.size(), 10u);
  auto Found = operationsByFunction();
  for (const auto &[Body, E] : Bodies)
    EXPECT_EQ(Found[Body], "posix-sleep/sleep") << where(*E);
}

TEST_F(Fire, EveryTypeIsComplete) {
  unsigned Types = 0;
  for (const Entry *E : Catalogue.all()) {
    if (E->kind() == EntryKind::Function)
      continue;
    ++Types;
    auto Found = Catalogue.find(E->name()->string_view());
    EXPECT_NE(std::find(Found.begin(), Found.end(), E), Found.end())
        << where(*E);
    EXPECT_TRUE(E->kind() == EntryKind::Task || E->kind() == EntryKind::Guard ||
                E->kind() == EntryKind::Mutex ||
                E->kind() == EntryKind::LoopBound)
        << where(*E);
  }
  EXPECT_GT(Types, 20u);
}

TEST_F(Fire, EveryDiscardedTaskOfACatalogueTypeIsFound) {
  std::vector<std::pair<std::string, const Entry *>> Made;
  for (const Entry *E : Catalogue.all())
    if (E->kind() == EntryKind::Task) {
      std::string Maker = "make" + std::to_string(Made.size());
      Facts.taskType(E->name()->str()).flags |= facts::TypeFlag::Awaitable;
      Facts.symbolFact(Maker).result_type = Facts.type(E->name()->str());
      std::string User = "use" + std::to_string(Made.size());
      Facts.function(User).call(Maker).discarded = true;
      Made.push_back({User, E});
    }
  ASSERT_GT(Made.size(), 8u);
  std::vector<FactsFile> Files;
  Files.push_back(Facts.build());
  std::map<std::string, unsigned> Found;
  for (const Finding &F :
       analyse(Files, Catalogue,
               {"gridlock-unawaited-task", Profile::Pedantic, true})
           .Findings)
    ++Found[F.Function];
  for (const auto &[Function, E] : Made)
    EXPECT_EQ(Found[Function], 1u) << where(*E);
}

} // namespace
