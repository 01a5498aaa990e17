// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Switches.h"

#include "checks/engine/Classify.h"
#include "checks/engine/Executors.h"

#include <set>

namespace gridlock {

using facts::EventKind;
using rules::Effect;
using rules::Where;

namespace {

constexpr int MaxRounds = 16; // levels of coroutines that switch for another

bool transformsAwaits(const Program &P, FunctionId F) {
  const ProgramFunction &Fn = P.function(F);
  const facts::Promise *Promise =
      P.type(Fn.Unit, Fn.Fact->coroutine_type())->promise();
  return !Promise || Promise->has_await_transform();
}

// The task that E, a promise's await_transform, hands on as it is: the call
// that has made it.
std::optional<std::uint32_t> handedOn(const Program &P, FunctionId F,
                                      const facts::Event &E) {
  auto Args = each(E.args());
  if (E.implicit() != facts::ImplicitKind::Promise || Args.size() != 1 ||
      !Args[0]->place() ||
      Args[0]->place()->root() != facts::PlaceRoot::CallResult)
    return std::nullopt;
  const std::uint32_t Unit = P.function(F).Unit;
  return P.withoutReference(Unit, E.type()) ==
                 P.withoutReference(Unit, typeOf(*Args[0]))
             ? std::optional(Args[0]->place()->id())
             : std::nullopt;
}

// On which executor asynchronous operations of one coroutine complete, by the
// token that they are given.
class Completions {
public:
  Completions(const Program &P, const CallableFlow &Flow, FunctionId F)
      : P(P), Flow(Flow), F(F), Unit(P.function(F).Unit) {}

  /// What the events up to E say of the coroutine's own executor.
  void note(const facts::Event &E) {
    const FactsFile &File = P.unit(Unit);
    if (E.kind() == EventKind::Call &&
        E.implicit() == facts::ImplicitKind::Await)
      Own.insert(AccessPath::ofResult(E.id())); // co_await this_coro::executor
    else if (!Own.empty() && E.place() && E.value() &&
             Own.contains(AccessPath::of(File, E.value())))
      Own.insert(AccessPath::of(File, *E.place()));
  }

  enum Where { Untold, AsBefore, OwnExecutor, Loop, Away };
  Where of(const facts::Event &E) const {
    bool IsAwaitable = false;
    for (const facts::Value *V : each(E.args())) {
      const std::uint32_t Type = P.withoutReference(Unit, typeOf(*V));
      if (isExecutorBinder(P.typeName(Unit, Type)))
        return ofBound(*V);
      IsAwaitable |= mentionsToken(Type, 0);
    }
    return IsAwaitable ? OwnExecutor : Untold;
  }

private:
  bool mentionsToken(std::uint32_t Type, int Depth) const {
    constexpr int MaxWrappers = 4; // as_tuple(redirect_error(...))
    if (isAwaitableToken(P.typeName(Unit, Type)))
      return true;
    auto Args = each(P.type(Unit, Type)->args());
    return Depth < MaxWrappers && std::any_of(
                                      Args.begin(), Args.end(),
                                      [&](std::uint32_t Arg) {
                                        return mentionsToken(Arg, Depth + 1);
                                      });
  }

  Where ofBound(const facts::Value &Token) const {
    std::uint8_t Kinds = Flow.executors(F, Token);
    const facts::Value *Executor = executorOf(Token);
    if (Kinds == 0 && Executor)
      Kinds = Flow.executors(F, *Executor);
    if (Kinds != 0)
      return Kinds == CallableTypes::LoopExecutor ? Loop : Away;
    if (Executor && Own.contains(AccessPath::of(P.unit(Unit), Executor)))
      return OwnExecutor;
    // A strand is for order, and mostly of the loop that its user is on;
    // nobody binds another one to stay where he is.
    return Executor &&
                   P.typeName(Unit, P.withoutReference(Unit, typeOf(*Executor)))
                           .find("strand") != std::string_view::npos
               ? AsBefore
               : Away;
  }

  // What the call that has made TOKEN binds to it.
  const facts::Value *executorOf(const facts::Value &Token) const {
    if (Token.place() && Token.place()->root() == facts::PlaceRoot::CallResult)
      for (const CallEvent &Call : P.callEvents(F))
        if (Call.Event->id() == Token.place()->id())
          return argument(*Call.Event, 0);
    return nullptr;
  }

  const Program &P;
  const CallableFlow &Flow;
  FunctionId F;
  std::uint32_t Unit;
  std::set<AccessPath> Own;
};

} // namespace

Switches::Switches(const Program &P, const CallGraph &Calls,
                   const std::vector<bool> &Tasks)
    : P(P), Calls(Calls) {
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    if (P.isCoroutine(F) && maySwitch(F))
      if (Awaits In = collect(F, Tasks);
          !In.Direct.empty() || !In.Tasks.empty())
        Known.emplace(F, std::move(In));
  bool Changed = true;
  for (int Round = 0; Changed && Round < MaxRounds; ++Round) {
    Changed = false;
    for (const auto &[F, In] : Known) {
      std::uint8_t End = endOf(F),
                   &Last = Ends.try_emplace(F, Entered).first->second;
      Changed |= End != Last;
      Last = End;
    }
  }
  // Those that never switch are as other functions.
  for (auto It = Known.begin(); It != Known.end();) {
    Awaits &In = It->second;
    std::erase_if(In.Tasks, [&](const auto &Call) {
      auto End = Ends.find(Call.second);
      return End == Ends.end() || End->second == Entered;
    });
    const bool Leaves =
        !In.Tasks.empty() ||
        std::any_of(In.Direct.begin(), In.Direct.end(),
                    [](const auto &Await) { return Await.second != Entered; });
    It = Leaves ? std::next(It) : Known.erase(It);
  }
}

// Whether `collect` may find anything: by the calls alone.
bool Switches::maySwitch(FunctionId F) const {
  return P.calls(F, callsEffect(Effect::SwitchesExecutor) |
                        callsEffect(Effect::RunsCallable) |
                        Callee::MakesTask) ||
         P.has(F, Has::AwaitSuspend);
}

Switches::Awaits Switches::collect(FunctionId F,
                                   const std::vector<bool> &Tasks) const {
  const ProgramFunction &Fn = P.function(F);
  Classifier Classify(P, F);
  bool ComesBack = transformsAwaits(P, F);
  Awaits Result;
  Completions Completes(P, Calls.callables(), F);
  std::map<std::uint32_t, FunctionId> Made; // tasks, by call
  FunctionId AwaitSuspend = NoFunction;     // of the suspension that comes
  auto Blocks = each(Fn.Fact->blocks());
  for (std::uint32_t B = 0; B < Blocks.size(); ++B)
    for (const facts::Event *E : each(Blocks[B]->events())) {
      if (E->kind() == EventKind::Suspend) {
        std::uint8_t To = AwaitSuspend == NoFunction             ? 0
                          : Calls.resumesElsewhere(AwaitSuspend) ? Away
                          : Calls.resumesOnLoop(AwaitSuspend)    ? Loop
                                                                 : 0;
        if (To != 0)
          Result.Direct[E->id()] = To;
        AwaitSuspend = NoFunction;
        continue;
      }
      Completes.note(*E);
      if (E->kind() != EventKind::Call && E->kind() != EventKind::Construct)
        continue;
      if (E->implicit() == facts::ImplicitKind::Await &&
          (P.symbol(P.resolve(Fn.Unit, E->symbol())).Bits &
           Callee::AwaitSuspend) != 0)
        AwaitSuspend = P.symbol(P.resolve(Fn.Unit, E->symbol())).Body;
      for (const Applied &A : Classify.classify(B, *E))
        if (A.does(Effect::SwitchesExecutor) && A.Holds >= Verdict::Likely)
          Result.Direct[E->id()] =
              A.Entry->where() == Where::Loop || A.Entry->where() == Where::Now
                  ? Loop
                  : Away;
      FunctionId Callee = P.symbol(P.resolve(Fn.Unit, E->symbol())).Body;
      if (Callee != NoFunction && Tasks[Callee] &&
          E->dispatch() == facts::Dispatch::Static)
        (ComesBack ? Made : Result.Tasks)[E->id()] = Callee;
      else if (Callee == NoFunction)
        switch (Completes.of(*E)) {
        case Completions::Loop:
          Result.Direct[E->id()] = Loop;
          break;
        case Completions::Away:
          Result.Direct[E->id()] = Away;
          break;
        case Completions::OwnExecutor:
          Result.Direct[E->id()] = Entered;
          break;
        case Completions::AsBefore:
        case Completions::Untold:
          break;
        }
      if (std::optional<std::uint32_t> As = handedOn(P, F, *E))
        if (auto Task = Made.find(*As); Task != Made.end())
          Result.Tasks.insert(*Task);
    }
  return Result;
}

void Switches::transfer(const Awaits &In, const facts::Event &E,
                        State &At) const {
  if (E.kind() != EventKind::Suspend)
    return;
  if (auto To = In.Direct.find(E.id()); To != In.Direct.end()) {
    At.At = To->second;
    return;
  }
  if (!E.value() || !E.value()->place() ||
      E.value()->place()->root() != facts::PlaceRoot::CallResult)
    return;
  std::uint32_t Call = E.value()->place()->id();
  if (auto To = In.Direct.find(Call); To != In.Direct.end()) {
    At.At = To->second;
  } else if (auto Task = In.Tasks.find(Call); Task != In.Tasks.end()) {
    auto End = Ends.find(Task->second);
    std::uint8_t How = Entered;
    if (End != Ends.end())
      How = End->second;
    At.At = (How & Entered ? At.At : 0) | (How & (Loop | Away));
  }
}

// VISIT(block, event, state in front of it) for every event that is reached.
template <typename Visit>
void Switches::walk(FunctionId F, const Awaits &In, Visit Before) const {
  auto Transfer = [&](const facts::Event &E, State &At) {
    transfer(In, E, At);
  };
  const facts::Function &Fact = *P.function(F).Fact;
  replay(Fact, solveForward(Fact, State{Entered}, Transfer, everyEdge),
         [&](std::uint32_t B, const facts::Event &E, State &At) {
           Before(B, E, At);
           Transfer(E, At);
         });
}

// Where F is when it returns. After an exception its awaiter does not go on.
std::uint8_t Switches::endOf(FunctionId F) const {
  std::uint8_t Returned = 0, Ended = 0;
  const Awaits &In = Known.at(F);
  walk(F, In, [&](std::uint32_t, const facts::Event &E, State At) {
    if (E.kind() == EventKind::Return)
      Returned |= At.At;
    else if (E.kind() == EventKind::Suspend &&
             E.suspend() == facts::SuspendKind::Final)
      Ended |= At.At;
  });
  if (Returned == 0)
    Returned = Ended;
  return Returned != 0 ? Returned : std::uint8_t(Entered);
}

void Switches::visit(FunctionId F, const Visitor &Visit) const {
  const facts::Function &Fact = *P.function(F).Fact;
  auto In = Known.find(F);
  if (In == Known.end()) {
    for (std::uint32_t B : reachableBlocks(Fact))
      for (const facts::Event *E : each((*Fact.blocks())[B]->events()))
        Visit(B, *E, true);
    return;
  }
  walk(F, In->second, [&](std::uint32_t B, const facts::Event &E, State At) {
    Visit(B, E, (At.At & (Entered | Loop)) != 0);
  });
}

bool Switches::toLoop(FunctionId F) const {
  auto In = Known.find(F);
  if (In == Known.end())
    return false;
  for (auto [Call, To] : In->second.Direct)
    if (To & Loop)
      return true;
  for (auto [Call, Task] : In->second.Tasks)
    if (auto End = Ends.find(Task); End != Ends.end() && End->second & Loop)
      return true;
  return false;
}

bool Switches::leavesAt(FunctionId F, const facts::Event &E) const {
  auto In = Known.find(F);
  if (In == Known.end())
    return false;
  State At{Loop};
  transfer(In->second, E, At);
  return At.At == Away;
}

} // namespace gridlock
