// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// AccessScan, second part: objects that nobody else knows yet.
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

// Whether V is a place without steps, or the address of one.
bool isWhole(const facts::Value *V) {
  if (!V->place() ||
      (V->kind() != ValueKind::Place && V->kind() != ValueKind::AddressOf))
    return false;
  auto Steps = each(V->place()->path());
  return std::all_of(Steps.begin(), Steps.end(), [](const facts::Step *S) {
    return S->kind() == StepKind::Base;
  });
}

} // namespace

// Functions that return what they made, as wrappers of malloc do.
void AccessScan::findMakers() {
  Allocates.assign(P.symbolCount(), false);
  for (SymbolId S = 1; S < Allocates.size(); ++S)
    Allocates[S] = std::find(Allocators.begin(), Allocators.end(),
                             P.qualifiedName(S)) != Allocators.end();
  Makers.assign(P.functions().size(), false);
  MayMake.assign(P.functions().size(), false);
  bool Changed = true;
  for (int Round = 0; Round < 4 && Changed; ++Round) {
    Changed = false;
    for (FunctionId F = 0; F < Makers.size(); ++F)
      if ((Round == 0 ? mayAllocate(F) : !Makers[F] && callsAny(F, Makers)) &&
          findFresh(F))
        Changed = Makers[F] = true;
  }
  for (FunctionId F = 0; Changed && F < Makers.size(); ++F)
    MayMake[F] = MayMake[F] || callsAny(F, Makers);
}

bool AccessScan::mayAllocate(FunctionId F) const {
  auto All = P.callEvents(F);
  return P.has(F, hasEvent(EventKind::Allocate)) ||
         std::any_of(All.begin(), All.end(), [&](const CallEvent &C) {
           FunctionId Body = P.symbol(C.Callee).Body;
           return Allocates[C.Callee] || (Body != NoFunction && Makers[Body]);
         });
}

// Whether F calls one of BODIES by name.
bool AccessScan::callsAny(FunctionId F, const std::vector<bool> &Bodies) const {
  auto All = P.callEvents(F);
  return std::any_of(All.begin(), All.end(), [&](const CallEvent &C) {
    FunctionId Body = P.symbol(C.Callee).Body;
    return Body != NoFunction && Bodies[Body];
  });
}

// Pointers that only ever hold what this function made itself. Tells whether it
// returns nothing else.
bool AccessScan::findFresh(FunctionId Function) {
  const ProgramFunction &F = P.function(Function);
  std::size_t Locals = each(F.Fact->locals()).size();
  std::vector<bool> Made(Locals, false), Other(Locals, false);
  Allocations.clear();
  Held.clear();
  std::vector<const facts::Value *> Returned;
  auto IsNew = [&](const facts::Value *V) {
    return isWhole(V) && (V->place()->root() == PlaceRoot::Alloc ||
                          (V->place()->root() == PlaceRoot::CallResult &&
                           std::find(Allocations.begin(), Allocations.end(),
                                     V->place()->id()) != Allocations.end()));
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
      if (IsNull(V))
        continue;
      (IsNew(V) ? Made : Other)[E->place()->id()] = true;
      if (IsNew(V))
        Held.push_back(
            {E->place()->id(), V->place()->root(), V->place()->id()});
    }
  FreshLocals.assign(Locals, false);
  bool Any = !Allocations.empty();
  for (std::size_t I = 0; I < Locals; ++I)
    if (Made[I] && !Other[I])
      FreshLocals[I] = Any = true;
  MayMake[Function] = MayMake[Function] || Any;
  return !Returned.empty() &&
         std::all_of(
             Returned.begin(), Returned.end(), [&](const facts::Value *V) {
               return IsNew(V) ||
                      (isWhole(V) && V->place()->root() == PlaceRoot::Local &&
                       V->place()->id() < Locals &&
                       FreshLocals[V->place()->id()]);
             });
}

bool AccessScan::isFresh(const AccessPath &Path) {
  return isFresh(Path.Root, Path.Id,
                 !Path.Steps.empty() &&
                     Path.Steps.front().Kind == StepKind::Deref);
}

bool AccessScan::isFresh(PlaceRoot Root, std::uint32_t Place, bool IsPointer) {
  if (isGiven(Root, Place, IsPointer))
    return false;
  if (Root == PlaceRoot::Alloc || Root == PlaceRoot::Temporary)
    return true;
  if (Root == PlaceRoot::CallResult)
    return std::find(Allocations.begin(), Allocations.end(), Place) !=
           Allocations.end();
  return Root == PlaceRoot::Local &&
         (!IsPointer || (Place < FreshLocals.size() && FreshLocals[Place]));
}

} // namespace gridlock
