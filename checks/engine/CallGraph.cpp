// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/CallGraph.h"

#include "checks/engine/EventKinds.h"
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
    : P(P), Flow(P), Own(P, Flow), Owned(P),
      OnThreads(P.functions().size(), false),
      Invokes(P.functions().size(), false),
      Kinds(std::make_unique<EventKinds>(P)) {
  std::vector<RunElsewhere> Away;
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    scan(F, Away);
  propagate();
  propagateLoops();
  for (const Parameter &I : Invoked)
    Invokes[I.first] = true;
  findWhatThreadsRun(Away);
  if (Flow.knowsResumers())
    findWhatLoopsRun();
  findSchedulersAmong(Away);
  if (!Loops.empty() || WorkerLoops::movesObjects(P)) {
    Workers = std::make_unique<WorkerLoops>(P, OnThreads);
    for (LoopCallable &L : Loops)
      L.Certain &= !Workers->isExecutorOf(L.Registrar, *L.Site) &&
                   !Workers->isMoved(L.Registrar, *L.Site, L.Callable);
  }
  keepEdges();
}

CallGraph::~CallGraph() = default;

bool CallGraph::belongsToThread(FunctionId Method) const {
  return Workers && Workers->isOfMoved(Method);
}

const CallSites &CallGraph::callSites() const {
  if (!Sites)
    Sites = std::make_unique<CallSites>(P);
  return *Sites;
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
                         bool OneThread, std::vector<RunElsewhere> &Away) {
  for (const facts::Value *Arg : callableArguments(E, Sink)) {
    if (Sink.where() == Where::Now) {
      for (std::uint32_t Param : Flow.origins(F, Arg).Parameters)
        Invoked.emplace(F, Param);
    } else if (Sink.where() == Where::Loop && OnLoop != Verdict::No) {
      handToLoop(F, E, Arg, Sink, OnLoop >= Verdict::Likely);
    } else {
      for (FunctionId Target : Flow.anyTargets(F, Arg))
        Away.push_back({Target, OneThread});
    }
  }
}

void CallGraph::scan(FunctionId F, std::vector<RunElsewhere> &Away) {
  if (P.keepsCallbacks() && P.has(F, Has::Callable | Has::HoldsCallable))
    for (const facts::Block *B : each(P.function(F).Fact->blocks()))
      for (const facts::Event *E : each(B->events()))
        keepCallback(F, *E);
  for (const CallEvent &Site : P.callEvents(F)) {
    const ProgramSymbol &Callee = P.symbol(Site.Callee);
    const bool Sink = (Callee.Bits & callsEffect(Effect::RunsCallable)) != 0;
    if (!Sink && !Site.is(CallEvent::ThroughPointer | CallEvent::MayPass))
      continue;
    const facts::Event *E = Site.Event;
    const ProgramFunction &Fn = P.function(F);
    if (Sink)
      for (const Applied &A : Classifier(P, F).classify(Site.Block, *E))
        if (A.does(Effect::RunsCallable))
          scanSink(F, *E, *A.Entry, runsOnLoop(P, Flow, F, *E, A),
                   startsOneThread(P, F, Site.Block, *E), Away);
    if (Site.is(CallEvent::ThroughPointer))
      for (std::uint32_t Param : Flow.origins(F, E->receiver()).Parameters)
        Invoked.emplace(F, Param);
    if (Callee.Body == NoFunction && Site.is(CallEvent::MayPass) &&
        E->receiver() &&
        keepsThreads(P, Fn.Unit,
                     P.withoutReference(Fn.Unit, typeOf(*E->receiver()))))
      for (const facts::Value *Arg : each(E->args()))
        for (FunctionId Target : Flow.anyTargets(F, Arg))
          Away.push_back({Target, false});
  }
}

// What runs on threads that are no loops, to tell whether what is called
// through a member there and on a loop may be meant for the threads only.
void CallGraph::findWhatThreadsRun(const std::vector<RunElsewhere> &Starts) {
  std::vector<FunctionId> Pending;
  auto Reach = [&](FunctionId F) {
    if (!OnThreads[F] && !P.isCoroutine(F)) {
      OnThreads[F] = true;
      Pending.push_back(F);
    }
  };
  for (const RunElsewhere &Start : Starts)
    Reach(Start.Function);
  std::vector<CallEdge> Targets;
  while (!Pending.empty()) {
    FunctionId F = Pending.back();
    Pending.pop_back();
    const OwnLoop *Loop = Own.of(F); // a loop's thread is no other thread
    for (const CallEvent &C : P.callEvents(F)) {
      if (Loop && Loop->Body[C.Block])
        continue;
      if (C.is(CallEvent::ThroughPointer))
        for (CallableFlow::NodeId Holder :
             Flow.origins(F, C.Event->receiver()).Holders)
          CalledOnThreads.insert(Holder);
      Targets.clear();
      findEdges(F, *C.Event, Targets);
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
    for (const CallEvent &C : P.callEvents(F)) {
      if (Loop && !Loop->Body[C.Block])
        continue;
      Targets.clear();
      findEdges(F, *C.Event, Targets);
      for (const CallEdge &Edge : Targets)
        Reach(Edge.Target);
    }
  }
}

bool CallGraph::resumesElsewhere(FunctionId AwaitSuspend) const {
  const std::vector<FunctionId> &In = Flow.resumersOf(AwaitSuspend);
  return !In.empty() && std::all_of(In.begin(), In.end(), [&](FunctionId F) {
    return OnThreads[F] && !OnLoops[F] && !isScheduler(F);
  });
}

bool CallGraph::resumesOnLoop(FunctionId AwaitSuspend) const {
  const std::vector<FunctionId> &In = Flow.resumersOf(AwaitSuspend);
  return !In.empty() && std::all_of(In.begin(), In.end(), [&](FunctionId F) {
    return isScheduler(F) ||
           (OnLoops[F] && (!OnThreads[F] || Own.of(F))); // a loop's own thread
  });
}

// THEN(parameter of a caller) for every one that is handed on as TO, in order.
template <typename Use>
void CallGraph::eachForwarding(Parameter To, Use Then) const {
  std::vector<Parameter> From;
  for (const CallSite &Site : callSites().of(To.first)) {
    const CallEvent &Call = P.callEvent(Site.Call);
    if (!Call.is(CallEvent::MayPass))
      continue;
    FunctionId F = Site.Caller;
    const facts::Value *Arg =
        argument(*Call.Event, static_cast<int>(To.second));
    if (Arg && Arg->kind() == facts::ValueKind::Place &&
        (typeOf(*Arg) == 0 || Flow.holds(P.function(F).Unit, typeOf(*Arg))))
      for (std::uint32_t Param : Flow.origins(F, Arg).Parameters)
        From.emplace_back(F, Param);
  }
  std::sort(From.begin(), From.end());
  for (const Parameter &F : From)
    Then(F);
}

void CallGraph::propagate() {
  std::vector<Parameter> Pending(Invoked.begin(), Invoked.end());
  while (!Pending.empty()) {
    Parameter Callee = Pending.back();
    Pending.pop_back();
    eachForwarding(Callee, [&](const Parameter &From) {
      if (Invoked.insert(From).second)
        Pending.push_back(From);
    });
  }
}

// A parameter that is handed on to a parameter that a loop runs is run by the
// loop, and so is what callers pass for it.
void CallGraph::propagateLoops() {
  if (Looped.empty())
    return;
  std::vector<Parameter> Pending;
  for (const auto &[To, Sink] : Looped)
    Pending.push_back(To);
  while (!Pending.empty()) {
    Parameter Callee = Pending.back();
    Pending.pop_back();
    auto Sink = Looped.at(Callee);
    eachForwarding(Callee, [&](const Parameter &From) {
      auto [Known, New] = Looped.try_emplace(From, Sink);
      if (!New && (Known->second.second || !Sink.second))
        return;
      Known->second = Sink;
      Pending.push_back(From);
    });
  }
  std::vector<bool> Runs(P.functions().size(), false);
  for (const auto &[To, Sink] : Looped)
    Runs[To.first] = true;
  std::vector<CallEdge> Called;
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    for (const CallEvent &C : P.callEvents(F)) {
      FunctionId Body = P.symbol(C.Callee).Body;
      if (!C.is(CallEvent::Arguments) ||
          (!C.is(CallEvent::Virtual) && (Body == NoFunction || !Runs[Body])))
        continue;
      Called.clear();
      addTarget(NoFunction, C.Callee, C.is(CallEvent::Virtual), Called);
      auto Args = each(C.Event->args());
      for (const CallEdge &To : Called)
        for (auto It = Looped.lower_bound({To.Target, 0});
             It != Looped.end() && It->first.first == To.Target; ++It)
          if (It->first.second < Args.size())
            for (FunctionId Target : runnable(F, Args[It->first.second]))
              Loops.push_back(
                  {Target, F, C.Event, It->second.first,
                   It->second.second && To.Kind != EdgeKind::SeveralOverrides});
    }
}

// What V may be, but for what a caller of F passes.
bool CallGraph::addCallable(FunctionId F, const facts::Value *V,
                            std::vector<CallEdge> &Targets) const {
  CallableFlow::Origins From = Flow.origins(F, V);
  bool Known = !From.Callables.empty();
  for (std::uint32_t Parameter : From.Parameters) {
    const std::vector<FunctionId> *Given = Flow.givenByLibrary(F, Parameter);
    Known |= !Given || !Given->empty(); // else callers pass it
    if (Given && Given->size() <= CallableFlow::MaxTargets)
      for (FunctionId Body : *Given)
        Targets.push_back({Body, EdgeKind::Callable});
  }
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
  static const std::vector<FunctionId> None;
  const FunctionId Own = P.symbol(S).Body;
  const std::vector<FunctionId> &Others =
      Virtual ? P.overridingBodies(S) : None;
  // A base's own body is what the hook does by default.
  EdgeKind Kind = Others.empty()       ? EdgeKind::Static
                  : Others.size() == 1 ? EdgeKind::OneOverride
                                       : EdgeKind::SeveralOverrides;
  if (Own != NoFunction && Own != F)
    Targets.push_back({Own, Kind});
  for (FunctionId Body : Others)
    if (Body != F)
      Targets.push_back({Body, Kind});
}

// Destructors of what E ends, a call of a library's function.
void CallGraph::addEnded(FunctionId F, const facts::Event &E,
                         std::vector<CallEdge> &Targets) const {
  bool Sure = false;
  for (const OwnedObjects::Owned &O : Owned.endedBy(F, E, Sure)) {
    const std::size_t Before = Targets.size();
    addTarget(F, O.Destructor, O.IsPointedTo, Targets);
    if (!Sure || O.IsShared)
      for (std::size_t I = Before; I < Targets.size(); ++I)
        Targets[I].Kind = EdgeKind::SeveralOverrides;
  }
}

// The callables that E passes to targets which call them.
void CallGraph::addPassed(FunctionId F, const facts::Event &E, std::size_t From,
                          std::vector<CallEdge> &Targets) const {
  auto Args = each(E.args());
  for (std::size_t T = From, End = Targets.size(); T < End; ++T) {
    FunctionId Body = Targets[T].Target;
    EdgeKind To = Targets[T].Kind;
    if (!Invokes[Body])
      continue;
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

Resolution CallGraph::findEdges(FunctionId F, const facts::Event &E,
                                std::vector<CallEdge> &Targets) const {
  const ProgramFunction &Fn = P.function(F);
  SymbolId S = P.resolve(Fn.Unit, E.symbol());
  const ProgramSymbol &Named = P.symbol(S);
  if ((Named.Bits & callsEffect(Effect::RunsCallable)) != 0)
    for (const rules::Entry *Entry : P.entries(S))
      if (does(*Entry, Effect::RunsCallable) && Entry->where() == Where::Now)
        for (const facts::Value *Arg : callableArguments(E, *Entry))
          addCallable(F, Arg, Targets);
  if ((Named.Bits & Callee::KnownEntry) != 0)
    return Resolution::Classified;

  std::size_t Before = Targets.size();
  if (CallableFlow::callsThrough(P, F, E)) {
    bool Known = addCallable(F, E.receiver(), Targets);
    Kinds->keepMeant(F, E, Before, Targets);
    addPassed(F, E, Before, Targets);
    return Known ? Resolution::Followed : Resolution::Unresolved;
  }
  if (S == 0)
    return E.kind() == EventKind::Construct ? Resolution::Followed
                                            : Resolution::Unresolved;

  addTarget(F, S, E.dispatch() == facts::Dispatch::Virtual, Targets);
  addPassed(F, E, Before, Targets);
  if (Targets.size() != Before || Named.Body == F)
    return Resolution::Followed;
  facts::SymbolFlag Flags = Named.Flags;
  if (hasFlag(Flags, facts::SymbolFlag::InSystemHeader)) {
    for (FunctionId Constructor : Flow.constructors(F, E))
      Targets.push_back({Constructor, EdgeKind::Static});
    addEnded(F, E, Targets);
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
