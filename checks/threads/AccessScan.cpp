// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/threads/AccessScan.h"

#include "checks/engine/Classify.h"
#include "checks/engine/Dataflow.h"
#include "checks/engine/Guards.h"

#include <algorithm>
#include <array>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;
using facts::StepKind;
using facts::ValueKind;

namespace {

template <std::size_t N>
bool isOneOf(std::string_view Name,
             const std::array<std::string_view, N> &Names) {
  return std::find(Names.begin(), Names.end(), Name) != Names.end();
}

// Methods that are not `const` on some classes and yet change nothing.
constexpr std::array<std::string_view, 25> Readers{
    "begin",      "end",         "rbegin",      "rend",        "cbegin",
    "cend",       "find",        "at",          "front",       "back",
    "data",       "lower_bound", "upper_bound", "equal_range", "get",
    "operator->", "operator*",   "value",       "top",         "c_str",
    "operator()", "str",         "rdbuf",       "joinable",    "base"};
// Of other libraries' containers, by what the standard's are called.
constexpr std::array<std::string_view, 26> Writers{
    "push_back", "push_front",   "emplace_back", "emplace_front",
    "emplace",   "try_emplace",  "insert",       "insert_or_assign",
    "erase",     "clear",        "pop_back",     "pop_front",
    "pop",       "push",         "resize",       "reserve",
    "assign",    "append",       "splice",       "remove",
    "remove_if", "sort",         "merge",        "extract",
    "reset",     "shrink_to_fit"};

bool isRecord(const Program &P, std::uint32_t Unit, std::uint32_t Type) {
  return P.type(Unit, Type)->kind() == facts::TypeKind::Record;
}

} // namespace

std::size_t AccessScan::PathHash::operator()(const AccessPath &Path) const {
  std::size_t Hash = static_cast<std::size_t>(Path.Root) + Path.Id * 31u;
  auto Add = [&](std::uintptr_t Part) {
    Hash = (Hash ^ Part) * 0x9e3779b97f4a7c15u;
    Hash ^= Hash >> 29;
  };
  Add(reinterpret_cast<std::uintptr_t>(Path.Global.data()));
  for (const PathStep &S : Path.Steps) {
    Add(static_cast<std::uintptr_t>(S.Kind) +
        static_cast<std::uintptr_t>(S.Index) * 8);
    Add(reinterpret_cast<std::uintptr_t>(S.Name.data()));
    Add(reinterpret_cast<std::uintptr_t>(S.Owner.data()));
  }
  return Hash;
}

bool AccessScan::SamePath::operator()(const AccessPath &A,
                                      const AccessPath &B) const {
  auto Same = [](std::string_view X, std::string_view Y) {
    return X.data() == Y.data() && X.size() == Y.size();
  };
  return A.Root == B.Root && A.Id == B.Id && Same(A.Global, B.Global) &&
         std::equal(A.Steps.begin(), A.Steps.end(), B.Steps.begin(),
                    B.Steps.end(), [&](const PathStep &X, const PathStep &Y) {
                      return X.Kind == Y.Kind && X.Index == Y.Index &&
                             Same(X.Name, Y.Name) && Same(X.Owner, Y.Owner);
                    });
}

AccessScan::AccessScan(LockModel &Model)
    : Model(Model), P(Model.program()), SeenPlaces(1 << 14), Sets(1) {
  Regains.assign(P.functions().size(), false);
  findMakers();
  findGivers();
  Calls.reserve(Model.callCount());
  FirstCall.reserve(P.functions().size() + 1);
  for (FunctionId F = 0; F < P.functions().size(); ++F) {
    FirstCall.push_back(static_cast<std::uint32_t>(Calls.size()));
    if (!P.isSystem(F))
      scan(F);
  }
  FirstCall.push_back(static_cast<std::uint32_t>(Calls.size()));
  CallsTo = Adjacency::inverse(P.functions().size(), Calls,
                               [](const SharedCall &C) { return C.Callee; });
}

void AccessScan::scan(FunctionId F) {
  Id = F;
  FreshLocals.clear();
  Held.clear();
  Gives.clear();
  Allocations.clear();
  if (MayMake[F])
    findFresh(F);
  if (MayGive[F])
    findGiven(F);
  // A lock that it gives back and has not been seen to get, of what a callee
  // has found for it: the callee left it locked on some path.
  if (const LockSummary *Own = Model.summary(F))
    for (const AccessPath &Given : Own->Lacking)
      if (Given.Root == PlaceRoot::CallResult || Given.Root == PlaceRoot::Local)
        if (LockId Lock = Model.lockId(Given); Lock != NoLock) {
          HeldIn.emplace(F, Lock);
          Regains[F] = true;
        }
  if (Model.isRelevant(F) && !Model.isPlain(F)) {
    Model.watch(F, [&](const facts::Event &E, const LockState &Before,
                       const LockState &) { event(E, &Before); });
    return;
  }
  const facts::Function &Fact = *P.function(F).Fact;
  auto Blocks = each(Fact.blocks());
  const LockState None;
  const LockState *State = Model.isRelevant(F) ? &None : nullptr;
  if (State && P.has(F, Has::Unreached)) {
    for (std::uint32_t B : reachableBlocks(Fact))
      for (const facts::Event *E : each(Blocks[B]->events()))
        event(*E, State);
    return;
  }
  std::size_t Call = P.firstCall(F);
  for (const facts::Block *B : Blocks)
    for (const facts::Event *E : each(B->events()))
      if (E->kind() != EventKind::Call && E->kind() != EventKind::Construct) {
        event(*E, State);
      } else {
        auto Edges = Model.calls().edges(Call);
        Targets.assign(Edges.begin(), Edges.end());
        call(*E, P.callEvent(Call++).Callee, State);
      }
}

std::uint32_t AccessScan::locksOf(const LockState *State) {
  if (!State || State->Held.empty())
    return 0;
  LocksAt Now;
  for (const auto &[Lock, H] : State->Held) {
    // What callers are to hold is looked for in these.
    if (!Model.chain(H.Chain).Site)
      continue;
    LockName Name = nameOf(Lock);
    Now.push_back({Lock, Name.Text.empty() ? UnnamedLock : Model.lockId(Name),
                   H.Must, H.Mode == rules::LockMode::Shared});
    HeldIn.emplace(Id, Now.back().Lock);
  }
  auto Same = [&](const LocksAt &Last) {
    return std::equal(Last.begin(), Last.end(), Now.begin(), Now.end(),
                      [](const LockAt &A, const LockAt &B) {
                        return A.Path == B.Path && A.Must == B.Must &&
                               A.Shared == B.Shared;
                      });
  };
  if (Now.empty())
    return 0;
  if (!Same(Sets.back()))
    Sets.push_back(std::move(Now));
  return static_cast<std::uint32_t>(Sets.size() - 1);
}

bool AccessScan::needsNone(std::uint32_t Type) {
  if (Type == 0)
    return false;
  enum : std::uint8_t { Unasked, No, Yes };
  std::uint32_t Unit = P.function(Id).Unit;
  if (SynchronisedIn != Unit) {
    SynchronisedIn = Unit;
    Synchronised.assign(each(P.unit(Unit).root().types()).size(), Unasked);
  }
  if (Type >= Synchronised.size())
    return isSynchronised(P, Unit, Type);
  if (Synchronised[Type] == Unasked)
    Synchronised[Type] = isSynchronised(P, Unit, Type) ? Yes : No;
  return Synchronised[Type] == Yes;
}

// The path of a place that threads can share and that needs a lock; null for
// another.
const AccessPath *AccessScan::pathOf(const facts::Place &Place) {
  // Equal places of a file are one (FactsShare.h): each is looked at once, or
  // again when another has taken its seat.
  const auto Address = reinterpret_cast<std::uintptr_t>(&Place);
  SeenPlace &Seen = SeenPlaces[(Address >> 2) % SeenPlaces.size()];
  if (Seen.Place == &Place)
    return Seen.Path;
  Seen = {&Place, nullptr};
  auto Steps = each(Place.path());
  const bool IsGlobal = Place.root() == PlaceRoot::Global;
  if (Place.root() == PlaceRoot::ThreadLocal ||
      (IsGlobal
           ? needsNone(Place.type())
           : std::none_of(Steps.begin(), Steps.end(), [](const facts::Step *S) {
               return S->kind() == StepKind::Field;
             })))
    return nullptr;
  for (const facts::Step *S : Steps)
    if (S->kind() == StepKind::Field && needsNone(S->type()))
      return nullptr;
  return Seen.Path =
             &*Paths.insert(AccessPath::of(P.unit(P.function(Id).Unit), Place))
                   .first;
}

void AccessScan::access(const facts::Event &E, const facts::Place *Place,
                        bool Write, const LockState *State) {
  const AccessPath *Known = Place ? pathOf(*Place) : nullptr;
  if (!Known)
    return;
  // What a pointer is known to hold says where it leads, not where it is.
  if (State && !State->Known.empty() &&
      !(Known->Steps.empty() && Known->Root == PlaceRoot::Global)) {
    AccessPath Path = *Known;
    if (!Path.Steps.empty() && Path.Steps.back().Kind == StepKind::Field) {
      PathStep Last = Path.Steps.back();
      Path.Steps.pop_back();
      Path = canonical(std::move(Path), State->Known);
      Path.Steps.push_back(Last);
    } else {
      Path = canonical(std::move(Path), State->Known);
    }
    Known = &*Paths.insert(std::move(Path)).first;
  }
  if (isFresh(*Known))
    return;
  if (!Accesses.empty()) { // `x += 1` reads and writes in one place
    Access &Last = Accesses.back();
    if (Last.Function == Id && Last.Site->loc() && E.loc() &&
        Last.Site->loc()->line() == E.loc()->line() && *Last.Path == *Known) {
      Last.Write |= Write;
      return;
    }
  }
  Accesses.push_back({&E, Known, Id, locksOf(State), Write});
}

// A member that is returned or passed by value is read.
void AccessScan::value(const facts::Event &E, const facts::Value *V,
                       const LockState *State) {
  if (V && V->kind() == ValueKind::Place)
    access(E, V->place(), false, State);
}

void AccessScan::event(const facts::Event &E, const LockState *State) {
  Now = &E;
  switch (E.kind()) {
  case EventKind::Read:
  case EventKind::Write:
    return access(E, E.place(), E.kind() == EventKind::Write, State);
  case EventKind::Swap:
    access(E, E.place(), true, State);
    if (E.value())
      access(E, E.value()->place(), true, State);
    return;
  case EventKind::Assign:
    // To locals there are no other events.
    if (E.place() && E.place()->root() == PlaceRoot::Local && !Gives.empty() &&
        isGiven(PlaceRoot::Local, E.place()->id(), false))
      access(E, E.place(), true, State);
    return value(E, E.value(), State);
  case EventKind::Copy:
    return value(E, E.value(), State);
  case EventKind::Move:
    if (E.value() && E.value()->kind() == ValueKind::Place)
      access(E, E.value()->place(), true, State);
    return;
  case EventKind::Return: {
    // Of a class it is a copy, unless a reference is returned.
    const ProgramFunction &F = P.function(Id);
    std::uint32_t Result = P.symbol(F.Symbol).Fact->result_type();
    facts::TypeKind Kind = P.type(P.symbol(F.Symbol).Unit, Result)->kind();
    if (Kind != facts::TypeKind::LvalueReference &&
        Kind != facts::TypeKind::RvalueReference)
      value(E, E.value(), State);
    return;
  }
  case EventKind::Call:
  case EventKind::Construct:
    Targets.clear();
    Model.calls().follow(Id, E, Targets);
    return call(E, P.resolve(P.function(Id).Unit, E.symbol()), State);
  default:
    return;
  }
}

// The condition that a wait is for is evaluated with the lock held; a function
// of the standard library runs what it is given at once unless the catalogue
// says otherwise.
bool AccessScan::runsNow(SymbolId Callee) const {
  auto Entries = P.entries(Callee);
  return Callee != 0 &&
         (std::any_of(Entries.begin(), Entries.end(),
                      [](const rules::Entry *Entry) {
                        return does(*Entry, rules::Effect::WaitsReleasing);
                      }) ||
          (Entries.empty() && P.qualifiedName(Callee).starts_with("std::") &&
           P.symbol(Callee).Fact->record() == 0));
}

// A call that runs Targets.
void AccessScan::call(const facts::Event &E, SymbolId Callee,
                      const LockState *State) {
  Now = &E;
  const ProgramFunction &F = P.function(Id);
  if (P.has(Id, Has::Callable) && runsNow(Callee))
    for (const facts::Value *Arg : each(E.args()))
      if (FunctionId Body = callableBody(P, F.Unit, Arg);
          Body != NoFunction &&
          std::none_of(Targets.begin(), Targets.end(),
                       [&](const CallEdge &T) { return T.Target == Body; }))
        Targets.push_back({Body, EdgeKind::Callable});
  if (!Targets.empty())
    followed(E, State);
  if (Callee != 0 && Targets.empty() && E.kind() == EventKind::Call &&
      E.implicit() != facts::ImplicitKind::Destructor &&
      E.implicit() != facts::ImplicitKind::Copy && E.receiver())
    libraryCall(E, Callee, State);
}

// What a place is of; TARGET: what the pointer that it is leads to.
AccessScan::Object AccessScan::objectAt(const facts::Place &Place, bool Target,
                                        const LockState *State) {
  if (State && !State->Known.empty()) {
    AccessPath Path = AccessPath::of(P.unit(P.function(Id).Unit), Place);
    if (Target)
      Path.Steps.push_back({StepKind::Deref, {}, {}, 0});
    Path = canonical(std::move(Path), State->Known);
    return {Path.Root == PlaceRoot::This && Path.Steps.empty(), isFresh(Path)};
  }
  auto Steps = each(Place.path());
  auto First =
      std::find_if(Steps.begin(), Steps.end(), [](const facts::Step *S) {
        return S->kind() != StepKind::Base;
      });
  bool IsWhole = First == Steps.end();
  bool IsPointer = IsWhole ? Target : (*First)->kind() == StepKind::Deref;
  return {Place.root() == PlaceRoot::This && IsWhole && !Target,
          isFresh(Place.root(), Place.id(), IsPointer)};
}

// A call of functions of the program: Targets.
void AccessScan::followed(const facts::Event &E, const LockState *State) {
  const ProgramFunction &F = P.function(Id);
  Object On{false, false};
  if (E.kind() == EventKind::Construct && E.place())
    On = objectAt(*E.place(), false, nullptr);
  else if (const facts::Place *Receiver = placeOf(E.receiver()))
    On = objectAt(*Receiver, false, State);
  std::uint32_t Fresh = On.IsFresh ? FreshThis : 0;
  auto Args = each(E.args());
  for (std::uint32_t I = 0; I < std::min<std::size_t>(Args.size(), 31); ++I)
    if (const facts::Place *Arg = placeOf(Args[I])) {
      // A pointer's target, not the pointer.
      bool Target =
          Args[I]->kind() == ValueKind::Place &&
          P.type(F.Unit, typeOf(*Args[I]))->kind() == facts::TypeKind::Pointer;
      Fresh |= std::uint32_t(objectAt(*Arg, Target, State).IsFresh) << I;
    }
  for (const CallEdge &Edge : Targets) {
    if (const LockSummary *Summary = Model.summary(Edge.Target)) {
      Regains[Id] = Regains[Id] ||
                    (!Summary->Released.empty() && Model.takes(Edge.Target));
      // Gives back what is not known to be held: a helper took it, it said so.
      if (State && State->Held.empty())
        for (const AccessPath &Given : Summary->Released)
          if (LockId Lock = Model.lockId(Given); Lock != NoLock) {
            HeldIn.emplace(Id, Lock);
            Regains[Id] = true;
          }
    }
    bool OnSelf = On.IsThis || hasFlag(P.function(Edge.Target).Flags,
                                       facts::FunctionFlag::Lambda);
    Calls.push_back({&E, Id, Edge.Target, Fresh, locksOf(State), OnSelf});
  }
}

void AccessScan::libraryCall(const facts::Event &E, SymbolId Callee,
                             const LockState *State) {
  const facts::Symbol *S = P.symbol(Callee).Fact;
  const facts::Value *Object = E.receiver();
  if (!hasFlag(P.symbol(Callee).Flags, facts::SymbolFlag::InSystemHeader) ||
      S->record() == 0 || Object->kind() != ValueKind::Place ||
      !isRecord(P, P.symbol(Callee).Unit, S->record()))
    return;
  std::string_view Name = P.qualifiedName(Callee);
  std::string_view Method = lastComponent(Name);
  std::uint32_t Type = typeOf(*Object);
  if (isSynchronised(P, P.symbol(Callee).Unit, S->record()) || needsNone(Type))
    return;
  bool Standard = Name.starts_with("std::");
  bool Writes = isOneOf(Method, Writers) || (Standard && Method == "swap") ||
                (Standard && !hasFlag(S->flags(), facts::SymbolFlag::Const) &&
                 !isOneOf(Method, Readers));
  // A vector's element is found without a change, a map's may be made.
  if (Method == "operator[]")
    Writes = Name.find("map") != std::string_view::npos &&
             !hasFlag(S->flags(), facts::SymbolFlag::Const);
  bool Known = Standard || Writes || isOneOf(Method, Readers) ||
               Method == "size" || Method == "empty" || Method == "contains" ||
               Method == "count";
  if (!Known)
    return;
  access(E, Object->place(), Writes, State);
}

} // namespace gridlock
