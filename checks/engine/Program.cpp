// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Program.h"

#include "checks/engine/Adjacency.h"
#include "checks/engine/Annotations.h"
#include "checks/engine/CallableTypes.h"
#include "checks/engine/Classify.h"
#include "checks/engine/DescriptorModes.h"
#include "checks/engine/Globs.h"
#include "checks/engine/LinkUnits.h"
#include "checks/engine/NameTable.h"
#include "checks/engine/OwnLocks.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace gridlock {

namespace {

std::string_view path(const FactsFile &File, std::uint32_t Index) {
  auto Sources = each(File.root().files());
  return Index < Sources.size() ? File.string(Sources[Index]->path())
                                : std::string_view();
}

/// Visits the functions that have a name and a body in this file: number of the
/// mangled name, file. Functions without a name are never joined.
template <typename Visitor>
void forEachDefinition(const FactsFile &File,
                       const std::vector<std::uint32_t> &Names, Visitor Visit) {
  for (const facts::Function *F : each(File.root().functions()))
    if (F->begin() && Names[F->symbol()] != 0)
      Visit(Names[F->symbol()], path(File, F->begin()->file()));
}

} // namespace

Program::Program(const std::vector<FactsFile> &Files,
                 const rules::Catalogue &Rules) {
  for (const FactsFile &File : Files)
    Units.push_back({&File, {}, {}, {}});
  std::sort(Units.begin(), Units.end(),
            [](const UnitData &A, const UnitData &B) {
              return std::make_tuple(A.Facts->mainFile(),
                                     A.Facts->root().command_hash(),
                                     std::string_view(A.Facts->name())) <
                     std::make_tuple(B.Facts->mainFile(),
                                     B.Facts->root().command_hash(),
                                     std::string_view(B.Facts->name()));
            });
  keepTrackOfMemory();
  join();
  lookUpEntries(Rules);
  noteTypes();
  noteSymbols();
  Callables = std::make_unique<CallableTypes>(*this);
  scanBodies();
  Modes = std::make_unique<DescriptorModes>(*this);
}

Program::~Program() = default;

std::vector<const FactsFile *> Program::files() const {
  std::vector<const FactsFile *> Result;
  for (const UnitData &U : Units)
    Result.push_back(U.Facts);
  return Result;
}

void Program::keepTrackOfMemory() {
  InMemory = std::make_unique<Residency>(files());
}

// By mangled name and, where several programs define the same function, by the
// home of the definition that the unit means.
void Program::join() {
  NameTable Names;
  LinkUnits Links(files());
  std::vector<std::vector<std::uint32_t>> NamesOf; // by unit and symbol
  for (std::uint32_t U = 0; U < Units.size(); ++U) {
    auto Local = each(unit(U).root().symbols());
    std::vector<std::uint32_t> &Of = NamesOf.emplace_back();
    Of.assign(std::max<std::size_t>(Local.size(), 1), 0);
    for (std::uint32_t I = 1; I < Local.size(); ++I)
      Of[I] = Names.idOf(text(U, Local[I]->mangled()));
    forEachDefinition(unit(U), Of, [&](std::uint32_t Name, auto File) {
      Links.defined(Name, U, File);
    });
    for (const facts::Type *T : each(unit(U).root().types()))
      Units[U].TypeNames.push_back(text(U, T->name()));
  }
  if (const auto Copies = Links.settle(NamesOf); !Copies.empty()) {
    for (std::uint32_t Original : Copies) {
      Units.push_back(UnitData(Units[Original]));
      NamesOf.push_back(std::vector(NamesOf[Original]));
    }
    keepTrackOfMemory();
  }
  std::map<std::pair<std::uint32_t, LinkUnits::Home>, SymbolId> ByHome;
  // At most as many as all units have together: what isn't written takes no
  // memory, and growing would copy all of them each time.
  std::size_t MostSymbols = 1, MostFunctions = 0;
  for (std::uint32_t U = 0; U < Units.size(); ++U) {
    MostSymbols += NamesOf[U].size();
    MostFunctions += each(unit(U).root().functions()).size();
  }
  Symbols.reserve(MostSymbols);
  Functions.reserve(MostFunctions);
  std::vector<SymbolId> ByName(Names.size(), 0);
  std::vector<std::pair<SymbolId, SymbolId>> Pairs; // base, overrider
  Symbols.emplace_back();
  for (std::uint32_t U = 0; U < Units.size(); ++U) {
    auto Local = each(unit(U).root().symbols());
    const std::vector<std::uint32_t> &Of = NamesOf[U];
    Units[U].Symbols.assign(Of.size(), 0);
    std::map<std::uint32_t, LinkUnits::Home> Own; // of ambiguous names
    if (Links.any())
      forEachDefinition(unit(U), Of, [&](std::uint32_t Name, auto File) {
        if (Links.isAmbiguous(Name))
          Own.try_emplace(Name, Links.home(U, File));
      });
    for (std::uint32_t I = 1; I < Local.size(); ++I) {
      LinkUnits::Home Home;
      if (Links.isAmbiguous(Of[I])) {
        auto Here = Own.find(Of[I]);
        Home = Here != Own.end() ? Here->second : Links.homeOf(Of[I], U);
      }
      SymbolId Fresh = static_cast<SymbolId>(Symbols.size());
      SymbolId Id = Fresh;
      if (!Home.File.empty())
        Id = ByHome.try_emplace({Of[I], Home}, Fresh).first->second;
      else if (Of[I] != 0)
        Id = ByName[Of[I]] != 0 ? ByName[Of[I]] : ByName[Of[I]] = Fresh;
      if (Id == Fresh)
        Symbols.push_back({.Unit = U,
                           .Fact = Local[I],
                           .Flags = Local[I]->flags(),
                           .Qualified = text(U, Local[I]->qualified())});
      Units[U].Symbols[I] = Id;
    }
    for (std::uint32_t I = 1; I < Local.size(); ++I)
      for (std::uint32_t Base : each(Local[I]->overrides()))
        if (resolve(U, Base) != 0)
          Pairs.emplace_back(resolve(U, Base), resolve(U, I));
    joinBodies(U);
  }
  keepOverrides(std::move(Pairs));
}

void Program::joinBodies(std::uint32_t U) {
  for (const facts::Function *F : each(unit(U).root().functions())) {
    SymbolId S = resolve(U, F->symbol());
    if (S == 0 || Symbols[S].Body != NoFunction)
      continue;
    // The declaration beside the body knows most: overrides, attributes.
    const facts::Symbol *Fact = (*unit(U).root().symbols())[F->symbol()];
    Symbols[S] = {.Unit = U,
                  .Body = static_cast<FunctionId>(Functions.size()),
                  .Fact = Fact,
                  .Flags = Fact->flags(),
                  .Qualified = text(U, Fact->qualified())};
    Functions.push_back({U, S, F, F->flags()});
  }
}

void Program::keepOverrides(
    std::vector<std::pair<SymbolId, SymbolId>> &&Pairs) {
  sortUnique(Pairs);
  OverriderStart.assign(Symbols.size() + 1, 0);
  for (auto [Base, Overrider] : Pairs) {
    ++OverriderStart[Base + 1];
    Overriders.push_back(Overrider);
  }
  for (std::size_t I = 1; I < OverriderStart.size(); ++I)
    OverriderStart[I] += OverriderStart[I - 1];
}

std::vector<SymbolId> Program::overriders(SymbolId S) const {
  std::vector<SymbolId> Result;
  std::unordered_set<SymbolId> Seen{S};
  for (std::size_t Next = 0;; ++Next) {
    SymbolId Base = Next == 0 ? S : Result[Next - 1];
    for (std::uint32_t I = OverriderStart[Base]; I < OverriderStart[Base + 1];
         ++I)
      if (Seen.insert(Overriders[I]).second)
        Result.push_back(Overriders[I]);
    if (Next == Result.size())
      break;
  }
  std::sort(Result.begin(), Result.end());
  return Result;
}

const std::vector<FunctionId> &Program::overridingBodies(SymbolId S) const {
  static const std::vector<FunctionId> None;
  if (OverriderStart[S] == OverriderStart[S + 1])
    return None;
  auto [It, New] = OverridingBodies.try_emplace(S);
  if (New)
    for (SymbolId Overrider : overriders(S))
      if (Symbols[Overrider].Body != NoFunction)
        It->second.push_back(Symbols[Overrider].Body);
  return It->second;
}

std::string_view Program::displayName(SymbolId S) const {
  if (S == 0)
    return {};
  std::string_view Display = text(Symbols[S].Unit, Symbols[S].Fact->display());
  return Display.empty() ? qualifiedName(S) : Display;
}

SymbolId Program::enclosing(SymbolId S) const {
  // Bounded: broken facts may enclose themselves.
  for (int Depth = 0; Depth < 64 && S != 0; ++Depth) {
    SymbolId Outer = resolve(Symbols[S].Unit, Symbols[S].Fact->enclosing());
    if (Outer == 0)
      break;
    S = Outer;
  }
  return S;
}

// The catalogue's entries marked `overrides` for what S overrides, or for the
// same method of a base class.
std::vector<const rules::Entry *> Program::inheritedEntries(SymbolId S) const {
  std::uint32_t Unit = Symbols[S].Unit;
  std::uint32_t Record = Symbols[S].Fact->record();
  if (Record == 0 || each(type(Unit, Record)->bases()).empty())
    return {};
  std::string_view Name = qualifiedName(S);
  std::size_t Colons = Name.rfind("::");
  if (Colons == std::string_view::npos)
    return {};
  std::string_view Method = Name.substr(Colons);
  std::vector<std::uint32_t> Bases{Record};
  std::set<std::uint32_t> Seen{Record};
  for (std::size_t Next = 0; Next < Bases.size(); ++Next)
    for (std::uint32_t Base : each(type(Unit, Bases[Next])->bases())) {
      if (!Seen.insert(Base).second)
        continue;
      Bases.push_back(Base);
      std::string Inherited(typeName(Unit, Base));
      Inherited += Method;
      auto It = EntriesByName.find(Inherited);
      if (It == EntriesByName.end())
        continue;
      std::vector<const rules::Entry *> Found;
      for (const rules::Entry *E : It->second)
        if (E->overrides())
          Found.push_back(E);
      if (!Found.empty())
        return Found;
    }
  return {};
}

void Program::lookUpEntries(const rules::Catalogue &Rules) {
  for (const rules::Entry *E : Rules.all()) {
    if (E->pattern()) {
      Patterns.push_back(E);
      continue;
    }
    if (E->library() && E->library()->string_view() == "project")
      Named.push_back(E);
    auto &List = EntriesByName[E->name()->string_view()];
    if (List.empty())
      List = Rules.find(E->name()->string_view());
    std::string_view Name = E->name()->string_view();
    std::size_t Colons = Name.rfind("::");
    if (Colons != std::string_view::npos && does(*E, rules::Effect::EntersLoop))
      LoopClasses.insert(Name.substr(0, Colons));
    if (Colons != std::string_view::npos &&
        does(*E, rules::Effect::RunsCallable) &&
        E->where() == rules::Where::Loop)
      CallbackFields[{Name.substr(0, Colons), Name.substr(Colons + 2)}] = E;
    if (does(*E, rules::Effect::RunsCallable) &&
        E->where() == rules::Where::Elsewhere)
      for (const rules::Condition *C : each(E->when()))
        if (C->kind() == rules::ConditionKind::ArgumentType && C->arg() == 0)
          PoolTypes.insert(C->name()->string_view());
    if (does(*E, rules::Effect::RunsCallable) && E->callable() != 0 &&
        E->where() == rules::Where::Loop)
      for (const rules::Condition *C : each(E->unless()))
        if (C->kind() == rules::ConditionKind::ArgumentType && C->arg() == 0)
          PoolTypes.insert(C->name()->string_view());
  }
  addAnnotatedTypes();
  keepKnownFields();
  EntryStart.reserve(Symbols.size() + 1);
  EntryStart.assign(2, 0); // the none symbol has none
  for (SymbolId S = 1; S < Symbols.size(); ++S) {
    addFunctionEntries(S);
    EntryStart.push_back(static_cast<std::uint32_t>(EntryPool.size()));
  }
}

// Entries of that form are of methods for the most part: what is left are plain
// structures that the program knows.
void Program::keepKnownFields() {
  decltype(CallbackFields) Known;
  for (std::uint32_t U = 0; U < Units.size(); ++U)
    for (const facts::Type *T : each(Units[U].Facts->root().types())) {
      std::string_view Class = text(U, T->name());
      if (!each(T->methods()).empty())
        continue;
      for (auto It = CallbackFields.lower_bound({Class, {}});
           It != CallbackFields.end() && It->first.first == Class; ++It)
        Known.insert(*It);
    }
  CallbackFields = std::move(Known);
}

const rules::Entry *Program::keep(const rules::EntryT &Entry) {
  flatbuffers::FlatBufferBuilder Builder;
  Builder.Finish(rules::CreateEntry(Builder, &Entry));
  Annotated.push_back(Builder.Release());
  return flatbuffers::GetRoot<rules::Entry>(Annotated.back().data());
}

void Program::addAnnotatedTypes() {
  for (std::uint32_t U = 0; U < Units.size(); ++U) {
    auto Types = each(unit(U).root().types());
    for (std::uint32_t T = 1; T < Types.size(); ++T)
      if (!each(Types[T]->attributes()).empty() &&
          !EntriesByName.contains(typeName(U, T)))
        if (auto Entry = annotatedType(*this, U, T))
          EntriesByName[typeName(U, T)] = {keep(*Entry)};
  }
}

// The catalogue's entries of that name, else what its attributes say, else what
// it inherits. Where it runs is not part of what its callers see.
void Program::addFunctionEntries(SymbolId S) {
  std::size_t Before = EntryPool.size();
  auto Add = [&](const rules::Entry *E) {
    if (does(*E, rules::Effect::RunsOnLoop))
      OnLoop.insert(S);
    else if (E->kind() == rules::EntryKind::Function)
      EntryPool.push_back(E);
  };
  for (const rules::Entry *E : Patterns)
    if (matchesGlobs(E->name()->string_view(), qualifiedName(S))) {
      Matched.insert(E);
      Add(E);
    }
  if (auto It = EntriesByName.find(qualifiedName(S));
      It != EntriesByName.end() && EntryPool.size() == Before)
    std::for_each(It->second.begin(), It->second.end(), Add);
  if (isAnnotated(*this, S, "runs_on_loop"))
    OnLoop.insert(S);
  if (EntryPool.size() == Before)
    for (const rules::EntryT &E : annotatedEntries(*this, S))
      EntryPool.push_back(keep(E));
  if (EntryPool.size() == Before)
    if (auto Own = ownLockMethod(*this, S, [&](SymbolId Callee) {
          auto It = EntriesByName.find(qualifiedName(Callee));
          return It != EntriesByName.end() &&
                 std::any_of(It->second.begin(), It->second.end(),
                             [](const rules::Entry *E) {
                               return does(*E, rules::Effect::WaitsReleasing);
                             });
        })) {
      EntryPool.push_back(keep(*Own));
      std::string_view Name =
          typeName(symbol(S).Unit, symbol(S).Fact->record());
      if (!EntriesByName.contains(Name))
        EntriesByName[Name] = {keep(*ownLockType(Name))};
    }
  if (EntryPool.size() == Before) {
    std::vector<const rules::Entry *> Inherited = inheritedEntries(S);
    std::for_each(Inherited.begin(), Inherited.end(), Add);
  }
}

std::vector<const rules::Entry *> Program::unmatchedPatterns() const {
  std::vector<const rules::Entry *> Result;
  for (const rules::Entry *E : Patterns)
    if (!Matched.contains(E))
      Result.push_back(E);
  for (const rules::Entry *E : Named) {
    bool IsThere = false;
    for (SymbolId S = 1; S < Symbols.size() && !IsThere; ++S)
      IsThere = qualifiedName(S) == E->name()->string_view();
    if (!IsThere)
      Result.push_back(E);
  }
  return Result;
}

bool Program::isOfLoop(std::string_view TypeName) const {
  std::size_t End = TypeName.size();
  while (End != std::string_view::npos && End > 0) {
    if (LoopClasses.contains(TypeName.substr(0, End)))
      return true;
    End = TypeName.rfind("::", End - 1);
  }
  return false;
}

const facts::Type *Program::type(std::uint32_t Unit,
                                 std::uint32_t Index) const {
  static const flatbuffers::DetachedBuffer None = [] {
    flatbuffers::FlatBufferBuilder Builder;
    Builder.Finish(facts::CreateType(Builder));
    return Builder.Release();
  }();
  auto Types = each(unit(Unit).root().types());
  return Index < Types.size() ? Types[Index]
                              : flatbuffers::GetRoot<facts::Type>(None.data());
}

std::uint32_t Program::withoutReference(std::uint32_t Unit,
                                        std::uint32_t Type) const {
  facts::TypeKind Kind = type(Unit, Type)->kind();
  bool IsReference = Kind == facts::TypeKind::LvalueReference ||
                     Kind == facts::TypeKind::RvalueReference;
  return IsReference ? type(Unit, Type)->pointee() : Type;
}

bool Program::isOrDerivesFrom(std::uint32_t Unit, std::uint32_t Type,
                              std::string_view Name) const {
  Type = withoutReference(Unit, Type);
  if (type(Unit, Type)->kind() == facts::TypeKind::Pointer)
    Type = type(Unit, Type)->pointee();
  std::vector<std::uint32_t> Pending{Type};
  std::set<std::uint32_t> Seen{Type};
  for (std::size_t Next = 0; Next < Pending.size(); ++Next) {
    if (Pending[Next] != 0 && typeName(Unit, Pending[Next]) == Name)
      return true;
    for (std::uint32_t Base : each(type(Unit, Pending[Next])->bases()))
      if (Seen.insert(Base).second)
        Pending.push_back(Base);
  }
  return false;
}

Location Program::locate(std::uint32_t Unit, const facts::Loc *L) const {
  if (!L || L->line() == 0)
    return {};
  auto Files = each(unit(Unit).root().files());
  if (L->file() >= Files.size())
    return {};
  return {std::string(text(Unit, Files[L->file()]->path())), L->line(),
          L->column()};
}

} // namespace gridlock
