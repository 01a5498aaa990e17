// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/CoroutineFlow.h"

#include "checks/engine/Adjacency.h"
#include "checks/engine/Executors.h"
#include "checks/engine/PlaceFields.h"

#include <algorithm>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;
using facts::ValueKind;
using rules::Effect;
using rules::Where;

namespace {

constexpr int MaxTypeDepth = 6;
constexpr std::size_t MaxCoroutines = 32; // in one holder that is followed

// Only an entry that says so: that an entry for loops does not apply may have
// other reasons than the executor.
bool runsElsewhere(const Applied &A) {
  return (A.does(Effect::ConsumesTask) || A.does(Effect::RunsCallable)) &&
         A.Entry->where() == Where::Elsewhere && A.Holds >= Verdict::Likely;
}

} // namespace

CoroutineFlow::CoroutineFlow(const Program &P, const CallGraph &Calls,
                             const std::vector<bool> &Tasks)
    : P(P), Calls(Calls) {
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    if (mayHold(F))
      scan(F, Tasks);
  propagate();
}

const std::vector<CoroutineFlow::Made> &
CoroutineFlow::madeOf(FunctionId F) const {
  static const std::vector<Made> None;
  auto It = MadeOf.find(F);
  return It == MadeOf.end() ? None : It->second;
}

const std::vector<CoroutineFlow::Use> &
CoroutineFlow::usesOf(FunctionId F) const {
  static const std::vector<Use> None;
  auto It = UsesOf.find(F);
  return It == UsesOf.end() ? None : It->second;
}

const CoroutineFlow::Holder *
CoroutineFlow::awaited(FunctionId F, const facts::Event &E) const {
  if (!E.value() || !E.value()->place())
    return nullptr;
  auto It = Ids.find(keyOf(F, *E.value()->place()));
  return It == Ids.end() ? nullptr : &Holders[It->second];
}

const CoroutineFlow::Holder *
CoroutineFlow::result(FunctionId F, const facts::Event &E) const {
  auto It = Ids.find(resultOf(F, E));
  return It == Ids.end() ? nullptr : &Holders[It->second];
}

// --- What can hold a coroutine ----------------------------------------------

bool CoroutineFlow::isTask(std::uint32_t Unit, std::uint32_t Type) const {
  Type = P.withoutReference(Unit, Type);
  const facts::Type *T = P.type(Unit, Type);
  if (T->promise() || CallableTypes::isCoroutineHandle(P.typeName(Unit, Type)))
    return true;
  Program::EntryList Known = P.typeEntries(Unit, Type);
  return std::any_of(Known.begin(), Known.end(), [](const rules::Entry *E) {
    return E->kind() == rules::EntryKind::Task;
  });
}

bool CoroutineFlow::holds(std::uint32_t Unit, std::uint32_t Type,
                          int Depth) const {
  if (Type == 0 || Depth > MaxTypeDepth)
    return false;
  if (isTask(Unit, Type))
    return true;
  const facts::Type *T = P.type(Unit, Type);
  if (T->pointee() != 0)
    return holds(Unit, T->pointee(), Depth + 1);
  for (std::uint32_t Arg : each(T->args()))
    if (holds(Unit, Arg, Depth + 1))
      return true;
  return false;
}

bool CoroutineFlow::mayHold(FunctionId F) const {
  if (P.has(F, Has::Task) || P.calls(F, Callee::MakesTask | Callee::Resumes |
                                            callsEffect(Effect::ConsumesTask)))
    return true;
  const ProgramSymbol &S = P.symbol(P.functions()[F].Symbol);
  for (const facts::Parameter *Param : each(S.Fact->params()))
    if (holds(S.Unit, Param->type()))
      return true;
  return false;
}

CoroutineFlow::NodeId CoroutineFlow::make(const Key &K) {
  auto [It, New] = Ids.try_emplace(K, static_cast<NodeId>(Holders.size()));
  if (New)
    Holders.emplace_back();
  return It->second;
}

// The last field counts, whatever object it is in; fields of library classes
// and of tasks are part of what they are in.
CoroutineFlow::Key CoroutineFlow::keyOf(FunctionId F,
                                        const facts::Place &Place) const {
  const std::uint32_t Unit = P.function(F).Unit;
  if (const auto Field = lastField(P, Unit, Place, [&](std::uint32_t Type) {
        return isTask(Unit, Type);
      }))
    return {Kind::Member, NoFunction, 0, Field->Owner, Field->Name};
  switch (Place.root()) {
  case PlaceRoot::This:
    return {Kind::This, F, 0, {}, {}};
  case PlaceRoot::Global:
  case PlaceRoot::ThreadLocal:
    return {Kind::Global, NoFunction, 0, {}, P.text(Unit, Place.name())};
  default:
    return local(F, Place.root(), Place.id());
  }
}

CoroutineFlow::Key CoroutineFlow::resultOf(FunctionId F,
                                           const facts::Event &E) const {
  return local(F, PlaceRoot::CallResult, E.id());
}

// --- Collecting flows -------------------------------------------------------

void CoroutineFlow::use(FunctionId F, const facts::Value *V, Way How,
                        const facts::Event &E) {
  if (V && V->place())
    Holders[make(keyOf(F, *V->place()))].Uses.push_back({How, F, &E});
}

void CoroutineFlow::flow(FunctionId F, const facts::Value *V, NodeId To,
                         bool Leaves, const facts::Event *Call) {
  if (!V || !V->place() || V->kind() == ValueKind::Callable)
    return;
  NodeId From = make(keyOf(F, *V->place()));
  if (From != To)
    Holders[From].To.push_back(
        {To, Call ? F : NoFunction, Call, Leaves && !Call});
}

void CoroutineFlow::capture(FunctionId F, const facts::Value &V,
                            const facts::Event &E,
                            const std::vector<bool> &Tasks) {
  const std::uint32_t Unit = P.function(F).Unit;
  const FunctionId Body = callableBody(P, Unit, &V);
  if (Body == NoFunction)
    return;
  std::uint32_t I = 0;
  for (const facts::CapturedValue *C : each(V.captures())) {
    if (C->value() && C->value()->place() && holds(Unit, typeOf(*C->value())))
      flow(F, C->value(), make(local(Body, PlaceRoot::Capture, I)), true);
    ++I;
  }
  if (Tasks[Body] && E.kind() != EventKind::Construct && E.value() == &V)
    UsesOf[Body].push_back({Way::Unknown, F, &E});
}

void CoroutineFlow::scan(FunctionId F, const std::vector<bool> &Tasks) {
  const ProgramFunction &Fn = P.function(F);
  auto HoldsValue = [&](const facts::Value *V) {
    return V && V->place() && holds(Fn.Unit, typeOf(*V));
  };
  Classifier Classify(P, F);
  std::size_t Call = P.firstCall(F);
  for (const facts::Block *B : each(Fn.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      for (const facts::Value *Arg : each(E->args()))
        capture(F, *Arg, *E, Tasks);
      if (E->value())
        capture(F, *E->value(), *E, Tasks);
      switch (E->kind()) {
      case EventKind::Suspend:
        if (E->suspend() == facts::SuspendKind::Await && HoldsValue(E->value()))
          use(F, E->value(), Way::Awaited, *E);
        break;
      case EventKind::Return:
        if (HoldsValue(E->value()))
          flow(F, E->value(), make({Kind::Result, F, 0, {}, {}}), true);
        break;
      case EventKind::Swap:
        if (HoldsValue(E->value()) && E->place()) {
          NodeId Here = make(keyOf(F, *E->place()));
          NodeId There = make(keyOf(F, *E->value()->place()));
          if (Here != There) {
            Holders[Here].To.push_back({There, NoFunction, nullptr, true});
            Holders[There].To.push_back({Here, NoFunction, nullptr, true});
          }
        }
        break;
      case EventKind::Construct:
      case EventKind::Copy:
      case EventKind::Move:
      case EventKind::Assign:
        if (HoldsValue(E->value()) && E->place()) {
          Key To = keyOf(F, *E->place());
          flow(F, E->value(), make(To), To.What != Kind::Local);
        }
        [[fallthrough]];
      case EventKind::Call:
        if (E->kind() == EventKind::Call || E->kind() == EventKind::Construct)
          call(F, Call++, Classify, Tasks);
        break;
      default:
        break;
      }
    }
}

void CoroutineFlow::call(FunctionId F, std::size_t Call, Classifier &Classify,
                         const std::vector<bool> &Tasks) {
  const CallEvent &Site = P.callEvent(Call);
  const facts::Event &E = *Site.Event;
  const ProgramSymbol &To = P.symbol(Site.Callee);
  std::uint32_t Unit = P.function(F).Unit;
  // Most have nothing to do with coroutines. Those are objects: MayPass.
  constexpr std::uint64_t Concerns =
      Callee::MakesTask | Callee::Resumes | callsEffect(Effect::ConsumesTask);
  if (!Site.is(CallEvent::MayPass) && (To.Bits & Concerns) == 0 &&
      !holds(Unit, E.type()) &&
      !(E.receiver() && holds(Unit, typeOf(*E.receiver()))))
    return;
  if (!Site.is(CallEvent::Constructs) && To.Body != NoFunction &&
      Tasks[To.Body]) {
    NodeId Result = make(resultOf(F, E));
    MadeOf[To.Body].push_back({F, &E, Result});
    Holders[Result].Coroutines.push_back(To.Body);
    Holders[Result].Foreign = Site.is(CallEvent::Virtual);
    const facts::Promise *Promise =
        P.type(P.function(To.Body).Unit,
               P.function(To.Body).Fact->coroutine_type())
            ->promise();
    if (Promise && Promise->start() == facts::PromiseStart::Eager)
      Holders[Result].Uses.push_back({Way::Resumed, F, &E});
  }
  if (CallableFlow::resumes(P, F, E)) {
    use(F, E.receiver(), Way::Resumed, E);
    return;
  }
  if (E.implicit() == facts::ImplicitKind::Await ||
      E.implicit() == facts::ImplicitKind::Destructor)
    return;
  if (knownCall(F, Site.Block, E, Classify))
    return;
  std::vector<FunctionId> Bodies;
  if (!Site.is(CallEvent::Virtual) && To.Body != NoFunction)
    Bodies.push_back(To.Body);
  else
    for (const CallEdge &Edge : Calls.edges(Call))
      Bodies.push_back(Edge.Target);
  for (FunctionId Body : Bodies)
    programCall(F, E, Body);
  if (Bodies.empty() ||
      !(Site.is(CallEvent::Virtual | CallEvent::ThroughPointer) ||
        To.Body != NoFunction))
    libraryCall(F, E);
  if (Site.is(CallEvent::Virtual | CallEvent::ThroughPointer) &&
      holds(Unit, E.type()))
    Holders[make(resultOf(F, E))].Foreign = true;
}

// What the catalogue says of E; false: that nothing is known.
bool CoroutineFlow::knownCall(FunctionId F, std::uint32_t Block,
                              const facts::Event &E, Classifier &Classify) {
  std::uint32_t Unit = P.function(F).Unit;
  bool Holds = E.receiver() && holds(Unit, typeOf(*E.receiver())), Runs = false;
  for (const facts::Value *Arg : each(E.args())) {
    Holds |= holds(Unit, typeOf(*Arg));
    Runs |= Arg->kind() == ValueKind::Callable;
  }
  if (!Holds && !Runs)
    return false;
  bool Away = false, Waits = false, Known = false;
  for (const Applied &A : Classify.classify(Block, E)) {
    const bool Takes = A.does(Effect::ConsumesTask);
    Away |= runsElsewhere(A) || (A.does(Effect::RunsCallable) &&
                                 runsOnPool(Calls.callables(), F, E));
    Waits |= Takes && A.does(Effect::Blocks);
    Known |= Takes || A.does(Effect::RunsCallable) ||
             A.does(Effect::SwitchesExecutor) || A.does(Effect::CreatesTask);
  }
  const Way How = Away ? Way::Elsewhere : Waits ? Way::WaitedFor : Way::Unknown;
  for (const facts::Value *Arg : each(E.args()))
    if (Arg->kind() == ValueKind::Callable) {
      if (FunctionId Body = callableBody(P, Unit, Arg); Body != NoFunction)
        UsesOf[Body].push_back({How, F, &E});
    } else if (Known && holds(Unit, typeOf(*Arg))) {
      use(F, Arg, How, E);
    }
  if (Known && E.receiver() && isTask(Unit, typeOf(*E.receiver())))
    use(F, E.receiver(), How, E);
  return Known;
}

void CoroutineFlow::programCall(FunctionId F, const facts::Event &E,
                                FunctionId Body) {
  std::uint32_t Unit = P.function(F).Unit;
  auto Args = each(E.args());
  for (std::uint32_t I = 0; I < Args.size(); ++I)
    if (Args[I]->place() && holds(Unit, typeOf(*Args[I])))
      flow(F, Args[I], make(local(Body, PlaceRoot::Param, I)), false, &E);
  if (E.receiver() && E.receiver()->place() &&
      isTask(Unit, typeOf(*E.receiver())))
    flow(F, E.receiver(), make({Kind::This, Body, 0, {}, {}}), false, &E);
  if (E.kind() == EventKind::Call && holds(Unit, E.type()) &&
      !P.isCoroutine(Body)) {
    NodeId Result = make(resultOf(F, E));
    Holders[make({Kind::Result, Body, 0, {}, {}})].To.push_back(
        {Result, NoFunction, nullptr, true});
  }
}

// A function without a body may keep what it gets and give back what it keeps.
void CoroutineFlow::libraryCall(FunctionId F, const facts::Event &E) {
  std::uint32_t Unit = P.function(F).Unit;
  const facts::Value *Receiver = E.receiver();
  const bool InReceiver =
      Receiver && Receiver->place() && holds(Unit, typeOf(*Receiver));
  const bool InResult = E.kind() == EventKind::Call && holds(Unit, E.type());
  auto Keep = [&](const facts::Value *V, const facts::Place &Place) {
    Key To = keyOf(F, Place);
    flow(F, V, make(To), To.What != Kind::Local);
  };
  auto Args = each(E.args());
  SymbolId Callee = P.resolve(Unit, E.symbol());
  auto TakesConst = [&](std::uint32_t I) {
    if (Callee == 0)
      return false;
    auto Params = each(P.symbol(Callee).Fact->params());
    return I < Params.size() &&
           Params[I]->pass() == facts::PassMode::ConstReference;
  };
  for (std::uint32_t I = 0; I < Args.size(); ++I) {
    if (!Args[I]->place() || !holds(Unit, typeOf(*Args[I])))
      continue;
    if (InReceiver)
      Keep(Args[I], *Receiver->place());
    if (E.kind() == EventKind::Construct && E.place())
      Keep(Args[I], *E.place());
    else if (InResult)
      flow(F, Args[I], make(resultOf(F, E)), false);
    else if (!InReceiver && !TakesConst(I))
      use(F, Args[I], Way::Unknown, E);
  }
  const facts::Type *Type = P.type(Unit, E.type());
  if (InReceiver && InResult)
    flow(F, Receiver, make(resultOf(F, E)), false);
  else if (InReceiver && P.typeName(Unit, Type->pointee()) == "void")
    use(F, Receiver, Way::Unknown, E); // its address, as a plain pointer
  else if (InResult && Type->promise())
    Holders[make(resultOf(F, E))].Foreign = true;
}

// Which coroutines each holder may hold.
void CoroutineFlow::propagate() {
  std::vector<NodeId> Pending;
  for (NodeId N = 0; N < Holders.size(); ++N)
    if (!Holders[N].Coroutines.empty() || Holders[N].Foreign)
      Pending.push_back(N);
  while (!Pending.empty()) {
    const Holder &From = Holders[Pending.back()];
    Pending.pop_back();
    for (const Edge &E : From.To) {
      Holder &To = Holders[E.To];
      const std::size_t Before = To.Coroutines.size();
      const bool WasForeign = To.Foreign;
      To.Coroutines.insert(To.Coroutines.end(), From.Coroutines.begin(),
                           From.Coroutines.end());
      sortUnique(To.Coroutines);
      To.Foreign |= From.Foreign;
      if (To.Coroutines.size() > MaxCoroutines) {
        To.Coroutines.resize(MaxCoroutines);
        To.Foreign = true;
      }
      if (To.Coroutines.size() != Before || To.Foreign != WasForeign)
        Pending.push_back(E.To);
    }
  }
}

} // namespace gridlock
