// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/CallGraph.h"

#include "checks/engine/Executors.h"
#include "checks/engine/WorkerLoops.h"

#include <algorithm>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;
using rules::Effect;
using rules::Where;

namespace {

constexpr int AllArguments = -5;

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

// Threads kept in a container are made in place by what is put into it.
bool keepsThreads(const Program &P, std::uint32_t Unit, std::uint32_t Type) {
  for (std::uint32_t Arg : each(P.type(Unit, Type)->args())) {
    std::string_view Name = P.typeName(Unit, Arg);
    if (Name == "std::thread" || Name == "std::jthread" ||
        Name == "boost::thread")
      return true;
  }
  return false;
}

} // namespace

CallGraph::CallGraph(const Program &P)
    : P(P), Flow(P), Own(P, Flow), OnThreads(P.functions().size(), false) {
  std::vector<Forwarding> Forwards;
  std::vector<FunctionId> Away;
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    scan(F, Forwards, Away);
  std::sort(Forwards.begin(), Forwards.end(), [](const auto &A, const auto &B) {
    return std::tie(A.To, A.From) < std::tie(B.To, B.From);
  });
  propagate(Forwards);
  propagateLoops(Forwards);
  findWhatThreadsRun(Away);
  if (Flow.knowsResumers())
    findWhatLoopsRun();
  if (Loops.empty() && !WorkerLoops::movesObjects(P))
    return;
  Workers = std::make_unique<WorkerLoops>(P, OnThreads);
  for (LoopCallable &L : Loops)
    L.Certain &= !Workers->isExecutorOf(L.Registrar, *L.Site) &&
                 !Workers->isMoved(L.Registrar, *L.Site, L.Callable);
}

bool CallGraph::belongsToThread(FunctionId Method) const {
  return Workers && Workers->isOfMoved(Method);
}

// What runs if V is run, but for what a caller of F passes.
std::vector<FunctionId> CallGraph::runnable(FunctionId F,
                                            const facts::Value *V) const {
  CallableFlow::Origins From = Flow.origins(F, V);
  for (CallableFlow::NodeId Holder : From.Holders)
    if (Flow.targets(Holder).size() <= CallableFlow::MaxTargets)
      From.Callables.insert(From.Callables.end(), Flow.targets(Holder).begin(),
                            Flow.targets(Holder).end());
  From.normalise();
  return std::move(From.Callables);
}

void CallGraph::handToLoop(FunctionId F, const facts::Event &E,
                           const facts::Value *V, const rules::Entry &Sink,
                           bool Certain) {
  for (FunctionId Target : runnable(F, V))
    Loops.push_back({Target, F, &E, &Sink, Certain});
  for (std::uint32_t Param : Flow.origins(F, V).Parameters)
    if (auto [It, New] = Looped.try_emplace({F, Param}, &Sink, Certain);
        !New && Certain)
      It->second = {&Sink, true};
}

// A callable that is put where a library's loop looks for it.
void CallGraph::keepCallback(FunctionId F, const facts::Event &E) {
  if (!E.place() || !E.value() || each(E.place()->path()).empty())
    return;
  auto Steps = each(E.place()->path());
  const facts::Step *Last = Steps[Steps.size() - 1];
  if (Last->kind() != facts::StepKind::Field)
    return;
  std::uint32_t Unit = P.function(F).Unit;
  // Structures without a name are parts of the one that they stand in.
  std::string_view Owner = P.text(Unit, Last->owner());
  Owner = Owner.substr(0, Owner.find("::(anonymous)"));
  if (const rules::Entry *Sink =
          P.callbackField(Owner, P.text(Unit, Last->name())))
    handToLoop(F, E, E.value(), *Sink, true);
}

void CallGraph::scanSink(FunctionId F, const facts::Event &E,
                         const rules::Entry &Sink, Verdict OnLoop,
                         std::vector<FunctionId> &Away) {
  for (const facts::Value *Arg : callableArguments(E, Sink)) {
    if (Sink.where() == Where::Now) {
      for (std::uint32_t Param : Flow.origins(F, Arg).Parameters)
        Invoked.emplace(F, Param);
    } else if (Sink.where() == Where::Loop && OnLoop != Verdict::No) {
      handToLoop(F, E, Arg, Sink, OnLoop >= Verdict::Likely);
    } else {
      std::vector<FunctionId> Targets = Flow.anyTargets(F, Arg);
      Away.insert(Away.end(), Targets.begin(), Targets.end());
    }
  }
}

void CallGraph::scan(FunctionId F, std::vector<Forwarding> &Forwards,
                     std::vector<FunctionId> &Away) {
  const ProgramFunction &Fn = P.function(F);
  Classifier Classify(P, F);
  if (P.keepsCallbacks())
    for (const facts::Block *B : each(Fn.Fact->blocks()))
      for (const facts::Event *E : each(B->events()))
        keepCallback(F, *E);
  for (const CallEvent &Site : P.callEvents(F)) {
    const facts::Event *E = Site.Event;
    const SymbolId Callee = Site.Callee;
    Program::EntryList Entries = P.entries(Callee);
    if (std::any_of(Entries.begin(), Entries.end(), [](const auto *Entry) {
          return does(*Entry, Effect::RunsCallable);
        }))
      for (const Applied &A : Classify.classify(Site.Block, *E))
        if (A.does(Effect::RunsCallable))
          scanSink(F, *E, *A.Entry, runsOnLoop(P, Flow, F, *E, A), Away);
    if (CallableFlow::callsThrough(P, F, *E))
      for (std::uint32_t Param : Flow.origins(F, E->receiver()).Parameters)
        Invoked.emplace(F, Param);
    auto Args = each(E->args());
    if (Args.empty())
      continue;
    FunctionId Body = P.symbol(Callee).Body;
    if (Body == NoFunction && E->receiver() &&
        keepsThreads(P, Fn.Unit,
                     P.withoutReference(Fn.Unit, typeOf(*E->receiver()))))
      for (const facts::Value *Arg : Args)
        for (FunctionId Target : Flow.anyTargets(F, Arg))
          Away.push_back(Target);
    if (Body == NoFunction)
      continue;
    for (std::uint32_t I = 0; I < Args.size(); ++I)
      if (Args[I]->kind() == facts::ValueKind::Place &&
          (typeOf(*Args[I]) == 0 || Flow.holds(Fn.Unit, typeOf(*Args[I]))))
        for (std::uint32_t Param : Flow.origins(F, Args[I]).Parameters)
          Forwards.push_back({{F, Param}, {Body, I}});
  }
}

// What runs on threads that are no loops, to tell whether what is called
// through a member there and on a loop may be meant for the threads only.
void CallGraph::findWhatThreadsRun(const std::vector<FunctionId> &Starts) {
  std::vector<FunctionId> Pending;
  auto Reach = [&](FunctionId F) {
    if (!OnThreads[F] && !P.isCoroutine(F)) {
      OnThreads[F] = true;
      Pending.push_back(F);
    }
  };
  for (FunctionId F : Starts)
    Reach(F);
  std::vector<CallEdge> Targets;
  while (!Pending.empty()) {
    FunctionId F = Pending.back();
    Pending.pop_back();
    const OwnLoop *Loop = Own.of(F); // a loop's thread is no other thread
    auto Blocks = each(P.function(F).Fact->blocks());
    for (std::uint32_t B = 0; B < Blocks.size(); ++B)
      for (const facts::Event *E : each(Blocks[B]->events())) {
        if (!isCallLike(*E) || (Loop && Loop->Body[B]))
          continue;
        if (CallableFlow::callsThrough(P, F, *E))
          for (CallableFlow::NodeId Holder :
               Flow.origins(F, E->receiver()).Holders)
            CalledOnThreads.insert(Holder);
        Targets.clear();
        follow(F, *E, Targets);
        for (const CallEdge &Edge : Targets)
          Reach(Edge.Target);
      }
  }
}

void CallGraph::findWhatLoopsRun() {
  OnLoops.resize(P.functions().size(), false);
  std::vector<FunctionId> Pending;
  auto Reach = [&](FunctionId F) {
    if (!OnLoops[F] && !P.isCoroutine(F)) {
      OnLoops[F] = true;
      Pending.push_back(F);
    }
  };
  for (const LoopCallable &L : Loops)
    Reach(L.Callable);
  for (const OwnLoop &L : Own.all())
    Reach(L.Function);
  std::vector<CallEdge> Targets;
  while (!Pending.empty()) {
    FunctionId F = Pending.back();
    Pending.pop_back();
    const OwnLoop *Loop = Own.of(F);
    auto Blocks = each(P.function(F).Fact->blocks());
    for (std::uint32_t B = 0; B < Blocks.size(); ++B)
      for (const facts::Event *E : each(Blocks[B]->events())) {
        if (!isCallLike(*E) || (Loop && !Loop->Body[B]))
          continue;
        Targets.clear();
        follow(F, *E, Targets);
        for (const CallEdge &Edge : Targets)
          Reach(Edge.Target);
      }
  }
}

bool CallGraph::resumesElsewhere(FunctionId AwaitSuspend) const {
  const std::vector<FunctionId> &In = Flow.resumersOf(AwaitSuspend);
  return !In.empty() && std::all_of(In.begin(), In.end(), [&](FunctionId F) {
    return OnThreads[F] && !OnLoops[F];
  });
}

bool CallGraph::resumesOnLoop(FunctionId AwaitSuspend) const {
  const std::vector<FunctionId> &In = Flow.resumersOf(AwaitSuspend);
  return !In.empty() && std::all_of(In.begin(), In.end(), [&](FunctionId F) {
    return OnLoops[F] && !OnThreads[F];
  });
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
  std::vector<CallEdge> Called;
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    for (const facts::Block *B : each(P.function(F).Fact->blocks()))
      for (const facts::Event *E : each(B->events())) {
        if (!isCallLike(*E))
          continue;
        auto Args = each(E->args());
        if (Args.empty())
          continue;
        Called.clear();
        addTarget(NoFunction, P.resolve(P.function(F).Unit, E->symbol()),
                  E->dispatch() == facts::Dispatch::Virtual, Called);
        for (const CallEdge &To : Called)
          for (auto It = Looped.lower_bound({To.Target, 0});
               It != Looped.end() && It->first.first == To.Target; ++It)
            if (It->first.second < Args.size())
              for (FunctionId Target : runnable(F, Args[It->first.second]))
                Loops.push_back({Target, F, E, It->second.first,
                                 It->second.second &&
                                     To.Kind != EdgeKind::SeveralOverrides});
      }
}

// What V may be, but for what a caller of F passes.
bool CallGraph::addCallable(FunctionId F, const facts::Value *V,
                            std::vector<CallEdge> &Targets) const {
  CallableFlow::Origins From = Flow.origins(F, V);
  bool Known = !From.Parameters.empty() || !From.Callables.empty();
  for (FunctionId Body : From.Callables)
    Targets.push_back({Body, EdgeKind::Callable});
  for (CallableFlow::NodeId Holder : From.Holders) {
    const std::vector<FunctionId> &Kept = Flow.targets(Holder);
    if (Kept.empty() || Kept.size() > CallableFlow::MaxTargets)
      continue;
    Known = true;
    bool Several = Kept.size() > 1 && CalledOnThreads.contains(Holder);
    for (FunctionId Body : Kept)
      Targets.push_back({Body, Several || !Flow.isSure(Holder, Body)
                                   ? EdgeKind::SeveralOverrides
                                   : EdgeKind::Callable});
  }
  return Known;
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
  // A base's own body is what the hook does by default.
  EdgeKind Kind = Bodies.size() == Own       ? EdgeKind::Static
                  : Bodies.size() == Own + 1 ? EdgeKind::OneOverride
                                             : EdgeKind::SeveralOverrides;
  for (FunctionId Body : Bodies)
    if (Body != F)
      Targets.push_back({Body, Kind});
}

// The callables that E passes to targets which call them.
void CallGraph::addPassed(FunctionId F, const facts::Event &E, std::size_t From,
                          std::vector<CallEdge> &Targets) const {
  auto Args = each(E.args());
  for (std::size_t T = From, End = Targets.size(); T < End; ++T) {
    FunctionId Body = Targets[T].Target;
    EdgeKind To = Targets[T].Kind;
    std::size_t Before = Targets.size();
    for (auto It = Invoked.lower_bound({Body, 0});
         It != Invoked.end() && It->first == Body; ++It)
      if (It->second < Args.size())
        addCallable(F, Args[It->second], Targets);
    if (To == EdgeKind::SeveralOverrides)
      for (std::size_t I = Before; I < Targets.size(); ++I)
        Targets[I].Kind = To;
  }
}

Resolution CallGraph::follow(FunctionId F, const facts::Event &E,
                             std::vector<CallEdge> &Targets) const {
  const ProgramFunction &Fn = P.function(F);
  SymbolId Callee = P.resolve(Fn.Unit, E.symbol());
  Program::EntryList Entries = P.entries(Callee);
  for (const rules::Entry *Entry : Entries)
    if (does(*Entry, Effect::RunsCallable) && Entry->where() == Where::Now)
      for (const facts::Value *Arg : callableArguments(E, *Entry))
        addCallable(F, Arg, Targets);
  if (!Entries.empty())
    return Resolution::Classified;

  std::size_t Before = Targets.size();
  if (CallableFlow::callsThrough(P, F, E)) {
    bool Known = addCallable(F, E.receiver(), Targets);
    addPassed(F, E, Before, Targets);
    return Known ? Resolution::Followed : Resolution::Unresolved;
  }
  if (Callee == 0)
    return E.kind() == EventKind::Construct ? Resolution::Followed
                                            : Resolution::Unresolved;

  addTarget(F, Callee, E.dispatch() == facts::Dispatch::Virtual, Targets);
  addPassed(F, E, Before, Targets);
  FunctionId Body = P.symbol(Callee).Body;
  if (Targets.size() != Before || Body == F)
    return Resolution::Followed;
  facts::SymbolFlag Flags = P.symbol(Callee).Fact->flags();
  if (hasFlag(Flags, facts::SymbolFlag::InSystemHeader)) {
    for (FunctionId Constructor : Flow.constructors(F, E))
      Targets.push_back({Constructor, EdgeKind::Static});
    return Resolution::Library;
  }
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
