// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/CallGraph.h"

#include "checks/engine/Executors.h"

#include <algorithm>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;
using rules::Effect;
using rules::Where;

namespace {

constexpr int AllArguments = -5;

// Whether the path is one parameter itself, or what it points or refers to.
bool isWholeParameter(const AccessPath &Path) {
  return Path.Root == PlaceRoot::Param &&
         std::all_of(Path.Steps.begin(), Path.Steps.end(), [](const auto &S) {
           return S.Kind == facts::StepKind::Deref;
         });
}

// The arguments that an entry's `callable` means.
std::vector<const facts::Value *> callableArguments(const facts::Event &E,
                                                    const rules::Entry &Entry) {
  std::vector<const facts::Value *> Result;
  if (Entry.callable() == AllArguments)
    for (const facts::Value *Arg : each(E.args()))
      Result.push_back(Arg);
  else if (const facts::Value *Arg = argument(E, Entry.callable()))
    Result.push_back(Arg);
  return Result;
}

bool isCallLike(const facts::Event &E) {
  return E.kind() == EventKind::Call || E.kind() == EventKind::Construct;
}

} // namespace

CallGraph::CallGraph(const Program &P) : P(P) {
  std::vector<Forwarding> Forwards;
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    scan(F, Forwards);
  std::sort(Forwards.begin(), Forwards.end(), [](const auto &A, const auto &B) {
    return std::tie(A.To, A.From) < std::tie(B.To, B.From);
  });
  propagate(Forwards);
  propagateLoops(Forwards);
}

void CallGraph::scanSink(FunctionId F, const facts::Event &E,
                         const rules::Entry &Sink, Verdict OnLoop) {
  if (Sink.where() != Where::Loop && Sink.where() != Where::Now)
    return;
  const FactsFile &File = P.unit(P.function(F).Unit);
  bool Certain = OnLoop >= Verdict::Likely;
  for (const facts::Value *Arg : callableArguments(E, Sink)) {
    AccessPath Path = AccessPath::of(File, Arg);
    bool Forwards = isWholeParameter(Path);
    if (Sink.where() == Where::Now) {
      if (Forwards)
        Invoked.emplace(F, Path.Id);
    } else if (OnLoop != Verdict::No) {
      for (FunctionId Target : callables(F, Arg))
        Loops.push_back({Target, F, &E, &Sink, Certain});
      if (Forwards)
        if (auto [It, New] = Looped.try_emplace({F, Path.Id}, &Sink, Certain);
            !New && Certain)
          It->second = {&Sink, true};
    }
  }
}

void CallGraph::scan(FunctionId F, std::vector<Forwarding> &Forwards) {
  const ProgramFunction &Fn = P.function(F);
  const FactsFile &File = P.unit(Fn.Unit);
  Classifier Classify(P, F);
  auto Blocks = each(Fn.Fact->blocks());
  for (std::uint32_t B = 0; B < Blocks.size(); ++B)
    for (const facts::Event *E : each(Blocks[B]->events())) {
      if (!isCallLike(*E))
        continue;
      SymbolId Callee = P.resolve(Fn.Unit, E->symbol());
      Program::EntryList Entries = P.entries(Callee);
      if (std::any_of(Entries.begin(), Entries.end(), [](const auto *Entry) {
            return does(*Entry, Effect::RunsCallable);
          }))
        for (const Applied &A : Classify.classify(B, *E))
          if (A.does(Effect::RunsCallable))
            scanSink(F, *E, *A.Entry, runsOnLoop(P, F, *E, A));
      if (callsThrough(F, *E)) {
        AccessPath Path = AccessPath::of(File, E->receiver());
        if (isWholeParameter(Path))
          Invoked.emplace(F, Path.Id);
      }
      FunctionId Body = P.symbol(Callee).Body;
      if (Body == NoFunction)
        continue;
      auto Args = each(E->args());
      for (std::uint32_t I = 0; I < Args.size(); ++I)
        if (AccessPath Path = AccessPath::of(File, Args[I]);
            isWholeParameter(Path))
          Forwards.push_back({{F, Path.Id}, {Body, I}});
    }
}

void CallGraph::propagate(const std::vector<Forwarding> &Forwards) {
  std::vector<Parameter> Pending(Invoked.begin(), Invoked.end());
  while (!Pending.empty()) {
    Parameter Callee = Pending.back();
    Pending.pop_back();
    auto It = std::lower_bound(
        Forwards.begin(), Forwards.end(), Callee,
        [](const Forwarding &Fwd, const Parameter &To) { return Fwd.To < To; });
    for (; It != Forwards.end() && It->To == Callee; ++It)
      if (Invoked.insert(It->From).second)
        Pending.push_back(It->From);
  }
}

// A parameter that is handed on to a parameter that a loop runs is run by the
// loop, and so is what callers pass for it.
void CallGraph::propagateLoops(const std::vector<Forwarding> &Forwards) {
  if (Looped.empty())
    return;
  std::vector<Parameter> Pending;
  for (const auto &[To, Sink] : Looped)
    Pending.push_back(To);
  while (!Pending.empty()) {
    Parameter Callee = Pending.back();
    Pending.pop_back();
    auto Sink = Looped.at(Callee);
    auto It = std::lower_bound(
        Forwards.begin(), Forwards.end(), Callee,
        [](const Forwarding &Fwd, const Parameter &To) { return Fwd.To < To; });
    for (; It != Forwards.end() && It->To == Callee; ++It) {
      auto [Known, New] = Looped.try_emplace(It->From, Sink);
      if (!New && (Known->second.second || !Sink.second))
        continue;
      Known->second = Sink;
      Pending.push_back(It->From);
    }
  }
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    for (const facts::Block *B : each(P.function(F).Fact->blocks()))
      for (const facts::Event *E : each(B->events())) {
        if (!isCallLike(*E))
          continue;
        FunctionId Body =
            P.symbol(P.resolve(P.function(F).Unit, E->symbol())).Body;
        if (Body == NoFunction)
          continue;
        auto Args = each(E->args());
        for (auto It = Looped.lower_bound({Body, 0});
             It != Looped.end() && It->first.first == Body; ++It)
          if (It->first.second < Args.size())
            for (FunctionId Target : callables(F, Args[It->first.second]))
              Loops.push_back(
                  {Target, F, E, It->second.first, It->second.second});
      }
}

// A call of whatever the receiver holds: a function pointer, or a class like
// std::function whose operator() has no body in the program.
bool CallGraph::callsThrough(FunctionId F, const facts::Event &E) const {
  if (E.kind() != EventKind::Call || !E.receiver())
    return false;
  if (E.dispatch() == facts::Dispatch::Indirect)
    return true;
  SymbolId Callee = P.resolve(P.function(F).Unit, E.symbol());
  return Callee != 0 && P.symbol(Callee).Body == NoFunction &&
         P.qualifiedName(Callee).ends_with("::operator()");
}

std::vector<FunctionId> CallGraph::inLocal(FunctionId F,
                                           const AccessPath &Path) const {
  std::vector<FunctionId> Result;
  if (Path.Root != PlaceRoot::Local)
    return Result;
  const ProgramFunction &Fn = P.function(F);
  const FactsFile &File = P.unit(Fn.Unit);
  auto Add = [&](const facts::Value *V) {
    if (V && V->kind() == facts::ValueKind::Callable)
      addBodies(P.resolve(Fn.Unit, V->symbol()), Result);
  };
  for (const facts::Block *B : each(Fn.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      bool Fills = isCallLike(*E) || E->kind() == EventKind::Copy ||
                   E->kind() == EventKind::Move ||
                   E->kind() == EventKind::Assign;
      if (!Fills || !E->place() || AccessPath::of(File, *E->place()) != Path)
        continue;
      Add(E->value());
      auto Args = each(E->args());
      if (Args.size() == 1)
        Add(Args[0]);
    }
  std::sort(Result.begin(), Result.end());
  Result.erase(std::unique(Result.begin(), Result.end()), Result.end());
  return Result;
}

std::vector<FunctionId> CallGraph::callables(FunctionId F,
                                             const facts::Value *V) const {
  if (!V)
    return {};
  const ProgramFunction &Fn = P.function(F);
  std::vector<FunctionId> Result;
  if (V->kind() == facts::ValueKind::Callable) {
    addBodies(P.resolve(Fn.Unit, V->symbol()), Result);
    return Result;
  }
  Result = inLocal(F, AccessPath::of(P.unit(Fn.Unit), V));
  std::uint32_t Type = P.withoutReference(Fn.Unit, typeOf(*V));
  if (Result.empty())
    for (std::uint32_t Method : each(P.type(Fn.Unit, Type)->methods())) {
      SymbolId S = P.resolve(Fn.Unit, Method);
      FunctionId Body = P.symbol(S).Body;
      if (Body != NoFunction && !P.isSystem(Body) &&
          P.qualifiedName(S).ends_with("::operator()"))
        Result.push_back(Body);
    }
  return Result;
}

// The body of a named callable; of a pointer to a virtual method, those of all
// that override it.
void CallGraph::addBodies(SymbolId S, std::vector<FunctionId> &Bodies) const {
  if (S == 0)
    return;
  auto Add = [&](SymbolId Of) {
    if (FunctionId Body = P.symbol(Of).Body; Body != NoFunction)
      Bodies.push_back(Body);
  };
  Add(S);
  if (hasFlag(P.symbol(S).Fact->flags(), facts::SymbolFlag::Virtual))
    for (SymbolId Overrider : P.overriders(S))
      Add(Overrider);
}

void CallGraph::addTarget(FunctionId F, SymbolId S, bool Virtual,
                          std::vector<CallEdge> &Targets) const {
  std::vector<FunctionId> Bodies;
  if (P.symbol(S).Body != NoFunction)
    Bodies.push_back(P.symbol(S).Body);
  std::size_t Own = Bodies.size();
  if (Virtual)
    for (SymbolId Overrider : P.overriders(S))
      if (P.symbol(Overrider).Body != NoFunction)
        Bodies.push_back(P.symbol(Overrider).Body);
  EdgeKind Kind = Bodies.size() == Own ? EdgeKind::Static
                  : Bodies.size() == 1 ? EdgeKind::OneOverride
                                       : EdgeKind::SeveralOverrides;
  for (FunctionId Body : Bodies)
    if (Body != F)
      Targets.push_back({Body, Kind});
}

Resolution CallGraph::follow(FunctionId F, const facts::Event &E,
                             std::vector<CallEdge> &Targets) const {
  const ProgramFunction &Fn = P.function(F);
  SymbolId Callee = P.resolve(Fn.Unit, E.symbol());
  Program::EntryList Entries = P.entries(Callee);
  auto AddCallable = [&](const facts::Value *V) {
    std::vector<FunctionId> Bodies = callables(F, V);
    for (FunctionId Body : Bodies)
      Targets.push_back({Body, EdgeKind::Callable});
    return !Bodies.empty();
  };
  for (const rules::Entry *Entry : Entries)
    if (does(*Entry, Effect::RunsCallable) && Entry->where() == Where::Now)
      for (const facts::Value *Arg : callableArguments(E, *Entry))
        AddCallable(Arg);
  if (!Entries.empty())
    return Resolution::Classified;

  if (callsThrough(F, E)) {
    if (AddCallable(E.receiver()))
      return Resolution::Followed;
    // A parameter is resolved where the caller hands the callable over.
    AccessPath Path = AccessPath::of(P.unit(Fn.Unit), E.receiver());
    return isWholeParameter(Path) ? Resolution::Followed
                                  : Resolution::Unresolved;
  }
  if (Callee == 0)
    return E.kind() == EventKind::Construct ? Resolution::Followed
                                            : Resolution::Unresolved;

  std::size_t Before = Targets.size();
  addTarget(F, Callee, E.dispatch() == facts::Dispatch::Virtual, Targets);
  FunctionId Body = P.symbol(Callee).Body;
  if (Body != NoFunction) {
    auto Args = each(E.args());
    for (std::uint32_t I = 0; I < Args.size(); ++I)
      if (Invoked.contains({Body, I}))
        AddCallable(Args[I]);
  }
  if (Targets.size() != Before || Body == F)
    return Resolution::Followed;
  facts::SymbolFlag Flags = P.symbol(Callee).Fact->flags();
  if (hasFlag(Flags, facts::SymbolFlag::InSystemHeader))
    return Resolution::Library;
  // The compiler's own constructors and destructors do nothing worth a body.
  bool IsImplicit = hasFlag(Flags, facts::SymbolFlag::Inline) &&
                    hasFlag(Flags, facts::SymbolFlag::Constructor |
                                       facts::SymbolFlag::Destructor);
  // Starting a coroutine runs nothing that its caller waits for.
  bool StartsTask = P.type(Fn.Unit, E.type())->promise() != nullptr;
  return IsImplicit || StartsTask ? Resolution::Followed
                                  : Resolution::Unresolved;
}

} // namespace gridlock
