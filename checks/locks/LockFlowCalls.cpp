// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LockFlow, second part: what calls of functions with a summary do.
#include "checks/locks/LockFlow.h"

#include <algorithm>

namespace gridlock {

using facts::PlaceRoot;

// The value that holds the lambda TARGET at a call of it or of what runs it.
const facts::Value *LockFlow::callableOf(const facts::Event &E,
                                         FunctionId Target,
                                         bool &Passed) const {
  auto Is = [&](const facts::Value *V) {
    return V && V->kind() == facts::ValueKind::Callable &&
           P.symbol(P.resolve(F.Unit, V->symbol())).Body == Target;
  };
  auto Held = [&](const facts::Value *V) -> const facts::Value * {
    if (Is(V))
      return V;
    auto It = Callables.find(AccessPath::of(File, V));
    return It != Callables.end() && Is(It->second) ? It->second : nullptr;
  };
  Passed = false;
  if (const facts::Value *V = Held(E.receiver()))
    return V;
  Passed = true;
  for (const facts::Value *Arg : each(E.args()))
    if (const facts::Value *V = Held(Arg))
      return V;
  Passed = false;
  return nullptr;
}

void LockFlow::applyTargets(const facts::Event &E, LockState &State) {
  std::vector<CallEdge> Targets;
  Model.calls().follow(Id, E, Targets);
  std::vector<LockId> Held;
  if (Recording && !Targets.empty()) {
    for (const auto &[Lock, H] : State.Held)
      if (LockName Name = nameOf(Lock); H.Must && !Name.Text.empty())
        Held.push_back(Model.lockId(Name));
    std::sort(Held.begin(), Held.end());
    Held.erase(std::unique(Held.begin(), Held.end()), Held.end());
  }
  for (const CallEdge &Edge : Targets) {
    if (Recording)
      HeldCalls.emplace_back(Edge.Target, Held);
    const LockSummary *Callee = Model.summary(Edge.Target);
    // A coroutine's body runs when it is awaited, not where it is called.
    if (!Callee || Callee->empty() || P.isCoroutine(Edge.Target))
      continue;
    bool Passed = false;
    const facts::Value *Callable = callableOf(E, Edge.Target, Passed);
    Substitution Sub(P, Id, E, State.Known, Callable, Passed);
    applySummary(*Callee, Sub, E, Edge.Kind, Targets.size() == 1, State);
  }
}

void LockFlow::applySummary(const LockSummary &Callee, const Substitution &Sub,
                            const facts::Event &E, EdgeKind Kind,
                            bool OnlyTarget, LockState &State) {
  std::vector<AccessPath> Released;
  for (const AccessPath &Path : Callee.Released)
    if (auto Object = Sub.apply(Path))
      Released.push_back(*Object);
  std::set<AccessPath> Except;
  for (const AccessPath &Path : Released)
    for (const AccessPath &Lock : locksOf(Path, State))
      Except.insert(Lock);
  for (const Acquisition &A : Callee.Acquires) {
    auto Object = Sub.apply(A.Lock);
    if (!Recording || !Object)
      continue;
    std::vector<AccessPath> Gates;
    for (const AccessPath &Gate : A.Gates)
      if (auto Held = Sub.apply(Gate))
        Gates.push_back(*Held);
    for (const AccessPath &Lock : locksOf(*Object, State))
      record(State,
             {Lock, A.Mode, Model.chainOf({Id, &E, A.Chain}), A.Calls + 1,
              A.Uncertain || Kind == EdgeKind::SeveralOverrides, Gates},
             Except);
  }
  if (!OnlyTarget)
    return;
  // Substituted before the state changes: Sub refers to what is known now.
  std::vector<std::pair<AccessPath, HeldLock>> Left;
  for (const auto &[Path, H] : Callee.LeftHeld)
    if (auto Object = Sub.apply(Path))
      Left.push_back(
          {*Object, {H.Mode, Model.chainOf({Id, &E, H.Chain}), true}});
  std::vector<std::pair<AccessPath, GuardState>> Guards;
  for (const auto &[Path, G] : Callee.Guards) {
    bool IsResult = Path.Root == PlaceRoot::CallResult;
    auto Object = IsResult ? std::optional(AccessPath::ofResult(E.id()))
                           : Sub.apply(Path);
    GuardState Here{{}, G.Mode, G.Owns, G.Sure};
    for (const AccessPath &Lock : G.Locks)
      if (auto Owned = Sub.apply(Lock))
        Here.Locks.push_back(*Owned);
    if (IsResult)
      Object->Steps = Path.Steps;
    if (Object)
      Guards.emplace_back(*Object, std::move(Here));
  }
  Bindings Known;
  for (const auto &[Path, B] : Callee.Known)
    if (auto Object = Sub.apply(Path))
      if (auto To = Sub.apply(B))
        Known.emplace(*Object, *To);
  if (Callee.Result)
    if (auto To = Sub.apply(*Callee.Result))
      Known.emplace(AccessPath::ofResult(E.id()), *To);

  for (const AccessPath &Path : Released) {
    for (const AccessPath &Lock : locksOf(Path, State))
      State.giveBack(Lock);
    if (auto It = State.Guards.find(Path); It != State.Guards.end())
      It->second.Owns = false, It->second.Sure = true;
  }
  for (const auto &[Path, H] : Left) {
    for (const AccessPath &Lock : locksOf(Path, State))
      State.Held[Lock] = H;
    if (auto It = State.Guards.find(Path); It != State.Guards.end())
      It->second.Owns = It->second.Sure = true;
  }
  for (auto &[Path, G] : Guards)
    State.Guards[Path] = std::move(G);
  for (auto &[Path, B] : Known)
    State.Known[Path] = std::move(B);
}

} // namespace gridlock
