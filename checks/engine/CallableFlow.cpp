// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/CallableFlow.h"

#include "checks/engine/Adjacency.h"
#include "checks/engine/Classify.h"
#include "checks/engine/PlaceFields.h"

#include <algorithm>
#include <functional>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;
using facts::TypeKind;
using facts::ValueKind;

std::size_t CallableFlow::KeyHash::operator()(const Key &K) const {
  std::hash<std::string_view> Text;
  std::size_t Hash = Text(K.Name) * 31 + Text(K.Owner);
  return (Hash * 31 + K.Function) * 0x9e3779b97f4a7c15u + K.Id * 8 +
         static_cast<std::size_t>(K.What);
}

CallableFlow::CallableFlow(const Program &P)
    : P(P), Types(P.callableTypes()), Called(P.functions().size(), false) {
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    if (hasFlag(P.functions()[F].Flags, facts::FunctionFlag::Constructor)) {
      std::string_view Name = P.qualifiedName(P.functions()[F].Symbol);
      Constructors[Name.substr(0, Name.rfind("::"))].push_back(F);
    }
  for (FunctionId F = 0; F < P.functions().size(); ++F) {
    noteCalled(F);
    scan(F);
  }
  propagate();
  findForeign();
  findResumers();
}

CallableFlow::NodeId CallableFlow::find(const Key &K) const {
  auto It = Ids.find(K);
  return It == Ids.end() ? NoNode : It->second;
}

CallableFlow::NodeId CallableFlow::make(const Key &K) {
  auto [It, New] = Ids.try_emplace(K, static_cast<NodeId>(Nodes.size()));
  if (New)
    Nodes.push_back({K.What,
                     K.Function,
                     static_cast<std::uint32_t>(K.Id),
                     {},
                     {},
                     {},
                     {},
                     {},
                     {},
                     {}});
  return It->second;
}

bool CallableFlow::holds(FunctionId F, const facts::Value &V) const {
  for (const facts::Value *Choice : each(V.choices()))
    if (holds(F, *Choice))
      return true;
  return V.kind() == ValueKind::Callable ||
         ((V.kind() == ValueKind::Place || V.kind() == ValueKind::AddressOf) &&
          V.place() && holds(P.function(F).Unit, typeOf(V)));
}

bool CallableFlow::holdsPlace(FunctionId F, const facts::Place &Place) const {
  auto Steps = each(Place.path());
  return holds(P.function(F).Unit,
               Steps.empty() ? Place.type() : Steps[Steps.size() - 1]->type());
}

std::uint8_t CallableFlow::executorType(FunctionId F,
                                        const facts::Value &V) const {
  return V.place() && V.kind() != ValueKind::Callable
             ? Types.executor(P.function(F).Unit, typeOf(V))
             : 0;
}

// The last field counts, whatever object it is in; members of library classes
// (`second` of a pair) are part of what they are in.
CallableFlow::Key CallableFlow::keyOf(FunctionId F,
                                      const facts::Place &Place) const {
  const std::uint32_t Unit = P.function(F).Unit;
  if (auto Field = lastField(P, Unit, Place, [](auto) { return false; })) {
    // Instances of a class template are told apart.
    const facts::Type *Object = P.type(Unit, Field->Object);
    if (P.text(Unit, Object->name()) == Field->Owner &&
        !each(Object->args()).empty())
      Field->Owner = P.text(Unit, Object->display());
    return {Kind::Field, NoFunction, 0, Field->Owner, Field->Name};
  }
  switch (Place.root()) {
  case PlaceRoot::Param:
    return parameter(F, Place.id());
  case PlaceRoot::Capture:
    return {Kind::Capture, F, Place.id(), {}, {}};
  case PlaceRoot::Global:
  case PlaceRoot::ThreadLocal:
    return {Kind::Global, NoFunction, 0, {}, P.text(Unit, Place.name())};
  default:
    return inner(F, Place.root(), Place.id());
  }
}

// The body of a named callable; of a pointer to a virtual method, those of all
// that override it.
std::vector<FunctionId> CallableFlow::bodiesOf(SymbolId S) const {
  std::vector<FunctionId> Bodies;
  if (S == 0)
    return Bodies;
  if (FunctionId Body = P.symbol(S).Body; Body != NoFunction)
    Bodies.push_back(Body);
  if (hasFlag(P.symbol(S).Flags, facts::SymbolFlag::Virtual)) {
    const std::vector<FunctionId> &Others = P.overridingBodies(S);
    Bodies.insert(Bodies.end(), Others.begin(), Others.end());
  }
  return Bodies;
}

// Call operators of the object's own class, if they are the program's.
std::vector<FunctionId> CallableFlow::byType(FunctionId F,
                                             const facts::Value &V) const {
  std::vector<FunctionId> Result;
  std::uint32_t Unit = P.function(F).Unit;
  std::uint32_t Type = P.withoutReference(Unit, typeOf(V));
  for (std::uint32_t Method : each(P.type(Unit, Type)->methods())) {
    SymbolId S = P.resolve(Unit, Method);
    FunctionId Body = P.symbol(S).Body;
    if (Body != NoFunction && !P.isSystem(Body) &&
        P.qualifiedName(S).ends_with("::operator()"))
      Result.push_back(Body);
  }
  return Result;
}

bool CallableFlow::callsThrough(const Program &P, FunctionId F,
                                const facts::Event &E) {
  if (E.kind() != EventKind::Call || !E.receiver())
    return false;
  if (E.dispatch() == facts::Dispatch::Indirect)
    return true;
  SymbolId S = P.resolve(P.function(F).Unit, E.symbol());
  return (P.symbol(S).Bits & Callee::CallsHeld) != 0;
}

bool CallableFlow::resumes(const Program &P, FunctionId F,
                           const facts::Event &E) {
  SymbolId S = P.resolve(P.function(F).Unit, E.symbol());
  return E.receiver() && (P.symbol(S).Bits & Callee::Resumes) != 0;
}

// --- Collecting flows -------------------------------------------------------

void CallableFlow::edge(NodeId From, NodeId To) {
  if (From == To)
    return;
  std::uint64_t Id = std::uint64_t(From) << 32 | To;
  if (!AreWeak)
    Weak.erase(Id);
  else if (const auto &Known = Nodes[From].To;
           std::find(Known.begin(), Known.end(), To) == Known.end())
    Weak.insert(Id);
  if (Changed && !Late.insert(Id).second)
    return;
  Nodes[From].To.push_back(To);
  Nodes[To].From.push_back(From);
  if (Changed)
    for (FunctionId Target : std::vector<FunctionId>(Nodes[From].Targets))
      add(To, Target, !isWeak(From, To) && isSure(From, Target), *Changed);
}

void CallableFlow::flow(NodeId To, FunctionId F, const facts::Value *V) {
  if (!V)
    return;
  for (const facts::Value *Choice : each(V->choices()))
    flow(To, F, Choice);
  if (std::uint8_t Kind = executorType(F, *V)) {
    Nodes[To].Executors |= Kind;
    return;
  }
  if (!holds(F, *V))
    return;
  std::vector<FunctionId> Bodies =
      V->kind() == ValueKind::Callable
          ? bodiesOf(P.resolve(P.function(F).Unit, V->symbol()))
          : byType(F, *V);
  if (!Bodies.empty()) {
    for (FunctionId Body : Bodies) {
      Nodes[To].Own.push_back(Body);
      if (AreWeak)
        Nodes[To].Unsure.push_back(Body);
      if (Changed)
        add(To, Body, !AreWeak, *Changed);
    }
  } else if (V->place()) {
    edge(make(keyOf(F, *V->place())), To);
  }
}

// What a lambda captures and what std::bind binds.
void CallableFlow::bind(FunctionId F, const facts::Value &V) {
  for (const facts::Value *Choice : each(V.choices()))
    bind(F, *Choice);
  auto Captures = each(V.captures());
  if (V.kind() != ValueKind::Callable || Captures.empty())
    return;
  SymbolId S = P.resolve(P.function(F).Unit, V.symbol());
  FunctionId Body = S == 0 ? NoFunction : P.symbol(S).Body;
  for (std::uint32_t I = 0; I < Captures.size(); ++I) {
    const facts::Value *Captured = Captures[I]->value();
    if (!Captured)
      continue;
    bind(F, *Captured);
    if (Body == NoFunction || !holds(F, *Captured))
      continue;
    const facts::Function *Fn = P.function(Body).Fact;
    bool IsLambda = hasFlag(Fn->flags(), facts::FunctionFlag::Lambda);
    bool HasReceiver =
        hasFlag(Fn->flags(), facts::FunctionFlag::Method) &&
        !hasFlag(P.symbol(S).Fact->flags(), facts::SymbolFlag::StaticMember);
    if (IsLambda)
      flow(make({Kind::Capture, Body, I, {}, {}}), F, Captured);
    else if (!HasReceiver || I > 0)
      flow(make(parameter(Body, I - (HasReceiver ? 1 : 0))), F, Captured);
  }
}

// Arguments to the parameters of a body, and back where they are references.
void CallableFlow::pass(FunctionId F, const facts::Event &E, FunctionId Body) {
  auto Args = each(E.args());
  auto Params = each(P.symbol(P.function(Body).Symbol).Fact->params());
  Called[Body] = true;
  for (std::uint32_t I = 0; I < Args.size(); ++I) {
    if (!holds(F, *Args[I]) &&
        !(I < Params.size() && executorType(F, *Args[I]) != 0 &&
          holds(P.function(Body).Unit, Params[I]->type())))
      continue;
    NodeId Param = make(parameter(Body, I));
    flow(Param, F, Args[I]);
    if (I < Params.size() && Params[I]->pass() == facts::PassMode::Reference &&
        Args[I]->place())
      edge(Param, make(keyOf(F, *Args[I]->place())));
  }
}

void CallableFlow::programCall(FunctionId F, const facts::Event &E,
                               const std::vector<FunctionId> &Bodies) {
  std::uint32_t Unit = P.function(F).Unit;
  bool Result = E.kind() == EventKind::Call && holds(Unit, E.type());
  for (FunctionId To : Bodies) {
    AreWeak = Bodies.size() > 1;
    pass(F, E, To);
    AreWeak = false;
    if (!Result)
      continue;
    NodeId Here = make(inner(F, PlaceRoot::CallResult, E.id()));
    NodeId Returned = make({Kind::Return, To, 0, {}, {}});
    edge(Returned, Here);
    if (P.type(Unit, E.type())->kind() == TypeKind::LvalueReference)
      edge(Here, Returned);
  }
}

// What was made for a braced list goes into what is made of the list.
void CallableFlow::list(FunctionId F, const facts::Event &E) {
  auto IsList = [](const facts::Value *V) {
    return V && V->kind() == ValueKind::Unknown &&
           V->reason() == facts::UnknownReason::InitList;
  };
  bool Takes = E.kind() == EventKind::Assign && IsList(E.value());
  for (const facts::Value *Arg : each(E.args()))
    Takes |= IsList(Arg);
  const facts::Place *Into = E.place();
  if (E.kind() == EventKind::Call && E.receiver())
    Into = E.receiver()->place();
  if (Takes && Into && holdsPlace(F, *Into)) {
    NodeId Holder = make(keyOf(F, *Into));
    for (const facts::Value *V : Listed)
      flow(Holder, F, V);
    Listed.clear();
  } else if (E.kind() == EventKind::Construct &&
             (!E.place() || E.place()->root() == PlaceRoot::Temporary)) {
    for (const facts::Value *Arg : each(E.args()))
      if (holds(F, *Arg))
        Listed.push_back(Arg);
  }
}

void CallableFlow::call(FunctionId F, const facts::Event &E) {
  SymbolId Callee = P.resolve(P.function(F).Unit, E.symbol());
  if (callsThrough(P, F, E)) {
    if ((P.symbol(Callee).Bits & Callee::KnownEntry) != 0)
      passUserData(F, E); // std::ranges::for_each is an object
    if (E.receiver()->place() && holds(F, *E.receiver()))
      Nodes[make(keyOf(F, *E.receiver()->place()))].CalledAt.emplace_back(F,
                                                                          &E);
    return;
  }
  if (Callee == 0)
    return;
  if (resumes(P, F, E))
    Resumes.emplace_back(F, &E);
  if (each(E.args()).empty() && !holds(P.function(F).Unit, E.type()))
    return;
  std::vector<FunctionId> Bodies;
  if (E.dispatch() == facts::Dispatch::Virtual)
    Bodies = bodiesOf(Callee);
  else if (P.symbol(Callee).Body != NoFunction)
    Bodies.push_back(P.symbol(Callee).Body);
  if (Bodies.empty()) {
    libraryCall(F, E, Callee);
    passUserData(F, E);
  } else {
    programCall(F, E, Bodies);
  }
}

// What F calls with arguments, whatever they are.
void CallableFlow::noteCalled(FunctionId F) {
  for (const CallEvent &C : P.callEvents(F)) {
    if (!C.is(CallEvent::Arguments) || C.is(CallEvent::ThroughPointer))
      continue;
    const ProgramSymbol &To = P.symbol(C.Callee);
    if (C.is(CallEvent::Virtual))
      for (FunctionId Body : P.overridingBodies(C.Callee))
        Called[Body] = true;
    if (To.Body != NoFunction)
      Called[To.Body] = true;
    else if ((To.Bits & Callee::MakesInPlace) != 0)
      for (FunctionId Constructor : constructors(F, *C.Event))
        Called[Constructor] = true;
  }
}

void CallableFlow::scan(FunctionId F) {
  const ProgramFunction &Fn = P.function(F);
  Listed.clear();
  if (P.qualifiedName(Fn.Symbol).ends_with("::await_suspend"))
    Nodes[make(parameter(F, 0))].Own.push_back(F);
  if (!P.has(F, Has::Callable | Has::HoldsCallable) &&
      !P.calls(F, Callee::Resumes))
    return;
  for (const facts::Block *B : each(Fn.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      list(F, *E);
      for (const facts::Value *Arg : each(E->args()))
        bind(F, *Arg);
      if (E->value())
        bind(F, *E->value());
      switch (E->kind()) {
      case EventKind::Construct:
      case EventKind::Copy:
      case EventKind::Move:
      case EventKind::Assign:
        if (E->value() && E->place() &&
            (holds(F, *E->value()) ||
             (executorType(F, *E->value()) != 0 && holdsPlace(F, *E->place()))))
          flow(make(keyOf(F, *E->place())), F, E->value());
        else if (E->value() && E->place() && holdsPlace(F, *E->place()) &&
                 isUserData(F, *E->value()))
          edge(make(keyOf(F, *E->value()->place())),
               make(keyOf(F, *E->place())));
        if (E->kind() == EventKind::Construct)
          call(F, *E);
        break;
      case EventKind::Swap:
        if (E->value() && E->place() && E->value()->place() &&
            holds(F, *E->value())) {
          NodeId A = make(keyOf(F, *E->place()));
          NodeId B2 = make(keyOf(F, *E->value()->place()));
          edge(A, B2);
          edge(B2, A);
        }
        break;
      case EventKind::Return:
        if (E->value() &&
            (holds(F, *E->value()) || executorType(F, *E->value()) != 0)) {
          NodeId Returned = make({Kind::Return, F, 0, {}, {}});
          flow(Returned, F, E->value());
          std::uint32_t Type = P.symbol(Fn.Symbol).Fact->result_type();
          if (E->value()->place() &&
              P.type(P.symbol(Fn.Symbol).Unit, Type)->kind() ==
                  TypeKind::LvalueReference)
            edge(Returned, make(keyOf(F, *E->value()->place())));
        }
        break;
      case EventKind::Call:
        call(F, *E);
        break;
      default:
        break;
      }
    }
}

} // namespace gridlock
