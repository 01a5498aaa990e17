// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "test/unit/engine/FactsBuilder.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gridlock::test {

using namespace facts;

namespace {

std::unique_ptr<ValueT> own(ValueT V) {
  return std::make_unique<ValueT>(std::move(V));
}

} // namespace

FactsBuilder::FactsBuilder(const std::string &MainFile) {
  File.version = FactsVersion;
  string("");
  auto Source = std::make_unique<SourceFileT>();
  Source->path = string(MainFile);
  File.files.push_back(std::move(Source));
  File.types.push_back(std::make_unique<TypeT>());
  File.symbols.push_back(std::make_unique<SymbolT>());
}

std::uint32_t FactsBuilder::string(const std::string &Text) {
  auto [It, New] = Strings.try_emplace(Text, File.strings.size());
  if (New)
    File.strings.push_back(Text);
  return It->second;
}

std::uint32_t FactsBuilder::type(const std::string &Name) {
  if (Name.empty())
    return 0;
  auto [It, New] = Types.try_emplace(Name, File.types.size());
  if (New) {
    auto Type = std::make_unique<TypeT>();
    Type->name = Type->display = string(Name);
    Type->kind = TypeKind::Record;
    File.types.push_back(std::move(Type));
  }
  return It->second;
}

TypeT &FactsBuilder::typeFact(const std::string &Name) {
  return *File.types[type(Name)];
}

TypeT &FactsBuilder::taskType(const std::string &Name, PromiseStart Start,
                              bool IsGenerator) {
  TypeT &Type = typeFact(Name);
  Type.promise = std::make_unique<PromiseT>();
  Type.promise->start = Start;
  Type.promise->is_generator = IsGenerator;
  return Type;
}

std::uint32_t FactsBuilder::symbol(const std::string &Name) {
  if (Name.empty())
    return 0;
  auto [It, New] = Symbols.try_emplace(Name, File.symbols.size());
  if (New) {
    auto Symbol = std::make_unique<SymbolT>();
    Symbol->mangled = Symbol->qualified = Symbol->display = string(Name);
    File.symbols.push_back(std::move(Symbol));
  }
  return It->second;
}

SymbolT &FactsBuilder::symbolFact(const std::string &Name) {
  return *File.symbols[symbol(Name)];
}

void FactsBuilder::library(const std::string &Name) {
  symbolFact(Name).flags |= SymbolFlag::InSystemHeader;
}

FunctionBuilder FactsBuilder::function(const std::string &Name) {
  auto Fact = std::make_unique<FunctionT>();
  Fact->symbol = symbol(Name);
  Fact->begin = std::make_unique<Loc>(CurrentFile, NextLine++, 1);
  Fact->blocks.push_back(std::make_unique<BlockT>());
  File.functions.push_back(std::move(Fact));
  return FunctionBuilder(*this, *File.functions.back());
}

ValueT FactsBuilder::constant(std::int64_t Number) {
  ValueT V;
  V.kind = ValueKind::Constant;
  V.integer = Number;
  return V;
}

ValueT FactsBuilder::flags(std::int64_t Number, const std::string &Flag) {
  ValueT V = constant(Number);
  V.flags.push_back(string(Flag));
  return V;
}

ValueT FactsBuilder::unknown() { return ValueT(); }

ValueT FactsBuilder::value(PlaceT Place) {
  ValueT V;
  V.kind = ValueKind::Place;
  V.place = std::make_unique<PlaceT>(std::move(Place));
  return V;
}

ValueT FactsBuilder::addressOf(PlaceT Place) {
  ValueT V = value(std::move(Place));
  V.kind = ValueKind::AddressOf;
  return V;
}

ValueT FactsBuilder::moved(PlaceT Place) {
  ValueT V = value(std::move(Place));
  V.moved = true;
  return V;
}

ValueT FactsBuilder::result(const EventT &Call) {
  PlaceT Place;
  Place.root = PlaceRoot::CallResult;
  Place.id = Call.id;
  Place.type = Call.type;
  return value(std::move(Place));
}

ValueT FactsBuilder::callable(const std::string &Function) {
  ValueT V;
  V.kind = ValueKind::Callable;
  V.symbol = symbol(Function);
  return V;
}

PlaceT FactsBuilder::param(std::uint32_t Index) {
  PlaceT Place;
  Place.root = PlaceRoot::Param;
  Place.id = Index;
  return Place;
}

PlaceT FactsBuilder::self() {
  PlaceT Place;
  Place.root = PlaceRoot::This;
  return Place;
}

PlaceT FactsBuilder::global(const std::string &Name) {
  PlaceT Place;
  Place.root = PlaceRoot::Global;
  Place.name = Place.display = string(Name);
  return Place;
}

PlaceT FactsBuilder::field(PlaceT Of, const std::string &Owner,
                           const std::string &Name) {
  auto Step = std::make_unique<StepT>();
  Step->kind = StepKind::Field;
  Step->name = string(Name);
  Step->owner = string(Owner);
  Of.path.push_back(std::move(Step));
  return Of;
}

PlaceT FactsBuilder::pointee(PlaceT Of) {
  auto Step = std::make_unique<StepT>();
  Step->kind = StepKind::Deref;
  Of.path.push_back(std::move(Step));
  return Of;
}

void FactsBuilder::noLint(unsigned Line, const std::string &Checks) {
  auto Range = std::make_unique<NoLintT>();
  Range->first = Range->last = Line;
  Range->checks = string(Checks);
  File.files[0]->nolint.push_back(std::move(Range));
}

void FactsBuilder::inFile(const std::string &Path) {
  CurrentFile = 0;
  if (Path.empty())
    return;
  CurrentFile = static_cast<std::uint32_t>(File.files.size());
  auto Source = std::make_unique<SourceFileT>();
  Source->path = string(Path);
  File.files.push_back(std::move(Source));
}

FactsFile FactsBuilder::build() const {
  auto Loaded = FactsFile::fromBuffer(packFacts(File), File.strings[1]);
  if (auto *Problem = std::get_if<std::string>(&Loaded))
    throw std::runtime_error(*Problem);
  auto Result = std::get<FactsFile>(std::move(Loaded));
  for (const std::string &Target : Targets)
    Result.addTarget(Target);
  return Result;
}

FunctionBuilder &FunctionBuilder::coroutine(const std::string &Type) {
  Fact.flags |= FunctionFlag::Coroutine;
  Fact.coroutine_type = Facts.type(Type);
  return *this;
}

FunctionBuilder &FunctionBuilder::flag(FunctionFlag F) {
  Fact.flags |= F;
  return *this;
}

FunctionBuilder &FunctionBuilder::begin(unsigned Line) {
  Fact.begin = std::make_unique<Loc>(0, Line, 1);
  return *this;
}

EventT &FunctionBuilder::event(EventKind Kind) {
  auto E = std::make_unique<EventT>();
  E->kind = Kind;
  E->id = NextEvent++;
  E->loc = std::make_unique<Loc>(Facts.CurrentFile, Facts.NextLine++, 1);
  Fact.blocks.back()->events.push_back(std::move(E));
  return *Fact.blocks.back()->events.back();
}

EventT &FunctionBuilder::call(const std::string &Callee,
                              std::vector<ValueT> Args) {
  EventT &E = event(EventKind::Call);
  E.symbol = Facts.symbol(Callee);
  if (E.symbol != 0)
    E.type = Facts.File.symbols[E.symbol]->result_type;
  else
    E.dispatch = Dispatch::Indirect;
  for (ValueT &Arg : Args)
    E.args.push_back(own(std::move(Arg)));
  return E;
}

EventT &FunctionBuilder::method(const std::string &Callee, PlaceT Receiver,
                                std::vector<ValueT> Args) {
  EventT &E = call(Callee, std::move(Args));
  E.receiver = own(FactsBuilder::value(std::move(Receiver)));
  return E;
}

EventT &FunctionBuilder::construct(PlaceT Place, const std::string &Constructor,
                                   std::vector<ValueT> Args) {
  EventT &E = event(EventKind::Construct);
  E.symbol = Facts.symbol(Constructor);
  E.place = std::make_unique<PlaceT>(std::move(Place));
  for (ValueT &Arg : Args)
    E.args.push_back(own(std::move(Arg)));
  return E;
}

EventT &FunctionBuilder::initialise(PlaceT Place, ValueT Value) {
  EventT &E = event(EventKind::Construct);
  E.place = std::make_unique<PlaceT>(std::move(Place));
  E.value = own(std::move(Value));
  return E;
}

EventT &FunctionBuilder::destroy(PlaceT Place, const std::string &Destructor) {
  EventT &Call = method(Destructor, Place);
  Call.implicit = ImplicitKind::Destructor;
  EventT &End = event(EventKind::LifetimeEnd);
  End.place = std::make_unique<PlaceT>(std::move(Place));
  return End;
}

EventT &FunctionBuilder::await(ValueT Operand, const std::string &Type) {
  EventT &E = event(EventKind::Suspend);
  E.suspend = SuspendKind::Await;
  E.value = own(std::move(Operand));
  E.type = Facts.type(Type);
  return E;
}

EventT &FunctionBuilder::giveBack(ValueT Value) {
  EventT &E = event(EventKind::Return);
  E.value = own(std::move(Value));
  return E;
}

PlaceT FunctionBuilder::local(const std::string &Name,
                              const std::string &Type) {
  auto [It, New] = Locals.try_emplace(Name, Fact.locals.size());
  if (New) {
    auto L = std::make_unique<LocalT>();
    L->name = Facts.string(Name);
    L->type = Facts.type(Type);
    L->loc = std::make_unique<Loc>(Facts.CurrentFile, Facts.NextLine, 1);
    Fact.locals.push_back(std::move(L));
  }
  PlaceT Place;
  Place.root = PlaceRoot::Local;
  Place.id = It->second;
  Place.name = Facts.string(Name);
  Place.type = Fact.locals[It->second]->type;
  return Place;
}

std::uint32_t FunctionBuilder::block() {
  Fact.blocks.push_back(std::make_unique<BlockT>());
  Fact.exit = static_cast<std::uint32_t>(Fact.blocks.size() - 1);
  return Fact.exit;
}

void FunctionBuilder::edge(std::uint32_t From, std::uint32_t To, EdgeKind Kind,
                           std::unique_ptr<PredicateT> Predicate) {
  auto E = std::make_unique<EdgeT>();
  E->to = To;
  E->kind = Kind;
  E->predicate = std::move(Predicate);
  Fact.blocks[From]->edges.push_back(std::move(E));
}

AnalysisResult analyseAll(const std::vector<const FactsBuilder *> &Files,
                          const std::string &Checks, Profile Show) {
  std::vector<FactsFile> Built;
  for (const FactsBuilder *F : Files)
    Built.push_back(F->build());
  return analyse(Built, smallCatalogue(), {Checks, Show, true});
}

std::string messages(const AnalysisResult &Result) {
  std::string Text;
  for (const Finding &F : Result.Findings)
    Text += std::to_string(F.Where.Line) + ": " + F.Message + "\n";
  return Text;
}

} // namespace gridlock::test
