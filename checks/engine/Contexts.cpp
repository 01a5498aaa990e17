// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Contexts.h"

#include "checks/engine/Classify.h"
#include "checks/engine/Dataflow.h"
#include "checks/engine/Offloaded.h"

#include <algorithm>
#include <map>

namespace gridlock {

using facts::FunctionFlag;
using rules::Effect;
using rules::Where;

namespace {

struct Executor {
  bool OnLoop;
  bool join(const Executor &Other) {
    bool Changed = Other.OnLoop && !OnLoop;
    OnLoop |= Other.OnLoop;
    return Changed;
  }
};

// The executor that the result of each call would switch to.
using SwitchMap = std::map<std::uint32_t, Where>;

SwitchMap findSwitches(const Program &P, FunctionId Id) {
  const ProgramFunction &F = P.function(Id);
  Classifier Classify(P, Id);
  SwitchMap Result;
  auto Blocks = each(F.Fact->blocks());
  for (std::uint32_t B = 0; B < Blocks.size(); ++B)
    for (const facts::Event *E : each(Blocks[B]->events()))
      if (E->kind() == facts::EventKind::Call ||
          E->kind() == facts::EventKind::Construct)
        for (const Applied &A : Classify.classify(B, *E))
          if (A.does(Effect::SwitchesExecutor) && A.Holds >= Verdict::Likely)
            Result[E->id()] = A.Entry->where();
  return Result;
}

} // namespace

Contexts::Contexts(const Program &P, const CallGraph &Calls)
    : P(P), Own(Calls.ownLoops()), CoroutineRoot(P.functions().size(), false) {
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    CoroutineRoot[F] = isTask(F);
  std::vector<bool> Offloaded = offloadedCoroutines(P, *this);
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    if (CoroutineRoot[F] && !Offloaded[F] && !P.isSystem(F))
      Roots.push_back({F, RootKind::Coroutine, nullptr});
  std::vector<bool> IsRoot = CoroutineRoot;
  for (bool Certain : {true, false})
    for (const LoopCallable &L : Calls.loopCallables())
      if (L.Certain == Certain && !IsRoot[L.Callable] &&
          !P.isSystem(L.Callable)) {
        IsRoot[L.Callable] = true;
        Roots.push_back({L.Callable, RootKind::LoopCallback, &L});
      }
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    if (!IsRoot[F] && isAnnotated(F))
      Roots.push_back({F, RootKind::Annotated, nullptr});
  for (const OwnLoop &L : Own.all())
    if (!IsRoot[L.Function] && !isAnnotated(L.Function))
      Roots.push_back({L.Function, RootKind::OwnLoop, nullptr});
}

bool Contexts::isTask(FunctionId Id) const {
  const ProgramFunction &F = P.function(Id);
  if (!P.isCoroutine(Id) || F.Fact->coroutine_type() == 0)
    return false;
  const facts::Type *Type = P.type(F.Unit, F.Fact->coroutine_type());
  if (Type->promise())
    return !Type->promise()->is_generator();
  for (const rules::Entry *E : P.typeEntries(F.Unit, F.Fact->coroutine_type()))
    if (E->kind() == rules::EntryKind::Task)
      return true;
  return false;
}

bool Contexts::isAnnotated(FunctionId Id) const {
  SymbolId S = P.function(Id).Symbol;
  return P.runsOnLoop(S) || hasFlag(P.symbol(S).Fact->flags(),
                                    facts::SymbolFlag::NonBlocking);
}

void Contexts::forEachOnLoop(FunctionId Id, const Visitor &Visit) const {
  const ProgramFunction &F = P.function(Id);
  const OwnLoop *Loop = Own.of(Id);
  SwitchMap Switches;
  if (P.isCoroutine(Id))
    Switches = findSwitches(P, Id);
  auto Transfer = [&](const facts::Event &E, Executor &State) {
    if (E.kind() != facts::EventKind::Suspend || !E.value() ||
        !E.value()->place() ||
        E.value()->place()->root() != facts::PlaceRoot::CallResult)
      return;
    if (auto It = Switches.find(E.value()->place()->id()); It != Switches.end())
      State.OnLoop = It->second == Where::Loop || It->second == Where::Now;
  };
  auto In = solveForward(*F.Fact, Executor{true}, Transfer,
                         [](const facts::Edge &, const facts::Block &,
                            Executor &) { return true; });
  auto Blocks = each(F.Fact->blocks());
  for (std::uint32_t B = 0; B < Blocks.size(); ++B) {
    if (!In[B] || (Loop && !Loop->Body[B]))
      continue;
    Executor State = *In[B];
    for (const facts::Event *E : each(Blocks[B]->events())) {
      if (State.OnLoop)
        Visit(B, *E);
      Transfer(*E, State);
    }
  }
}

bool Contexts::switchesToLoop(FunctionId F) const {
  for (auto [Event, To] : findSwitches(P, F))
    if (To == Where::Loop || To == Where::Now)
      return true;
  return false;
}

std::string Contexts::frameworkOf(const Root &R) const {
  const ProgramFunction &F = P.function(R.Function);
  if (R.Handed && R.Handed->Entry->framework() &&
      R.Handed->Entry->framework()->size() != 0)
    return R.Handed->Entry->framework()->str();
  for (const rules::Entry *E : P.typeEntries(F.Unit, F.Fact->coroutine_type()))
    if (E->framework() && E->framework()->size() != 0)
      return E->framework()->str();
  std::map<std::string, unsigned> Used;
  auto Symbols = each(P.unit(F.Unit).root().symbols());
  for (std::uint32_t S = 1; S < Symbols.size(); ++S)
    for (const rules::Entry *E : P.entries(P.resolve(F.Unit, S)))
      if (E->framework() && E->framework()->size() != 0)
        ++Used[E->framework()->str()];
  auto Most = std::max_element(
      Used.begin(), Used.end(),
      [](const auto &A, const auto &B) { return A.second < B.second; });
  return Most == Used.end() ? "any" : Most->first;
}

} // namespace gridlock
