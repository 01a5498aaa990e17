// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/threads/Phases.h"

#include "checks/engine/BlockLoops.h"
#include "checks/engine/Classify.h"
#include "checks/engine/Dataflow.h"
#include "checks/engine/QualifiedNames.h"
#include "checks/locks/LockPaths.h"

#include <algorithm>

namespace gridlock {

using facts::EventKind;
using facts::FunctionFlag;
using facts::ValueKind;

namespace {

std::string lowerLast(std::string_view Name) {
  return lowerCase(lastComponent(Name));
}

// Whether a word starts the name, ends it, or stands behind an underscore.
bool hasWord(std::string_view Name, std::string_view Word) {
  for (std::size_t At = Name.find(Word); At != std::string_view::npos;
       At = Name.find(Word, At + 1))
    if (At == 0 || At + Word.size() == Name.size() || Name[At - 1] == '_')
      return true;
  return false;
}

// ... in small letters.
bool isNameOfMaker(std::string_view Name) {
  for (std::string_view Word :
       {"init", "initialize", "initialise", "setup", "set_up", "destroy",
        "deinit", "teardown", "cleanup", "free", "finalize"})
    if (hasWord(Name, Word))
      return true;
  return false;
}

// Of what calls a function for each of its elements, rows or files.
bool isNamedForGoingThrough(std::string_view Qualified) {
  std::string Name = lowerLast(Qualified);
  for (std::string_view Word :
       {"each", "foreach", "walk", "visit", "iterate", "traverse", "enumerate",
        "scan", "exec", "query", "parse", "sort", "search", "filter", "apply"})
    if (hasWord(Name, Word))
      return true;
  return false;
}

bool isNamedForStarting(std::string_view Qualified) {
  std::string Name = lowerLast(Qualified);
  for (std::string_view Word : {"start", "open", "launch", "run", "begin",
                                "create", "main", "listen", "connect", "spawn"})
    if (Name.find(Word) != std::string::npos)
      return true;
  return isNameOfMaker(Name);
}

// What the thread that started others knows about them.
struct ThreadState {
  bool MayRun = false, Joined = false;
  bool join(const ThreadState &Other) {
    ThreadState Both{MayRun || Other.MayRun, Joined && Other.Joined};
    bool Changed = Both.MayRun != MayRun || Both.Joined != Joined;
    *this = Both;
    return Changed;
  }
};

} // namespace

bool Phases::isNamedForMaking(FunctionId F) const {
  if (Named[F] == 0)
    Named[F] =
        isNameOfMaker(lowerLast(P.qualifiedName(P.function(F).Symbol))) ? 2 : 1;
  return Named[F] == 2;
}

Phases::Phases(const LockModel &Model, const AccessScan &Scan)
    : P(Model.program()), Scan(Scan), Roots(P, Model.calls()),
      Named(P.functions().size(), 0) {
  findEntered();
  findJoins(Model.threads());
  findAlone();
  findAtStart();
  findMaking();
  findNew();
  spread();
}

// The events at which F starts threads, by itself or by what it calls.
Phases::EventSet Phases::startsIn(FunctionId F) const {
  EventSet Result;
  for (const facts::Block *B : each(P.function(F).Fact->blocks()))
    for (const facts::Event *E : each(B->events()))
      if (Roots.starts(*E))
        Result.insert(E);
  for (const SharedCall &C : Scan.callsOf(F))
    if (Starting[C.Callee])
      Result.insert(C.Site);
  return Result;
}

bool Phases::isMain(FunctionId F) const {
  return hasFlag(P.function(F).Flags, FunctionFlag::Main) ||
         hasFlag(P.function(F).Flags, FunctionFlag::StaticInit);
}

// The events of F that wait for threads, by themselves or by what they call. A
// method of another object waits for that one's only; `main` is alone after
// any.
Phases::EventSet Phases::joinsIn(FunctionId F) const {
  EventSet Result, Others;
  for (const SharedCall &C : Scan.callsOf(F)) {
    const bool IsMethod =
        hasFlag(P.function(C.Callee).Flags, FunctionFlag::Method);
    (JoinsAtEnd[C.Callee] && (!IsMethod || C.OnSelf || isMain(F)) ? Result
                                                                  : Others)
        .insert(C.Site);
  }
  for (const facts::Event *Other : Others) // of several overrides
    Result.erase(Other);
  for (const facts::Block *B : each(P.function(F).Fact->blocks()))
    for (const facts::Event *E : each(B->events()))
      if (joins(F, *E))
        Result.insert(E);
  return Result;
}

// The edges behind which threads are over: out of a loop in which threads are
// joined and none is started, and past a join that has nothing to wait for.
std::unordered_set<const facts::Edge *>
Phases::endsOfThreads(FunctionId F, const EventSet &Starts,
                      const EventSet &JoinsHere) const {
  std::unordered_set<const facts::Edge *> Result;
  const facts::Function &Fact = *P.function(F).Fact;
  auto Blocks = each(Fact.blocks());
  auto Any = [&](std::uint32_t B, const EventSet &Of) {
    auto Events = each(Blocks[B]->events());
    return std::any_of(Events.begin(), Events.end(),
                       [&](auto *E) { return Of.contains(E); });
  };
  std::vector<std::uint32_t> Joinable; // calls, by their event's id
  for (const CallEvent &C : P.callEvents(F))
    if (lastComponent(P.qualifiedName(C.Callee)) == "joinable")
      Joinable.push_back(C.Event->id());
  auto IsJoinable = [&](const facts::Predicate *Asked) {
    if (Joinable.empty() || !Asked)
      return false;
    const AccessPath Left =
        AccessPath::of(P.unit(P.function(F).Unit), Asked->left());
    return Left.Root == facts::PlaceRoot::CallResult &&
           std::find(Joinable.begin(), Joinable.end(), Left.Id) !=
               Joinable.end();
  };
  for (std::uint32_t B = 0; B < Blocks.size(); ++B) {
    for (const facts::Edge *E : each(Blocks[B]->edges()))
      if (IsJoinable(E->predicate()) &&
          (E->kind() == facts::EdgeKind::False) != E->predicate()->negated())
        Result.insert(E);
    if (!Any(B, JoinsHere))
      continue;
    std::vector<std::uint32_t> Loop = loopOf(Fact, B);
    if (std::none_of(Loop.begin(), Loop.end(),
                     [&](std::uint32_t In) { return Any(In, Starts); }))
      for (const facts::Edge *E : exitsOf(Fact, Loop))
        Result.insert(E);
  }
  return Result;
}

// Runs EACH(event, state before it) over F; true if threads are over where it
// returns.
template <typename Each> bool Phases::follow(FunctionId F, Each Run) const {
  const facts::Function &Fact = *P.function(F).Fact;
  const EventSet Starts = startsIn(F), JoinsHere = joinsIn(F);
  auto Step = [&](const facts::Event &E, ThreadState &S) {
    if (Starts.contains(&E))
      S = {true, false};
    else if (JoinsHere.contains(&E))
      S.Joined = true;
  };
  const auto Over = endsOfThreads(F, Starts, JoinsHere);
  auto Follow = [&](const facts::Edge &E, const facts::Block &,
                    ThreadState &S) {
    S.Joined |= Over.contains(&E);
    return E.to() != Fact.exit() || (E.kind() != facts::EdgeKind::Handler &&
                                     E.kind() != facts::EdgeKind::Unwind);
  };
  const auto In = solveForward(Fact, ThreadState(), Step, Follow);
  replay(Fact, In,
         [&](std::uint32_t, const facts::Event &E, ThreadState &State) {
           Run(E, State, Starts);
           Step(E, State);
         });
  return Fact.exit() < In.size() && In[Fact.exit()] && In[Fact.exit()]->Joined;
}

// Marks the events of F at which no thread runs beside.
void Phases::markAloneIn(FunctionId F, bool UntilStart, EventSet &Marked) {
  HasAlone[F] = true;
  follow(F, [&](const facts::Event &E, const ThreadState &State,
                const EventSet &Starts) {
    if ((UntilStart && !State.MayRun && !Starts.contains(&E)) || State.Joined)
      Marked.insert(&E);
  });
}

// The functions that start no thread and have waited for some when they return:
// who calls one has joined as well. Gives those that join at all, by calls of
// the former or themselves.
std::vector<bool> Phases::findJoining() {
  const std::size_t N = P.functions().size();
  JoinsAtEnd.assign(N, false);
  std::vector<bool> Joining(N, false);
  std::vector<FunctionId> Pending;
  for (FunctionId F = 0; F < N; ++F)
    for (const CallEvent &C : P.callEvents(F))
      if (!Joining[F] && joins(C)) {
        Joining[F] = true;
        Pending.push_back(F);
      }
  while (!Pending.empty()) {
    const FunctionId F = Pending.back();
    Pending.pop_back();
    if (JoinsAtEnd[F] || Starting[F] || isMain(F) ||
        !follow(F, [](const auto &...) {}))
      continue;
    JoinsAtEnd[F] = true;
    Scan.eachCallTo(F, [&](const SharedCall &C) {
      Joining[C.Caller] = true;
      Pending.push_back(C.Caller);
    });
  }
  return Joining;
}

// By std::call_once and its like: who else needs what it makes, waits for it.
bool Phases::runsOnce(const SharedCall &C) const {
  const SymbolId Named = P.resolve(P.function(C.Caller).Unit, C.Site->symbol());
  if (Named == 0 || P.symbol(Named).Body == C.Callee)
    return false;
  auto Entries = P.entries(Named);
  return std::any_of(Entries.begin(), Entries.end(),
                     [](const rules::Entry *Entry) {
                       return does(*Entry, rules::Effect::RunsCallable) &&
                              Entry->where() == rules::Where::Now;
                     }) &&
         hasWord(lowerLast(P.qualifiedName(Named)), "once");
}

void Phases::findAlone() {
  std::size_t N = P.functions().size();
  // What starts threads, at any depth.
  Starting.assign(N, false);
  std::vector<FunctionId> Pending;
  for (FunctionId F : Roots.starters()) {
    Starting[F] = true;
    Pending.push_back(F);
  }
  while (!Pending.empty()) {
    FunctionId F = Pending.back();
    Pending.pop_back();
    Scan.eachCallTo(F, [&](const SharedCall &C) {
      if (!Starting[C.Caller]) {
        Starting[C.Caller] = true;
        Pending.push_back(C.Caller);
      }
    });
  }
  const std::vector<bool> Joining = findJoining();
  HasAlone.assign(N, false);
  for (FunctionId F = 0; F < N; ++F) {
    bool Direct = Starting[F] &&
                  isNamedForStarting(P.qualifiedName(P.function(F).Symbol));
    if (isMain(F) || Direct || Joining[F])
      markAloneIn(F, isMain(F) || Direct, isMain(F) ? AloneAt : OwnAloneAt);
  }
  // Not alone: what is called from outside, and what is called where others
  // may run.
  Alone.assign(N, true);
  for (FunctionId F = 0; F < N; ++F)
    if (isMain(F) || Entered[F]) {
      Alone[F] = false;
      Pending.push_back(F);
    }
  while (!Pending.empty()) {
    FunctionId F = Pending.back();
    Pending.pop_back();
    for (const SharedCall &C : Scan.callsOf(F))
      if (Alone[C.Callee] && !runsOnce(C) &&
          !(HasAlone[F] && (AloneAt.contains(C.Site) ||
                            (C.OnSelf && OwnAloneAt.contains(C.Site))))) {
        Alone[C.Callee] = false;
        Pending.push_back(C.Callee);
      }
  }
}

void Phases::findAtStart() {
  std::unordered_set<FunctionId> Otherwise;
  for (const Handing &H : Handed) {
    const SymbolId Taker = P.resolve(P.function(H.By).Unit, H.Site->symbol());
    const bool IsNow = P.entries(Taker).empty() &&
                       isNamedForGoingThrough(P.qualifiedName(Taker)) &&
                       isAlone(H.By, *H.Site, true);
    (IsNow ? AtStart : Otherwise).insert(H.Body);
  }
  for (FunctionId F : Otherwise)
    AtStart.erase(F);
  for (const ThreadRoot &Root : Roots.all())
    AtStart.erase(Root.Function);
}

void Phases::findMaking() {
  std::size_t N = P.functions().size();
  Making.assign(N, true);
  auto Makes = [&](FunctionId F) {
    const ProgramFunction &Fn = P.function(F);
    return hasFlag(Fn.Flags, FunctionFlag::Constructor) ||
           hasFlag(Fn.Flags, FunctionFlag::Destructor) || isNamedForMaking(F);
  };
  std::vector<FunctionId> Pending;
  for (FunctionId F = 0; F < N; ++F)
    if (Entered[F] && !Makes(F)) {
      Making[F] = false;
      Pending.push_back(F);
    }
  auto Spoil = [&](const SharedCall &C, bool Fine) {
    if (Fine || !Making[C.Callee] || Makes(C.Callee))
      return;
    Making[C.Callee] = false;
    Pending.push_back(C.Callee);
  };
  for (const SharedCall &C : Scan.calls())
    Spoil(C, (C.Fresh & FreshThis) || (C.OnSelf && Making[C.Caller]));
  while (!Pending.empty()) {
    FunctionId F = Pending.back();
    Pending.pop_back();
    for (const SharedCall &C : Scan.callsOf(F))
      Spoil(C, C.Fresh & FreshThis);
  }
}

// Whether V is an object that is new in the caller, or a member of it.
bool Phases::passesNew(const SharedCall &C, const facts::Value *V) const {
  if (!V || !V->place() ||
      (V->kind() != ValueKind::Place && V->kind() != ValueKind::AddressOf))
    return false;
  std::size_t Steps = 0;
  for (const facts::Step *S : each(V->place()->path()))
    Steps += S->kind() != facts::StepKind::Base;
  return Steps <= 1 && isNew(C.Caller, V->place()->root(), V->place()->id());
}

// Starts from "all are new" for functions that are only called.
void Phases::findNew() {
  std::size_t N = P.functions().size();
  New.assign(N, ~0u);
  for (FunctionId F = 0; F < N; ++F)
    if (Entered[F])
      New[F] = 0;
  // A call passes on what is new in the caller.
  std::vector<FunctionId> Pending;
  auto Pass = [&](const SharedCall &C) {
    std::uint32_t Passed = C.Fresh;
    if (New[C.Callee] == 0)
      return;
    if (New[C.Caller] != 0) {
      if (passesNew(C, C.Site->receiver()))
        Passed |= FreshThis;
      auto Args = each(C.Site->args());
      for (std::uint32_t I = 0; I < std::min<std::size_t>(Args.size(), 31); ++I)
        if ((New[C.Callee] & (1u << I)) && passesNew(C, Args[I]))
          Passed |= 1u << I;
    }
    if (C.OnSelf && (New[C.Caller] & FreshThis))
      Passed |= FreshThis;
    if ((New[C.Callee] & Passed) != New[C.Callee]) {
      New[C.Callee] &= Passed;
      Pending.push_back(C.Callee);
    }
  };
  for (const SharedCall &C : Scan.calls())
    Pass(C);
  while (!Pending.empty()) {
    FunctionId F = Pending.back();
    Pending.pop_back();
    for (const SharedCall &C : Scan.callsOf(F))
      Pass(C);
  }
}

bool Phases::isNew(FunctionId F, facts::PlaceRoot Root,
                   std::uint32_t Id) const {
  if (Root == facts::PlaceRoot::This)
    return New[F] & FreshThis;
  return Root == facts::PlaceRoot::Param && Id < 31 && (New[F] & (1u << Id));
}

void Phases::spread() {
  std::size_t N = P.functions().size();
  Threads.assign(N, 0);
  std::vector<FunctionId> Pending;
  auto Add = [&](FunctionId F, Mask M) {
    if ((Threads[F] | M) == Threads[F])
      return;
    Threads[F] |= M;
    Pending.push_back(F);
  };
  std::unordered_set<FunctionId> IsRoot;
  for (std::size_t I = 0; I < Roots.all().size(); ++I) {
    // The last bit stands for all further roots.
    std::size_t Bit = std::min<std::size_t>(I, 61);
    Add(Roots.all()[I].Function, Mask(1) << Bit);
    IsRoot.insert(Roots.all()[I].Function);
  }
  for (FunctionId F = 0; F < N; ++F) {
    if (isMain(F))
      Add(F, Main);
    else if (Entered[F] && !IsRoot.contains(F))
      Add(F, Outside);
  }
  while (!Pending.empty()) {
    FunctionId F = Pending.back();
    Pending.pop_back();
    for (const SharedCall &C : Scan.callsOf(F))
      Add(C.Callee, Threads[F]);
  }
}

bool Phases::areSeveral(Mask M) const {
  if (M & Outside)
    return true;
  unsigned Single = (M & Main) ? 1 : 0;
  for (std::size_t I = 0; I < std::min<std::size_t>(Roots.all().size(), 62);
       ++I)
    if (M & (Mask(1) << I)) {
      if (!Roots.all()[I].Single || I == 61)
        return true;
      ++Single;
    }
  return Single > 1;
}

const ThreadRoot *Phases::rootIn(Mask M) const {
  for (std::size_t I = 0; I < std::min<std::size_t>(Roots.all().size(), 62);
       ++I)
    if (M & (Mask(1) << I))
      return &Roots.all()[I];
  return nullptr;
}

} // namespace gridlock
