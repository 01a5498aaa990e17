// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Switches.h"

#include "checks/engine/Classify.h"

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
    It =
        In.Direct.empty() && In.Tasks.empty() ? Known.erase(It) : std::next(It);
  }
}

// Whether `collect` may find anything: by the calls alone.
bool Switches::maySwitch(FunctionId F) const {
  return P.calls(F,
                 callsEffect(Effect::SwitchesExecutor) | Callee::MakesTask) ||
         P.has(F, Has::AwaitSuspend);
}

Switches::Awaits Switches::collect(FunctionId F,
                                   const std::vector<bool> &Tasks) const {
  const ProgramFunction &Fn = P.function(F);
  Classifier Classify(P, F);
  bool ComesBack = transformsAwaits(P, F);
  Awaits Result;
  FunctionId AwaitSuspend = NoFunction; // of the suspension that comes
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
      if (!ComesBack && Callee != NoFunction && Tasks[Callee] &&
          E->dispatch() == facts::Dispatch::Static)
        Result.Tasks[E->id()] = Callee;
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
