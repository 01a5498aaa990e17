// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/StartPhases.h"

#include "checks/engine/BlockLoops.h"
#include "checks/engine/Dataflow.h"
#include "checks/locks/LockPaths.h"

#include <algorithm>

namespace gridlock {

using facts::EventKind;
using facts::FunctionFlag;

ThreadCalls::ThreadCalls(const LockModel &Model)
    : Model(Model), P(Model.program()), Callers(Model.callers()),
      Main(P.functions().size(), false), Public(Main.size(), true),
      Handed(Main.size(), false) {
  const std::vector<ThreadStart> &Starts = Model.threads().all();
  Sites StartsAt;
  for (std::uint32_t I = 0; I < Starts.size(); ++I) {
    StartsOf[Starts[I].Body].push_back(I);
    StartsAt[Starts[I].Site].push_back(Starts[I].Body);
    Public[Starts[I].Body] = false;
  }
  enum : std::uint8_t { Asked = 1, IsDetach = 2, IsJoinable = 4 };
  std::vector<std::uint8_t> Known(P.symbolCount(), 0);
  auto Method = [&](SymbolId S) {
    if (Known[S] == 0) {
      std::string_view Name = lastComponent(P.qualifiedName(S));
      Known[S] = Asked | (Name.ends_with("detach") ? IsDetach : 0) |
                 (Name == "joinable" ? IsJoinable : 0);
    }
    return Known[S];
  };
  bool Detaches = false;
  std::vector<std::pair<FunctionId, const facts::Event *>> Asks;
  for (FunctionId F = 0; F < Main.size(); ++F) {
    const FunctionFlag Flags = P.function(F).Flags;
    Main[F] = hasFlag(Flags, FunctionFlag::Main) ||
              hasFlag(Flags, FunctionFlag::StaticInit);
    if (hasFlag(Flags, FunctionFlag::Coroutine))
      Handed[F] = true;
    if (!Callers[F].empty())
      Public[F] = false;
    if (P.has(F, Has::Callable))
      findHanded(F, StartsAt);
    const bool Waits = Model.threads().hasWaits(F);
    for (const CallEvent &C : P.callEvents(F)) {
      const std::uint8_t Is = Method(C.Callee);
      if ((Is == Asked && !Waits) || C.is(CallEvent::Constructs))
        continue;
      if (Waits)
        for (const ThreadStart *T : Model.threads().waitedFor(F, *C.Event))
          WaitsFor[static_cast<std::uint32_t>(T - Starts.data())].push_back(
              {F, C.Event, false});
      Detaches |= (Is & IsDetach) != 0;
      if ((Is & IsJoinable) && C.Event->receiver())
        Asks.push_back({F, C.Event});
    }
  }
  for (auto [F, E] : Asks)
    if (!Detaches)
      for (const ThreadStart *T : Model.threads().startsOf(F, E->receiver()))
        WaitsFor[static_cast<std::uint32_t>(T - Starts.data())].push_back(
            {F, E, true});
}

// Callables that F hands on, other than to what starts a thread or runs them at
// once.
void ThreadCalls::findHanded(FunctionId F, const Sites &StartsAt) {
  const ProgramFunction &Fn = P.function(F);
  std::vector<CallEdge> Targets;
  auto Hand = [&](const facts::Event &E, const facts::Value *V) {
    const FunctionId Body = callableBody(P, Fn.Unit, V);
    if (Body == NoFunction)
      return;
    auto It = StartsAt.find(&E);
    bool Starts = It != StartsAt.end() &&
                  std::find(It->second.begin(), It->second.end(), Body) !=
                      It->second.end();
    Targets.clear();
    if (E.kind() == EventKind::Call || E.kind() == EventKind::Construct)
      Model.calls().follow(F, E, Targets);
    bool RunsHere =
        std::any_of(Targets.begin(), Targets.end(),
                    [&](const CallEdge &Edge) { return Edge.Target == Body; });
    if (!Starts && !RunsHere)
      Handed[Body] = true;
  };
  for (const facts::Block *B : each(Fn.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      Hand(*E, E->value());
      for (const facts::Value *Arg : each(E->args()))
        Hand(*E, Arg);
    }
}

bool StartPhases::State::join(const State &Other) {
  State Both{std::max(Runs, Other.Runs), std::max(Floor, Other.Floor)};
  bool Changed = Both.Runs != Runs || Both.Floor != Floor;
  *this = Both;
  return Changed;
}

StartPhases::StartPhases(const ThreadCalls &Calls, std::uint32_t Start)
    : C(Calls), P(Calls.P), T(Calls.Model.threads().all()[Start]),
      Start(Start) {
  findStarting();
  findTouching();
  compute(false);
  // Where several such threads can run, one wait is for one of them.
  if (!Unknown && before(T.Starter, *T.Site) == Beside::Possible)
    compute(true);
}

// What starts the thread at any depth, also by way of other threads.
void StartPhases::findStarting() {
  std::vector<FunctionId> Pending;
  auto Add = [&](FunctionId F) {
    if (Starting.insert(F).second)
      Pending.push_back(F);
  };
  const std::vector<ThreadStart> &All = C.Model.threads().all();
  StartSites.insert(T.Site);
  Add(T.Starter);
  while (!Pending.empty()) {
    FunctionId F = Pending.back();
    Pending.pop_back();
    for (FunctionId Caller : C.Callers[F])
      Add(Caller);
    if (auto It = C.StartsOf.find(F); It != C.StartsOf.end())
      for (std::uint32_t I : It->second) {
        StartSites.insert(All[I].Site);
        Add(All[I].Starter);
      }
  }
}

void StartPhases::findTouching() {
  constexpr std::size_t MaxTouching = 5000;
  Touching = Starting;
  std::vector<FunctionId> Pending;
  if (auto It = C.WaitsFor.find(Start); It != C.WaitsFor.end())
    for (const ThreadCalls::Wait &W : It->second)
      if (Touching.insert(W.Function).second)
        Pending.push_back(W.Function);
  while (!Pending.empty() && Touching.size() <= MaxTouching) {
    FunctionId F = Pending.back();
    Pending.pop_back();
    for (FunctionId Caller : C.Callers[F])
      if (Touching.insert(Caller).second)
        Pending.push_back(Caller);
  }
  Unknown = Touching.size() > MaxTouching;
  if (!Unknown)
    for (FunctionId F : Touching)
      C.Model.calls().eachEdge(
          F, [&](const facts::Event &Site, const CallEdge &Edge) {
            CallsAt[&Site].push_back(Edge.Target);
          });
}

// A wait in a loop is for all threads when the loop is left, unless they are
// started in it.
void StartPhases::findJoins(FunctionId F,
                            const std::vector<ThreadCalls::Wait> &Waits,
                            bool OnlyLoops) {
  const facts::Function &Fact = *P.function(F).Fact;
  auto Blocks = each(Fact.blocks());
  auto Contains = [&](std::uint32_t B, const facts::Event *E) {
    auto Events = each(Blocks[B]->events());
    return std::find(Events.begin(), Events.end(), E) != Events.end();
  };
  for (const ThreadCalls::Wait &W : Waits) {
    if (W.Function != F)
      continue;
    std::uint32_t At = 0;
    while (At < Blocks.size() && !Contains(At, W.Site))
      ++At;
    if (At == Blocks.size())
      continue;
    if (W.Joinable) {
      for (const facts::Edge *E : each(Blocks[At]->edges())) {
        const facts::Predicate *Pred = E->predicate();
        AccessPath Asked = AccessPath::of(P.unit(P.function(F).Unit),
                                          Pred ? Pred->left() : nullptr);
        bool Not =
            Pred && (E->kind() == facts::EdgeKind::False) != Pred->negated();
        if (Pred && Pred->op() == facts::PredicateOp::Truth && Not &&
            Asked == AccessPath::ofResult(W.Site->id()) && !OnlyLoops &&
            !T.InContainer)
          OverOn.insert(E);
      }
      continue;
    }
    std::vector<std::uint32_t> Loop = loopOf(Fact, At);
    bool StartsInside =
        std::any_of(Loop.begin(), Loop.end(),
                    [&](std::uint32_t B) { return Contains(B, T.Site); });
    if (!OnlyLoops && !T.InContainer)
      Joins.insert(W.Site);
    if (Loop.empty() || StartsInside)
      continue;
    for (const facts::Edge *E : exitsOf(Fact, Loop))
      OverOn.insert(E);
  }
}

void StartPhases::compute(bool OnlyLoops) {
  Joins.clear();
  OverOn.clear();
  Summaries.clear();
  Entry.assign(C.functions(), std::nullopt);
  if (Unknown)
    return;
  if (auto It = C.WaitsFor.find(Start); It != C.WaitsFor.end()) {
    std::unordered_set<FunctionId> Done;
    for (const ThreadCalls::Wait &W : It->second)
      if (Done.insert(W.Function).second)
        findJoins(W.Function, It->second, OnlyLoops);
  }
  Unknown = !summarise();
  if (!Unknown)
    spread();
}

void StartPhases::step(const facts::Event &E, State &S) const {
  if (auto It = CallsAt.find(&E); It != CallsAt.end()) {
    bool Any = false, Starts = false, Keeps = false;
    for (FunctionId Callee : It->second) {
      auto Known = Summaries.find(Callee);
      Summary Of =
          Known == Summaries.end() ? Summary{false, true} : Known->second;
      Any = true;
      Starts |= Of.Starts;
      Keeps |= Of.Keeps;
    }
    if (Starts)
      S.Runs = Beside::Possible;
    else if (Any && !Keeps)
      S.Runs = S.Floor;
  }
  if (StartSites.contains(&E))
    S.Runs = Beside::Possible;
  else if (Joins.contains(&E))
    S.Runs = S.Floor;
}

std::vector<std::optional<StartPhases::State>>
StartPhases::solve(FunctionId F, State Entry) const {
  return solveForward(
      *P.function(F).Fact, Entry,
      [&](const facts::Event &E, State &S) { step(E, S); },
      [&](const facts::Edge &E, const facts::Block &, State &S) {
        if (OverOn.contains(&E))
          S.Runs = S.Floor;
        return true;
      });
}

// Whether the thread runs at the end of each function. Starts from "it does
// not".
bool StartPhases::summarise() {
  for (FunctionId F : Touching)
    Summaries[F] = {};
  constexpr int MaxRounds = 20;
  bool Changed = true;
  for (int Round = 0; Changed; ++Round) {
    if (Round == MaxRounds)
      return false;
    Changed = false;
    for (FunctionId F : Touching) {
      const facts::Function &Fact = *P.function(F).Fact;
      auto RunsAfter = [&](Beside Runs) {
        auto In = solve(F, {Runs, Beside::Never});
        return Fact.exit() < In.size() && In[Fact.exit()] &&
               In[Fact.exit()]->Runs != Beside::Never;
      };
      Summary Now{RunsAfter(Beside::Never), RunsAfter(Beside::Possible)};
      Summary &Of = Summaries[F];
      Changed |= Now.Starts != Of.Starts || Now.Keeps != Of.Keeps;
      Of = Now;
    }
  }
  return true;
}

// A function that starts a thread of which the end is waited for is rarely
// called a second time before that.
StartPhases::State StartPhases::entryFromOutside(FunctionId F) const {
  auto Waits = C.WaitsFor.find(Start);
  bool Orderly = C.Public[F] && !C.Handed[F] && Starting.contains(F) &&
                 !T.InContainer && Waits != C.WaitsFor.end() &&
                 std::any_of(Waits->second.begin(), Waits->second.end(),
                             [](const auto &W) { return !W.Joinable; });
  return {Orderly ? Beside::Unlikely : Beside::Possible, Beside::Unlikely};
}

void StartPhases::enter(FunctionId F, const State &S,
                        std::vector<FunctionId> &Pending) {
  bool Changed = !Entry[F];
  if (Changed)
    Entry[F] = S;
  else
    Changed = Entry[F]->join(S);
  if (Changed)
    Pending.push_back(F);
}

void StartPhases::spread() {
  std::vector<FunctionId> Pending;
  // Before main, or by somebody outside while main runs.
  bool StartsEarly =
      std::any_of(Starting.begin(), Starting.end(), [&](FunctionId F) {
        return hasFlag(P.function(F).Fact->flags(), FunctionFlag::StaticInit) ||
               (C.isOutside(F) && !C.isMain(F));
      });
  for (FunctionId F = 0; F < Entry.size(); ++F) {
    if (C.isMain(F))
      enter(F, {StartsEarly ? Beside::Possible : Beside::Never, Beside::Never},
            Pending);
    else if (C.isOutside(F))
      enter(F, entryFromOutside(F), Pending);
  }
  while (!Pending.empty()) {
    FunctionId F = Pending.back();
    Pending.pop_back();
    const State At = *Entry[F];
    if (!Touching.contains(F)) {
      for (FunctionId Callee : C.Model.callTargets()[F])
        enter(Callee, At, Pending);
      continue;
    }
    replay(*P.function(F).Fact, solve(F, At),
           [&](std::uint32_t, const facts::Event &E, State &S) {
             if (auto It = CallsAt.find(&E); It != CallsAt.end())
               for (FunctionId Callee : It->second)
                 enter(Callee, S, Pending);
             step(E, S);
           });
  }
}

std::optional<StartPhases::State>
StartPhases::stateAt(FunctionId F, State At, const facts::Event &Site) const {
  if (!Touching.contains(F))
    return At;
  std::optional<State> Found;
  replay(*P.function(F).Fact, solve(F, At),
         [&](std::uint32_t, const facts::Event &E, State &S) {
           if (&E == &Site)
             Found = S;
           step(E, S);
         });
  return Found;
}

Beside StartPhases::before(FunctionId F, const facts::Event &Site) const {
  if (Unknown || !Entry[F])
    return Beside::Possible;
  std::optional<State> S = stateAt(F, *Entry[F], Site);
  return S ? S->Runs : Beside::Possible;
}

Beside StartPhases::atEnd(ChainId Chain) const {
  const ChainLink *Link = &C.Model.chain(Chain);
  if (Unknown || !Entry[Link->Function])
    return Beside::Possible;
  std::optional<State> S = Entry[Link->Function];
  for (;; Link = &C.Model.chain(Link->Next)) {
    S = stateAt(Link->Function, *S, *Link->Site);
    if (!S)
      return Beside::Possible;
    if (Link->Next == 0)
      return S->Runs;
  }
}

} // namespace gridlock
