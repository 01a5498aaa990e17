// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The fixed point of the flows, and what is asked of it.
#include "checks/engine/CallableFlow.h"

#include "checks/engine/Adjacency.h"
#include "checks/engine/Classify.h"

#include <algorithm>
#include <utility>

namespace gridlock {

using facts::ValueKind;

void CallableFlow::Origins::normalise() {
  sortUnique(Callables);
  sortUnique(Parameters);
  sortUnique(Holders);
}

std::uint8_t CallableFlow::executors(FunctionId F,
                                     const facts::Value &V) const {
  std::uint8_t Result = executorType(F, V);
  if (Result == 0 && V.place())
    if (NodeId N = find(keyOf(F, *V.place())); N != NoNode)
      Result = Nodes[N].Executors;
  return Result;
}

void CallableFlow::add(NodeId N, FunctionId Target, bool IsSure,
                       std::vector<NodeId> &Pending) {
  auto Insert = [&](std::vector<FunctionId> &List) {
    auto At = std::lower_bound(List.begin(), List.end(), Target);
    if (At != List.end() && *At == Target)
      return false;
    List.insert(At, Target);
    return true;
  };
  bool New = Nodes[N].Targets.size() <= MaxTargets && Insert(Nodes[N].Targets);
  if (IsSure && Nodes[N].Sure.size() <= MaxTargets)
    New |= Insert(Nodes[N].Sure);
  if (!New)
    return;
  if (!Nodes[N].Queued)
    Pending.push_back(N);
  Nodes[N].Queued = true;
}

bool CallableFlow::isSure(NodeId Holder, FunctionId Target) const {
  const std::vector<FunctionId> &Sure = Nodes[Holder].Sure;
  return std::binary_search(Sure.begin(), Sure.end(), Target);
}

CallableFlow::NodeId CallableFlow::holderOf(std::uint32_t Unit,
                                            std::uint32_t Record,
                                            std::string_view Field) const {
  const facts::Type *Object = P.type(Unit, Record);
  for (std::uint32_t Owner : {Object->display(), Object->name()})
    if (NodeId N =
            find({Kind::Field, NoFunction, 0, P.text(Unit, Owner), Field});
        N != NoNode)
      return N;
  return NoNode;
}

void CallableFlow::propagate() {
  std::vector<NodeId> Pending;
  Changed = &Pending;
  for (NodeId N = 0; N < Nodes.size(); ++N) {
    sortUnique(Nodes[N].Own);
    sortUnique(Nodes[N].From);
    sortUnique(Nodes[N].To);
    sortUnique(Nodes[N].Unsure);
    for (FunctionId Target : std::vector<FunctionId>(Nodes[N].Own))
      add(N, Target,
          !std::binary_search(Nodes[N].Unsure.begin(), Nodes[N].Unsure.end(),
                              Target),
          Pending);
    if (Nodes[N].Executors != 0 && !Nodes[N].Queued) {
      Nodes[N].Queued = true;
      Pending.push_back(N);
    }
  }
  std::vector<std::size_t> Passed; // targets that the calls of a node know
  while (!Pending.empty()) {
    NodeId N = Pending.back();
    Pending.pop_back();
    Nodes[N].Queued = false;
    std::vector<FunctionId> Targets = Nodes[N].Targets;
    for (NodeId To : std::vector<NodeId>(Nodes[N].To)) {
      if (std::uint8_t Kinds = Nodes[N].Executors & ~Nodes[To].Executors) {
        Nodes[To].Executors |= Kinds;
        if (!Nodes[To].Queued)
          Pending.push_back(To);
        Nodes[To].Queued = true;
      }
      for (FunctionId Target : Targets)
        add(To, Target, !isWeak(N, To) && isSure(N, Target), Pending);
    }
    Passed.resize(Nodes.size(), 0);
    if (Nodes[N].CalledAt.empty() || Passed[N] == Targets.size())
      continue;
    Passed[N] = Targets.size();
    auto Sites = Nodes[N].CalledAt;
    for (auto [F, E] : Sites)
      for (FunctionId Target : Targets)
        pass(F, *E, Target);
  }
  Changed = nullptr;
}

const std::vector<FunctionId> *
CallableFlow::givenByLibrary(FunctionId F, std::uint32_t Parameter) const {
  static const std::vector<FunctionId> Nothing;
  if (Called[F])
    return nullptr;
  NodeId N = find(parameter(F, Parameter));
  return N == NoNode ? &Nothing : &Nodes[N].Targets;
}

// What functions that the program doesn't call are given, and where it goes.
void CallableFlow::findForeign() {
  std::vector<NodeId> Pending;
  for (NodeId N = 0; N < Nodes.size(); ++N) {
    Node &Of = Nodes[N];
    bool IsGiven =
        Of.What == Kind::Param && !Called[Of.Function] &&
        !P.isSystem(Of.Function) &&
        !hasFlag(P.functions()[Of.Function].Flags,
                 facts::FunctionFlag::Lambda | facts::FunctionFlag::Main);
    bool IsNeverSet = Of.What == Kind::Field && Of.From.empty() &&
                      Of.Targets.empty() && !Of.CalledAt.empty();
    Of.Foreign = IsGiven || IsNeverSet;
    if (Of.Foreign)
      Pending.push_back(N);
  }
  while (!Pending.empty()) {
    NodeId N = Pending.back();
    Pending.pop_back();
    for (NodeId To : Nodes[N].To)
      if (!std::exchange(Nodes[To].Foreign, true))
        Pending.push_back(To);
  }
}

// Whether what is given as a parameter is put into something that lasts.
bool CallableFlow::isKept(NodeId Param) const {
  std::vector<NodeId> Seen{Param};
  for (std::size_t Next = 0; Next < Seen.size(); ++Next)
    for (NodeId To : Nodes[Seen[Next]].To) {
      if (Nodes[To].What == Kind::Field || Nodes[To].What == Kind::Global)
        return true;
      if (Nodes[To].What == Kind::Inner &&
          std::find(Seen.begin(), Seen.end(), To) == Seen.end())
        Seen.push_back(To);
    }
  return false;
}

bool CallableFlow::mayBeForeign(FunctionId F, const facts::Value *V) const {
  const Origins From = origins(F, V);
  // A lambda that the program doesn't call gets it from a library, which has it
  // from a place that lasts.
  const bool IsHanded =
      !Called[F] && hasFlag(P.function(F).Flags, facts::FunctionFlag::Lambda);
  auto IsKept = [&](std::uint32_t I) {
    NodeId N = find(parameter(F, I));
    return N != NoNode && Nodes[N].Foreign && (IsHanded || isKept(N));
  };
  return std::any_of(From.Holders.begin(), From.Holders.end(),
                     [&](NodeId N) { return Nodes[N].Foreign; }) ||
         std::any_of(From.Parameters.begin(), From.Parameters.end(), IsKept);
}

void CallableFlow::findResumers() {
  for (auto [F, E] : Resumes)
    for (FunctionId From : anyTargets(F, E->receiver()))
      Resumers[From].push_back(F);
  for (auto &[From, In] : Resumers)
    sortUnique(In);
}

const std::vector<FunctionId> &
CallableFlow::resumersOf(FunctionId AwaitSuspend) const {
  static const std::vector<FunctionId> None;
  auto It = Resumers.find(AwaitSuspend);
  return It == Resumers.end() ? None : It->second;
}

std::vector<FunctionId> CallableFlow::anyTargets(FunctionId F,
                                                 const facts::Value *V) const {
  std::vector<FunctionId> Result = origins(F, V).Callables;
  if (Result.empty() && V && V->place())
    if (NodeId N = find(keyOf(F, *V->place())); N != NoNode)
      Result = Nodes[N].Targets;
  return Result;
}

CallableFlow::Origins CallableFlow::origins(FunctionId F,
                                            const facts::Value *V) const {
  Origins Result;
  if (!V)
    return Result;
  for (const facts::Value *Choice : each(V->choices())) {
    Origins Of = origins(F, Choice);
    Result.Callables.insert(Result.Callables.end(), Of.Callables.begin(),
                            Of.Callables.end());
    Result.Parameters.insert(Result.Parameters.end(), Of.Parameters.begin(),
                             Of.Parameters.end());
    Result.Holders.insert(Result.Holders.end(), Of.Holders.begin(),
                          Of.Holders.end());
  }
  Result.normalise();
  if (V->kind() == ValueKind::Callable) {
    Result.Callables = bodiesOf(P.resolve(P.function(F).Unit, V->symbol()));
    return Result;
  }
  if ((V->kind() != ValueKind::Place && V->kind() != ValueKind::AddressOf) ||
      !V->place())
    return Result;
  Result.Callables = byType(F, *V);
  if (!Result.Callables.empty())
    return Result;
  Key Start = keyOf(F, *V->place());
  NodeId First = find(Start);
  if (First == NoNode) { // nothing flows here, but a parameter is what it is
    if (Start.What == Kind::Param)
      Result.Parameters.push_back(static_cast<std::uint32_t>(Start.Id));
    return Result;
  }
  std::vector<NodeId> Seen{First};
  for (std::size_t Next = 0; Next < Seen.size(); ++Next) {
    const Node &N = Nodes[Seen[Next]];
    if (N.What == Kind::Param && N.Function == F)
      Result.Parameters.push_back(N.Id);
    else if (N.What != Kind::Inner)
      Result.Holders.push_back(Seen[Next]);
    if (N.What != Kind::Inner)
      continue;
    Result.Callables.insert(Result.Callables.end(), N.Own.begin(), N.Own.end());
    for (NodeId From : N.From)
      if (std::find(Seen.begin(), Seen.end(), From) == Seen.end())
        Seen.push_back(From);
  }
  Result.normalise();
  return Result;
}

} // namespace gridlock
