// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes facts by hand for tests of the engine. Everything is named by strings:
//
//   FactsBuilder Facts("a.cpp");
//   auto Session = Facts.function("session");
//   Session.coroutine("task");
//   Session.call("sleep", {Facts.constant(1)});
//
// Lines count up by themselves, one per event.
#ifndef GRIDLOCK_TEST_UNIT_ENGINE_FACTSBUILDER_H
#define GRIDLOCK_TEST_UNIT_ENGINE_FACTSBUILDER_H

#include "checks/engine/Engine.h"
#include "checks/facts/FactsFile.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace gridlock::test {

using facts::EventT;
using facts::PlaceT;
using facts::ValueT;

class FactsBuilder;

/// Adds events to the current block of one function.
class FunctionBuilder {
public:
  FunctionBuilder(FactsBuilder &Facts, facts::FunctionT &Fact)
      : Facts(Facts), Fact(Fact) {}

  /// A coroutine whose return type is TYPE, made by FactsBuilder::taskType.
  FunctionBuilder &coroutine(const std::string &Type);
  FunctionBuilder &flag(facts::FunctionFlag F);
  FunctionBuilder &begin(unsigned Line);

  /// Each returns the event, for what a test wants to change.
  EventT &event(facts::EventKind Kind);
  EventT &call(const std::string &Callee, std::vector<ValueT> Args = {});
  EventT &method(const std::string &Callee, PlaceT Receiver,
                 std::vector<ValueT> Args = {});
  EventT &construct(PlaceT Place, const std::string &Constructor,
                    std::vector<ValueT> Args = {});
  /// The object is the value itself: an elided call, a scalar.
  EventT &initialise(PlaceT Place, ValueT Value);
  EventT &destroy(PlaceT Place, const std::string &Destructor);
  EventT &await(ValueT Operand, const std::string &Type = "");
  EventT &giveBack(ValueT Value); // return

  PlaceT local(const std::string &Name, const std::string &Type = "");
  /// Starts a block; events go there from now on. Returns its index. The last
  /// block is the exit.
  std::uint32_t block();
  void edge(std::uint32_t From, std::uint32_t To,
            facts::EdgeKind Kind = facts::EdgeKind::Always,
            std::unique_ptr<facts::PredicateT> Predicate = nullptr);

private:
  FactsBuilder &Facts;
  facts::FunctionT &Fact;
  std::map<std::string, std::uint32_t> Locals;
  std::uint32_t NextEvent = 1;
};

class FactsBuilder {
public:
  explicit FactsBuilder(const std::string &MainFile);

  std::uint32_t string(const std::string &Text);
  std::uint32_t type(const std::string &Name);
  facts::TypeT &typeFact(const std::string &Name);
  /// A coroutine's return type.
  facts::TypeT &taskType(const std::string &Name,
                         facts::PromiseStart Start = facts::PromiseStart::Lazy,
                         bool IsGenerator = false);
  std::uint32_t symbol(const std::string &Name);
  facts::SymbolT &symbolFact(const std::string &Name);
  /// A function of a system header, without a body.
  void library(const std::string &Name);
  FunctionBuilder function(const std::string &Name);

  static ValueT constant(std::int64_t Number);
  ValueT flags(std::int64_t Number, const std::string &Flag);
  static ValueT unknown();
  static ValueT value(PlaceT Place);
  static ValueT addressOf(PlaceT Place);
  static ValueT moved(PlaceT Place);
  static ValueT result(const EventT &Call);
  ValueT callable(const std::string &Function);
  static PlaceT param(std::uint32_t Index);
  static PlaceT self();
  PlaceT global(const std::string &Name);
  /// OWNER is the class that declares the field.
  PlaceT field(PlaceT Of, const std::string &Owner, const std::string &Name);
  PlaceT pointee(PlaceT Of);

  void noLint(unsigned Line, const std::string &Checks);
  FactsFile build() const;

  /// Build targets of the unit.
  std::vector<std::string> Targets;

  facts::FileT File;
  /// Places what follows in this file, a header for instance; "" = the main
  /// file.
  void inFile(const std::string &Path);

  unsigned NextLine = 1;
  std::uint32_t CurrentFile = 0;

private:
  std::map<std::string, std::uint32_t> Strings, Types, Symbols;
};

/// A catalogue of a few entries: sleep, read, poll, mutexes and guards,
/// callables.
rules::Catalogue smallCatalogue();

AnalysisResult analyseAll(const std::vector<const FactsBuilder *> &Files,
                          const std::string &Checks,
                          Profile Show = Profile::Default);

/// The messages, one a line, with "line: " before each.
std::string messages(const AnalysisResult &Result);

} // namespace gridlock::test

#endif
