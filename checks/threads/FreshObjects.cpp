// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// AccessScan, second part: objects that nobody else knows yet, and those that
// were handed on.
#include "checks/engine/Classify.h"
#include "checks/threads/AccessScan.h"

#include <algorithm>
#include <array>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;
using facts::StepKind;
using facts::ValueKind;

namespace {

constexpr std::array<std::string_view, 14> Allocators{
    "malloc",
    "calloc",
    "realloc",
    "strdup",
    "strndup",
    "g_malloc",
    "g_malloc0",
    "aligned_alloc",
    "memalign",
    "std::make_unique",
    "std::make_shared",
    "boost::make_shared",
    "std::make_unique_for_overwrite",
    "std::allocate_shared"};

} // namespace

// Functions that return what they made, as wrappers of malloc do.
void AccessScan::findMakers() {
  Allocates.assign(P.symbolCount(), false);
  for (SymbolId S = 1; S < Allocates.size(); ++S)
    Allocates[S] = std::find(Allocators.begin(), Allocators.end(),
                             P.qualifiedName(S)) != Allocators.end();
  Makers.assign(P.functions().size(), false);
  bool Changed = true;
  for (int Round = 0; Round < 4 && Changed; ++Round) {
    Changed = false;
    for (FunctionId F = 0; F < Makers.size(); ++F)
      if (!Makers[F] && findFresh(F))
        Changed = Makers[F] = true;
  }
}

// Pointers that only ever hold what this function made itself. Tells whether it
// returns nothing else.
bool AccessScan::findFresh(FunctionId Function) {
  const ProgramFunction &F = P.function(Function);
  const FactsFile &File = P.unit(F.Unit);
  std::size_t Locals = each(F.Fact->locals()).size();
  std::vector<bool> Made(Locals, false), Other(Locals, false);
  Allocations.clear();
  std::vector<const facts::Value *> Returned;
  auto IsNew = [&](const AccessPath &From) {
    return From.Steps.empty() &&
           (From.Root == PlaceRoot::Alloc ||
            (From.Root == PlaceRoot::CallResult &&
             std::find(Allocations.begin(), Allocations.end(), From.Id) !=
                 Allocations.end()));
  };
  auto IsNull = [](const facts::Value *V) {
    return !V || V->kind() == ValueKind::Null ||
           (V->kind() == ValueKind::Constant && V->integer() == 0);
  };
  for (const facts::Block *B : each(F.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      if (E->kind() == EventKind::Return && !IsNull(E->value()))
        Returned.push_back(E->value());
      if (E->kind() == EventKind::Call)
        if (SymbolId S = P.resolve(F.Unit, E->symbol());
            S != 0 && (Allocates[S] || (P.symbol(S).Body != NoFunction &&
                                        Makers[P.symbol(S).Body])))
          Allocations.push_back(E->id());
      bool Sets = E->kind() == EventKind::Assign ||
                  E->kind() == EventKind::Construct ||
                  E->kind() == EventKind::Move || E->kind() == EventKind::Copy;
      if (!Sets || !E->place() || E->place()->root() != PlaceRoot::Local ||
          !each(E->place()->path()).empty() || E->place()->id() >= Locals)
        continue;
      auto Args = each(E->args());
      const facts::Value *V = E->value()         ? E->value()
                              : Args.size() == 1 ? Args[0]
                                                 : nullptr;
      if (!IsNull(V))
        (IsNew(AccessPath::of(File, V)) ? Made : Other)[E->place()->id()] =
            true;
    }
  FreshLocals.assign(Locals, false);
  for (std::size_t I = 0; I < Locals; ++I)
    FreshLocals[I] = Made[I] && !Other[I];
  return !Returned.empty() &&
         std::all_of(
             Returned.begin(), Returned.end(), [&](const facts::Value *V) {
               AccessPath From = AccessPath::of(File, V);
               return IsNew(From) ||
                      (From.Root == PlaceRoot::Local && From.Steps.empty() &&
                       From.Id < Locals && FreshLocals[From.Id]);
             });
}

// Locals that a thread gets to know: captured by reference, or passed by
// address, where something is handed on that does not run at once.
bool AccessScan::findGiven(FunctionId Function) {
  const ProgramFunction &F = P.function(Function);
  GivenLocals.assign(each(F.Fact->locals()).size(), false);
  bool Itself = false;
  auto GiveAt = [&](const facts::Place &Place) {
    if (!each(Place.path()).empty())
      return;
    Itself |= Place.root() == PlaceRoot::This;
    if (Place.root() == PlaceRoot::Local && Place.id() < GivenLocals.size())
      GivenLocals[Place.id()] = true;
  };
  auto Give = [&](const facts::Value *V) {
    if (V && V->place())
      GiveAt(*V->place());
  };
  std::vector<CallEdge> Targets;
  for (const facts::Block *B : each(F.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      if (E->kind() != EventKind::Call && E->kind() != EventKind::Construct)
        continue;
      SymbolId Callee = P.resolve(F.Unit, E->symbol());
      auto Entries = P.entries(Callee);
      bool Elsewhere = std::any_of(
          Entries.begin(), Entries.end(), [](const rules::Entry *Entry) {
            return does(*Entry, rules::Effect::RunsCallable) &&
                   (Entry->where() == rules::Where::Elsewhere ||
                    Entry->where() == rules::Where::Detached);
          });
      std::string_view Name = P.qualifiedName(Callee);
      for (const facts::Value *Arg : each(E->args())) {
        if (Arg &&
            (Arg->kind() == ValueKind::AddressOf ||
             (Arg->place() && Arg->place()->root() == PlaceRoot::This)) &&
            (Elsewhere || Name == "std::ref" || Name == "boost::ref"))
          Give(Arg);
        if (!Arg || Arg->kind() != ValueKind::Callable)
          continue;
        Targets.clear();
        Model.calls().follow(Function, *E, Targets);
        FunctionId Body = P.symbol(P.resolve(F.Unit, Arg->symbol())).Body;
        if (!Elsewhere &&
            (runsNow(Callee) ||
             std::any_of(Targets.begin(), Targets.end(),
                         [&](const CallEdge &T) { return T.Target == Body; })))
          continue;
        for (const facts::CapturedValue *C : each(Arg->captures()))
          if (C->mode() == facts::CaptureMode::ByReference ||
              C->mode() == facts::CaptureMode::This ||
              (C->value() && C->value()->kind() == ValueKind::AddressOf))
            Give(C->value());
      }
      if (Name == "std::ref" || Name == "boost::ref")
        for (const facts::Value *Arg : each(E->args()))
          Give(Arg);
      FunctionId Body = P.symbol(Callee).Body;
      if (Body != NoFunction && Body < GivesThis.size() && GivesThis[Body]) {
        Give(E->receiver());
        if (E->kind() == EventKind::Construct && E->place())
          GiveAt(*E->place());
      }
    }
  return Itself;
}

// Methods that hand on the object that they are called on.
void AccessScan::findGivers() {
  GivesThis.assign(P.functions().size(), false);
  bool Changed = true;
  for (int Round = 0; Round < 4 && Changed; ++Round) {
    Changed = false;
    for (FunctionId F = 0; F < GivesThis.size(); ++F)
      if (!GivesThis[F] && !P.isSystem(F) && findGiven(F))
        Changed = GivesThis[F] = true;
  }
}

bool AccessScan::isFresh(const AccessPath &Path) const {
  if (Path.Root == PlaceRoot::Alloc || Path.Root == PlaceRoot::Temporary)
    return true;
  if (Path.Root == PlaceRoot::CallResult)
    return std::find(Allocations.begin(), Allocations.end(), Path.Id) !=
           Allocations.end();
  if (Path.Root != PlaceRoot::Local)
    return false;
  bool IsPointer =
      !Path.Steps.empty() && Path.Steps.front().Kind == StepKind::Deref;
  if (!IsPointer && Path.Id < GivenLocals.size() && GivenLocals[Path.Id])
    return false;
  return !IsPointer || (Path.Id < FreshLocals.size() && FreshLocals[Path.Id]);
}

} // namespace gridlock
