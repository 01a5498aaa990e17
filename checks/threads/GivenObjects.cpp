// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// AccessScan, third part: objects that a thread gets to know, and from where on
// in the function that made them.
#include "checks/engine/BlockLoops.h"
#include "checks/engine/Classify.h"
#include "checks/locks/ThreadNames.h"
#include "checks/threads/AccessScan.h"

#include <algorithm>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;
using facts::StepKind;
using facts::ValueKind;

namespace {

// What matters of a function that is called, for what it hands on.
enum : std::uint8_t { Asked = 1, RunsElsewhere = 2, MakesReference = 4 };

} // namespace

std::uint8_t AccessScan::giving(SymbolId Callee) {
  std::uint8_t &Bits = Giving[Callee];
  if (Bits != 0)
    return Bits;
  Bits = Asked;
  for (const rules::Entry *Entry : P.entries(Callee))
    if (does(*Entry, rules::Effect::RunsCallable) &&
        (Entry->where() == rules::Where::Elsewhere ||
         Entry->where() == rules::Where::Detached))
      Bits |= RunsElsewhere;
  if (makesReference(P.qualifiedName(Callee)))
    Bits |= MakesReference;
  return Bits;
}

// The object at PLACE is handed on at E. ASVALUE: a copy is, so that only what
// it leads to is known elsewhere.
void AccessScan::give(const facts::Event &E, const facts::Place &Place,
                      bool AsValue) {
  auto Steps = each(Place.path());
  const auto Derefs =
      std::count_if(Steps.begin(), Steps.end(), [](const facts::Step *S) {
        return S->kind() == StepKind::Deref;
      });
  if (Derefs > 1 || (Derefs == 1 && (AsValue || Steps.size() > 1)) ||
      (Place.root() == PlaceRoot::This && !Steps.empty()))
    return;
  if (!AsValue && Derefs == 0)
    Gives.push_back({Place.root(), Place.id(), false, &E});
  if (Steps.empty() || Derefs == 1)
    Gives.push_back({Place.root(), Place.id(), true, &E});
}

// What the thread knows that is started or run at E.
void AccessScan::giveAt(FunctionId Function, const CallEvent &C) {
  const facts::Event &E = *C.Event;
  const std::uint8_t Bits = giving(C.Callee);
  for (const facts::Value *Arg : each(E.args())) {
    if (!Arg)
      continue;
    if (Bits != Asked && Arg->place())
      give(E, *Arg->place(),
           Arg->kind() != ValueKind::AddressOf && !(Bits & MakesReference) &&
               Arg->place()->root() != PlaceRoot::This);
    if (Arg->kind() != ValueKind::Callable)
      continue;
    Targets.clear();
    Model.calls().follow(Function, E, Targets);
    FunctionId Body = callableBody(P, P.function(Function).Unit, Arg);
    if (!(Bits & RunsElsewhere) &&
        (runsNow(C.Callee) ||
         std::any_of(Targets.begin(), Targets.end(),
                     [&](const CallEdge &T) { return T.Target == Body; })))
      continue;
    for (const facts::CapturedValue *By : each(Arg->captures()))
      if (By->value() && By->value()->place())
        give(E, *By->value()->place(),
             By->mode() != facts::CaptureMode::ByReference &&
                 By->mode() != facts::CaptureMode::This &&
                 By->value()->kind() != ValueKind::AddressOf);
  }
  FunctionId Body = P.symbol(C.Callee).Body;
  if (Body == NoFunction || !GivesThis[Body])
    return;
  if (E.receiver() && E.receiver()->place())
    give(E, *E.receiver()->place(), false);
  if (E.kind() == EventKind::Construct && E.place())
    give(E, *E.place(), false);
}

// Whether F stores its argument I, the address of an object or a reference to
// one, in the object that it makes or is called on.
bool AccessScan::keeps(FunctionId F, std::uint32_t I, bool IsAddress,
                       unsigned Depth) const {
  constexpr unsigned MaxDepth = 3;
  auto IsIt = [&](const facts::Value *V) {
    const facts::Place *Place = placeOf(V);
    return Place && Place->root() == PlaceRoot::Param && Place->id() == I;
  };
  auto IsOwn = [](const facts::Place *Place) {
    return Place && Place->root() == PlaceRoot::This;
  };
  for (const facts::Block *B : each(P.function(F).Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      auto Args = each(E->args());
      const bool IsCall =
          E->symbol() != 0 &&
          (E->kind() == EventKind::Call || E->kind() == EventKind::Construct);
      if (!IsCall) {
        if (!IsOwn(E->place()) || (E->kind() != EventKind::Construct &&
                                   E->kind() != EventKind::Assign))
          continue;
        const facts::Value *V = E->value()         ? E->value()
                                : Args.size() == 1 ? Args[0]
                                                   : nullptr;
        auto Steps = each(E->place()->path());
        const bool Binds = !Steps.empty() &&
                           Steps[Steps.size() - 1]->kind() == StepKind::Deref;
        if (IsIt(V) &&
            (IsAddress || Binds || V->kind() == ValueKind::AddressOf))
          return true;
        continue;
      }
      const facts::Place *On = E->kind() == EventKind::Construct
                                   ? E->place()
                                   : placeOf(E->receiver());
      if (!IsOwn(On) || Depth >= MaxDepth)
        continue;
      const ProgramSymbol &Callee =
          P.symbol(P.resolve(P.function(F).Unit, E->symbol()));
      for (std::uint32_t J = 0; J < Args.size(); ++J)
        if (IsIt(Args[J]) &&
            (Callee.Body == NoFunction
                 ? IsAddress || Args[J]->kind() == ValueKind::AddressOf
                 : keeps(Callee.Body, J,
                         IsAddress || Args[J]->kind() == ValueKind::AddressOf,
                         Depth + 1)))
          return true;
    }
  return false;
}

// Whoever knows an object knows what it keeps a pointer or a reference to.
void AccessScan::giveKept(const Given &Owner,
                          std::span<const CallEvent> Calls) {
  for (const CallEvent &C : Calls) {
    const facts::Event &E = *C.Event;
    const facts::Place *On =
        E.kind() == EventKind::Construct ? E.place() : placeOf(E.receiver());
    FunctionId Body = P.symbol(C.Callee).Body;
    if (!On || On->root() != Owner.Root || On->id() != Owner.Id ||
        Body == NoFunction)
      continue;
    const facts::Event &From = isAfter(E, *Owner.At) ? E : *Owner.At;
    auto Args = each(E.args());
    for (std::uint32_t I = 0; I < Args.size(); ++I)
      if (placeOf(Args[I])) {
        const bool IsAddress =
            Args[I]->kind() == ValueKind::AddressOf ||
            P.type(P.function(Id).Unit, typeOf(*Args[I]))->kind() ==
                facts::TypeKind::Pointer;
        if (keeps(Body, I, IsAddress, 0))
          give(From, *Args[I]->place(),
               IsAddress && Args[I]->kind() != ValueKind::AddressOf);
      }
  }
}

// Fills in Gives. Tells whether a method hands on the object it is called on.
bool AccessScan::findGiven(FunctionId Function) {
  constexpr std::size_t MaxGives = 64;
  Id = Function;
  Gives.clear();
  Positions.clear();
  After.clear();
  auto All = P.callEvents(Function);
  for (const CallEvent &C : All)
    giveAt(Function, C);
  const bool Itself =
      std::any_of(Gives.begin(), Gives.end(), [](const Given &G) {
        return G.Root == PlaceRoot::This && !G.Target;
      });
  for (std::size_t I = 0; I < Gives.size() && Gives.size() < MaxGives; ++I) {
    const Given G = Gives[I];
    if (G.Root == PlaceRoot::Local && G.Target)
      for (const HeldObject &H : Held)
        if (H.Local == G.Id)
          Gives.push_back({H.Root, H.Id, false, G.At});
    if (G.Root != PlaceRoot::This)
      giveKept(G, All);
  }
  MayGive[Function] = MayGive[Function] || !Gives.empty();
  return Itself;
}

// Whether E can come after AT, in the function that is looked at.
bool AccessScan::isAfter(const facts::Event &E, const facts::Event &At) {
  const facts::Function &Fact = *P.function(Id).Fact;
  if (Positions.empty()) {
    auto Blocks = each(Fact.blocks());
    for (std::uint32_t B = 0; B < Blocks.size(); ++B) {
      std::uint32_t I = 0;
      for (const facts::Event *Event : each(Blocks[B]->events()))
        Positions.emplace(Event, std::pair(B, I++));
    }
  }
  const auto Here = Positions.at(&E), There = Positions.at(&At);
  if (Here.first == There.first && Here.second > There.second)
    return true;
  auto [It, New] = After.try_emplace(There.first);
  if (New)
    It->second = blocksAfter(Fact, There.first);
  return It->second[Here.first];
}

// Whether an object is known elsewhere when Now happens. TARGET: what a local
// leads to.
bool AccessScan::isGivenNow(PlaceRoot Root, std::uint32_t Place, bool Target) {
  return std::any_of(Gives.begin(), Gives.end(), [&](const Given &G) {
    return G.Root == Root && G.Id == Place &&
           (Root != PlaceRoot::Local || G.Target == Target) &&
           isAfter(*Now, *G.At);
  });
}

bool AccessScan::mayHandOn(FunctionId F) {
  auto All = P.callEvents(F);
  return P.has(F, Has::Callable) ||
         std::any_of(All.begin(), All.end(), [&](const CallEvent &C) {
           return giving(C.Callee) != Asked;
         });
}

// Methods that hand on the object that they are called on.
void AccessScan::findGivers() {
  GivesThis.assign(P.functions().size(), false);
  MayGive.assign(P.functions().size(), false);
  Giving.assign(P.symbolCount(), 0);
  bool Changed = true;
  for (int Round = 0; Round < 4 && Changed; ++Round) {
    Changed = false;
    for (FunctionId F = 0; F < GivesThis.size(); ++F)
      if (!GivesThis[F] && !P.isSystem(F) &&
          ((Round == 0 && mayHandOn(F)) || callsAny(F, GivesThis)) &&
          findGiven(F))
        Changed = GivesThis[F] = true;
  }
  for (FunctionId F = 0; Changed && F < GivesThis.size(); ++F)
    MayGive[F] = MayGive[F] || callsAny(F, GivesThis);
}

} // namespace gridlock
