// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LockFlow, fourth part: what calls of functions with a summary do.
#include "checks/locks/LockFlow.h"

#include "checks/engine/Classify.h"
#include "checks/engine/Dataflow.h"

#include <algorithm>

namespace gridlock {

using facts::PlaceRoot;

namespace {

bool isWholeParameter(const AccessPath &Path) {
  return Path.Root == PlaceRoot::Param &&
         std::all_of(Path.Steps.begin(), Path.Steps.end(), [](const auto &S) {
           return S.Kind == facts::StepKind::Deref;
         });
}

// Whether its locks mean the same in every caller, or have had a name before:
// then nothing new comes together in a caller that holds none.
bool passesUnchanged(const LockSummary::Acquisition &A) {
  auto IsFixed = [](const AccessPath &Path) {
    return Path.Root == PlaceRoot::None || Path.Root == PlaceRoot::Global;
  };
  auto All = [&](auto Is) {
    return Is(A.Lock) && std::all_of(A.Gates.begin(), A.Gates.end(),
                                     [&](const auto &G) { return Is(G.Lock); });
  };
  return A.Gates.empty() || All(IsFixed) || All(hasName);
}

constexpr std::size_t MaxInvocations = 8, MaxInvocationPath = 8;

} // namespace

const LockSummary *endOf(const Program &P, const LockModel &Model,
                         FunctionId Method) {
  const ProgramSymbol &S = P.symbol(P.function(Method).Symbol);
  if (S.Fact->record() == 0)
    return nullptr;
  SymbolId End =
      P.resolve(S.Unit, P.type(S.Unit, S.Fact->record())->destructor());
  FunctionId Body = P.symbol(End).Body;
  return Body == NoFunction ? nullptr : Model.summary(Body);
}

// The value that holds the lambda TARGET at a call of it or of what runs it.
const facts::Value *LockFlow::callableOf(const facts::Event &E,
                                         FunctionId Target,
                                         bool &Passed) const {
  auto Is = [&](const facts::Value *V) {
    return callableBody(P, F.Unit, V) == Target;
  };
  auto Held = [&](const facts::Value *V) -> const facts::Value * {
    if (Is(V))
      return V;
    auto It = Callables.find(AccessPath::of(File, V));
    return It != Callables.end() && Is(It->second) ? It->second : nullptr;
  };
  Passed = false;
  if (const facts::Value *V = Held(E.receiver()))
    return V;
  Passed = true;
  for (const facts::Value *Arg : each(E.args()))
    if (const facts::Value *V = Held(Arg))
      return V;
  Passed = false;
  return nullptr;
}

// Whether TARGET is the destructor of what the receiver of E owns; then its
// object is that part.
bool LockFlow::endsPart(const facts::Event &E, FunctionId Target,
                        Substitution &Sub) const {
  const OwnedObjects &Owned = Model.calls().ownedObjects();
  const SymbolId Callee = P.resolve(F.Unit, E.symbol());
  if (!hasFlag(P.function(Target).Flags, facts::FunctionFlag::Destructor) ||
      !Owned.mayEnd(Callee))
    return false;
  Sub.setPart(Owned.pathTo(Callee, Target));
  return true;
}

void LockFlow::applyTargets(const facts::Event &E, LockState &State) {
  std::vector<CallEdge> Targets;
  Model.calls().follow(Id, E, Targets);
  // The call graph leaves out a function's calls of itself.
  if (SymbolId Callee = P.resolve(F.Unit, E.symbol());
      Callee != 0 && P.symbol(Callee).Body == Id && Targets.empty())
    Targets.push_back({Id, EdgeKind::Static});
  std::vector<GateId> Held;
  if (Summarising && !Targets.empty()) {
    for (const Gate &G : gatesIn(State, false))
      if (LockId Name = Model.lockId(G.Lock); Name != NoLock)
        Held.push_back(LockModel::gateId(Name, G.Mode));
    sortUnique(Held);
  }
  for (const CallEdge &Edge : Targets) {
    if (Summarising) {
      if (Edge.Target != Id)
        HeldCalls.emplace_back(Edge.Target, Held);
      tellRuns(State, Edge.Target);
    }
    // A coroutine's body runs when it is awaited, not where it is called.
    if (P.isCoroutine(Edge.Target)) {
      if (Summarising || Ordering)
        startCoroutine(E, Edge.Target, State);
      continue;
    }
    if (Summarising)
      Takes |= Model.takes(Edge.Target);
    const LockSummary *Callee = Model.summary(Edge.Target);
    const bool IsTaken = Ordering && !Model.taken(Edge.Target).empty();
    if (!IsTaken && (!Callee || (!Summarising && !Callee->changesState() &&
                                 (!Ordering || Callee->Invokes.empty()))))
      continue;
    bool Passed = false;
    const facts::Value *Callable = callableOf(E, Edge.Target, Passed);
    Substitution Sub(P, Id, E, State.Known, Callable, Passed);
    const bool OfPart = endsPart(E, Edge.Target, Sub);
    if (IsTaken) {
      if (Edge.Kind == EdgeKind::Callable && !Callable)
        keptCallable(Edge.Target, E, State);
      applyTaken(Edge.Target, Callee, Sub, E, Edge.Kind, State);
    }
    if (Callee)
      applySummary(*Callee, Edge.Target, Sub, E, Targets.size() == 1 && !OfPart,
                   State);
  }
}

// What was kept somewhere takes a lock of a name that is held here: most likely
// of the object that keeps it.
void LockFlow::keptCallable(FunctionId Target, const facts::Event &E,
                            const LockState &State) {
  auto IsSame = [&](LockId Name, const AccessPath &Other) {
    LockId Inner = Model.lockId(Other);
    return Inner != NoLock &&
           (Inner == Name || mayBeSame(Model.name(Inner), Model.name(Name)));
  };
  for (const auto &[Lock, H] : State.Held) {
    if (!H.Must || Lock.Root != PlaceRoot::This)
      continue;
    const LockId Name = Model.lockId(Lock);
    for (const Acquisition &A : Model.taken(Target))
      if (Name != NoLock && A.By == How::Taken && !A.Awaited &&
          A.Lock != Lock && IsSame(Name, A.Lock))
        Repeats.push_back({Lock, Id, H.Chain, Model.chainOf({Id, &E, A.Chain}),
                           H.Mode, A.Mode, A.Calls + 1, A.Uncertain, false,
                           false, Target, A.Lock});
  }
}

// What TARGET takes is taken in STATE.
void LockFlow::applyTaken(FunctionId Target, const LockSummary *Callee,
                          const Substitution &Sub, const facts::Event &E,
                          EdgeKind Kind, const LockState &State) {
  PathSet Except;
  if (Callee)
    for (const AccessPath &Path : Callee->Released)
      if (auto Object = Sub.apply(Path))
        for (const AccessPath &Lock : locksOf(*Object, State))
          Except.insert(Lock);
  const std::vector<Acquisition> &All = Model.taken(Target);
  bool HoldsNone = State.isIdle();
  for (const Acquisition &A : All) {
    if (A.By == How::Started && !HoldsNone)
      continue;
    if (HoldsNone && passesUnchanged(A)) {
      passOn(A, Sub, E, Kind);
      continue;
    }
    auto Object = Sub.apply(A.Lock);
    if (!Object)
      continue;
    Acquisition Here = A;
    Here.Chain = Model.chainOf({Id, &E, A.Chain});
    ++Here.Calls;
    Here.Uncertain |= Kind == EdgeKind::SeveralOverrides;
    Here.Gates.clear();
    LockState Inside; // what only has a name here
    for (const Gate &G : A.Gates)
      if (auto Held = Sub.apply(G.Lock)) {
        ChainId Chain = Model.chainOf({Id, &E, G.Chain});
        Here.Gates.push_back({*Held, G.Mode, Chain});
        bool Named = hasName(G.Lock) && hasName(A.Lock);
        if (!Named && !inBothOrders(All, G.Lock, A.Lock))
          Inside.Held[*Held] = {G.Mode, Chain, true};
      }
    for (const AccessPath &Lock : locksOf(*Object, State)) {
      repeatInside(A, Lock, Here.Gates, E);
      Here.Lock = Lock;
      if (!Inside.Held.empty())
        record(Inside, Here, Except, true);
      record(State, Here, Except);
    }
  }
}

void LockFlow::passOnAll() {
  Ordering = true;
  const LockState None;
  std::vector<std::uint32_t> Reachable;
  std::size_t Call = P.firstCall(Id);
  for (const CallEvent &C : P.callEvents(Id))
    for (const CallEdge &Edge : Model.calls().edges(Call++)) {
      if (Model.taken(Edge.Target).empty() || P.isCoroutine(Edge.Target))
        continue;
      if (Reachable.empty())
        Reachable = reachableBlocks(*F.Fact);
      if (!std::binary_search(Reachable.begin(), Reachable.end(), C.Block))
        break;
      Substitution Sub(P, Id, *C.Event, None.Known, nullptr, false);
      endsPart(*C.Event, Edge.Target, Sub);
      applyTaken(Edge.Target, Model.summary(Edge.Target), Sub, *C.Event,
                 Edge.Kind, None);
    }
}

void LockFlow::applySummary(const LockSummary &Callee, FunctionId Target,
                            const Substitution &Sub, const facts::Event &E,
                            bool OnlyTarget, LockState &State) {
  if (Summarising) {
    applyBares(Callee, Target, State,
               [&](const AccessPath &Path) { return Sub.apply(Path); });
    if (Callee.First && !Summary.First)
      if (auto Object = Sub.apply(Callee.First->Lock)) {
        Acquisition Here = *Callee.First;
        Here.Lock = locksOf(*Object, State).front();
        noteFirst(std::move(Here));
      }
  }
  if (Summarising || Ordering)
    applyInvocations(Callee, Target, Sub, E, State);
  if (OnlyTarget)
    applyState(chosenBy(E, Target, Callee), Target, Sub, E, State);
}

// ... and the state is what CALLEE leaves.
void LockFlow::applyState(const LockSummary &Callee, FunctionId Target,
                          const Substitution &Sub, const facts::Event &E,
                          LockState &State) {
  auto Here = [&](const AccessPath &Path) {
    return Sub.apply(withArguments(P, Id, E, Target, Path));
  };
  // Substituted before the state changes: Sub refers to what is known now.
  std::vector<AccessPath> Released;
  for (const AccessPath &Path : Callee.Released)
    if (auto Object = Here(Path))
      Released.push_back(*Object);
  PathSet Lacking;
  for (const AccessPath &Path : Callee.Lacking)
    if (auto Object = Here(Path))
      Lacking.insert(*Object);
  std::vector<LockSummary::Lent> Lent;
  for (const LockSummary::Lent &L : Callee.Lends)
    if (auto Object = Here(L.Lock))
      Lent.push_back({*Object, L.ZeroIsGone});
  std::vector<std::pair<AccessPath, HeldLock>> Left;
  for (const auto &[Path, H] : Callee.LeftHeld)
    if (auto Object = Here(Path))
      Left.push_back(
          {*Object, {H.Mode, Model.chainOf({Id, &E, H.Chain}), true}});
  if (!Callee.MayHold.empty())
    if (const LockSummary *End = endOf(P, Model, Target))
      for (const auto &[Path, H] : Callee.MayHold)
        if (auto Object = Here(Path); Object && End->Released.contains(Path))
          Left.push_back(
              {*Object, {H.Mode, Model.chainOf({Id, &E, H.Chain}), true}});
  std::vector<LockSummary::Told> Told;
  for (const LockSummary::Told &T : Callee.Tells)
    if (auto Object = Here(T.Lock))
      Told.push_back({*Object, T.Mode, T.ZeroIsSuccess});
  std::optional<AccessPath> Guard;
  if (Callee.Asks)
    Guard = Sub.apply(*Callee.Asks);
  std::vector<std::pair<AccessPath, GuardState>> Guards;
  for (const auto &[Path, G] : Callee.Guards) {
    bool IsResult = Path.Root == PlaceRoot::CallResult;
    auto Object = IsResult ? std::optional(AccessPath::ofResult(E.id()))
                           : Sub.apply(Path);
    GuardState Here{{}, G.Mode, G.Owns, G.Sure, G.Awaited};
    for (const AccessPath &Lock : G.Locks)
      if (auto Owned = Sub.apply(Lock))
        Here.Locks.push_back(*Owned);
    if (IsResult)
      Object->Steps = Path.Steps;
    if (Object)
      Guards.emplace_back(*Object, std::move(Here));
  }
  Bindings Known;
  for (const auto &[Path, B] : Callee.Known)
    if (auto Object = Sub.apply(Path))
      if (auto To = Sub.apply(B))
        Known.emplace(*Object, *To);
  if (Callee.Result)
    if (auto To = Sub.apply({withArguments(P, Id, E, Target, Callee.Result->To),
                             Callee.Result->Address}))
      Known.emplace(AccessPath::ofResult(E.id()), *To);

  for (const LockSummary::Lent &L : Lent)
    if (auto Own = State.Held.find(L.Lock); Own != State.Held.end() &&
                                            Own->second.Must &&
                                            !Own->second.FromCaller) {
      Own->second.Must = false; // until the result is asked
      Lends[AccessPath::ofResult(E.id())] = Lent;
      std::erase(Released, L.Lock);
    }
  for (const AccessPath &Path : Released) {
    // An awaitable may give the lock back that its maker took.
    if (Path.Root == PlaceRoot::None)
      State.Awaited.eraseIf([&](const auto &Item) {
        return nameOf(Item.first).Text == nameOf(Path).Text;
      });
    bool IsBack = !Lacking.contains(Path);
    for (const AccessPath &Lock : locksOf(Path, State))
      if (!IsBack && State.Awaited.erase(Lock) == 0)
        State.giveBack(Lock);
      else if (IsBack && !State.Held.contains(Lock))
        State.Released.insert(Lock);
    if (auto It = State.Guards.find(Path); It != State.Guards.end() && !IsBack)
      It->second.Owns = false, It->second.Sure = true;
  }
  for (const auto &[Path, H] : Left) {
    for (const AccessPath &Lock : locksOf(Path, State)) {
      State.take(Lock, H.Mode, H.Chain);
      if (LockId Name = Summarising ? Model.lockId(Lock) : NoLock;
          Name != NoLock)
        TakenHere.insert(Name);
    }
    if (auto It = State.Guards.find(Path); It != State.Guards.end())
      It->second.Owns = It->second.Sure = true;
  }
  if (!Told.empty()) {
    const LockSummary::Told &First = Told.front();
    Try Of{{}, First.Mode, &E, First.ZeroIsSuccess, false};
    for (const LockSummary::Told &T : Told)
      if (T.Mode == First.Mode && T.ZeroIsSuccess == First.ZeroIsSuccess)
        for (AccessPath &Lock : locksOf(T.Lock, State))
          Of.Locks.push_back(std::move(Lock));
    noteTry(AccessPath::ofResult(E.id()), std::move(Of));
  }
  for (const LockSummary::Told &T : Told)
    if (auto It = State.Guards.find(T.Lock); It != State.Guards.end())
      mayOwn(It->second, T.Mode, E, State);
  if (Guard)
    Asked.insert_or_assign(AccessPath::ofResult(E.id()), std::move(*Guard));
  // Made in an optional, a smart pointer or the like: ends with that.
  bool IsInHolder = E.kind() == facts::EventKind::Call &&
                    E.implicit() != facts::ImplicitKind::Copy &&
                    hasFlag(P.function(Target).Fact->flags(),
                            facts::FunctionFlag::Constructor);
  if (IsInHolder && !Left.empty()) {
    AccessPath Holder = E.receiver() ? AccessPath::of(File, E.receiver())
                                     : AccessPath::ofResult(E.id());
    Holder.Steps.push_back({facts::StepKind::Deref, {}, {}, 0});
    GuardState &Inside = State.Guards[Holder];
    Inside.Mode = Left.front().second.Mode;
    Inside.Owns = Inside.Sure = true;
    for (const auto &[Path, H] : Left)
      Inside.Locks.push_back(Path);
  }
  for (auto &[Path, G] : Guards) {
    // A guard that is returned on some paths only, or after a try.
    if (G.Owns && !G.Sure && !G.Awaited)
      for (const AccessPath &Lock : G.Locks)
        State.Held.try_emplace(
            Lock, HeldLock{G.Mode, Model.chainOf({Id, &E, 0}), false});
    State.Guards[Path] = std::move(G);
  }
  for (auto &[Path, B] : Known)
    State.Known[Path] = std::move(B);
  if (!Callee.Keeps.empty())
    applyKept(Callee, Target, Sub, E, State);
}

// E calls what a parameter holds, or hands it to a function that calls it:
// callers know what runs there while the locks here are held.
void LockFlow::noteInvocations(const facts::Event &E, const LockState &State) {
  if (!Summarising || Summary.Invokes.size() >= MaxInvocations ||
      (State.Held.empty() && State.Awaited.empty()))
    return;
  std::vector<Gate> Held = gatesIn(State, true);
  auto Note = [&](const facts::Value *V) {
    AccessPath Path = AccessPath::of(File, V);
    if (isWholeParameter(Path) && !Held.empty())
      Summary.Invokes.push_back({Path.Id, {{Id, &E}}, Held});
  };
  std::string_view Name = P.qualifiedName(P.resolve(F.Unit, E.symbol()));
  if (E.kind() == facts::EventKind::Call && E.receiver() &&
      (E.dispatch() == facts::Dispatch::Indirect ||
       Name.ends_with("::operator()")))
    Note(E.receiver());
  for (const rules::Entry *Entry : P.entries(P.resolve(F.Unit, E.symbol())))
    if (does(*Entry, rules::Effect::RunsCallable) &&
        Entry->where() == rules::Where::Now)
      if (const facts::Value *Callable = argument(E, Entry->callable()))
        Note(Callable);
}

// CALLEE runs what is handed to it with its own locks held.
void LockFlow::applyInvocations(const LockSummary &Callee, FunctionId Target,
                                const Substitution &Sub, const facts::Event &E,
                                const LockState &State) {
  auto Args = each(E.args());
  for (const LockSummary::Invocation &I : Callee.Invokes) {
    if (I.Parameter >= Args.size())
      continue;
    std::vector<Gate> Held;
    for (const Gate &G : I.Held)
      if (auto Lock = Sub.apply(G.Lock))
        Held.push_back({*Lock, G.Mode, Model.chainOf({Id, &E, G.Chain})});
    AccessPath Own = AccessPath::of(File, Args[I.Parameter]);
    if (Summarising && isWholeParameter(Own) &&
        Summary.Invokes.size() < MaxInvocations &&
        I.Path.size() < MaxInvocationPath) {
      LockSummary::Invocation Outer{Own.Id, {{Id, &E}}, gatesIn(State, true)};
      Outer.Path.insert(Outer.Path.end(), I.Path.begin(), I.Path.end());
      for (const Gate &G : Held)
        if (isVisible(G.Lock))
          Outer.Held.push_back(G);
      Summary.Invokes.push_back(std::move(Outer));
    }
    LockState Inside;
    for (const Gate &G : Held)
      Inside.Held[G.Lock] = {G.Mode, G.Chain, true};
    for (FunctionId Body : bodiesIn(Model.calls(), Id, Args[I.Parameter])) {
      if (P.isCoroutine(Body) || Body == Target)
        continue;
      bool Passed = false;
      const facts::Value *Callable = callableOf(E, Body, Passed);
      Substitution In(P, Id, E, State.Known, Callable, true);
      if (Summarising) {
        Model.needs().runs(Id, Body);
        Model.needs().want(Id);
        tellRuns(Inside, Body);
        if (const LockSummary *Run = Model.summary(Body))
          applyBares(*Run, Body, Inside,
                     [&](const AccessPath &Path) { return In.apply(Path); });
        continue;
      }
      for (const Acquisition &A : Model.taken(Body)) {
        auto Lock = In.apply(A.Lock);
        if (!Lock || A.By == How::TakenAgain || A.By == How::Started)
          continue;
        Acquisition Here = A;
        Here.Lock = *Lock;
        Here.Gates.clear();
        Here.Calls += static_cast<unsigned>(I.Path.size()) + 1;
        for (auto Hop = I.Path.rbegin(); Hop != I.Path.rend(); ++Hop)
          Here.Chain = Model.chainOf({Hop->first, Hop->second, Here.Chain});
        Here.Chain = Model.chainOf({Id, &E, Here.Chain});
        record(Inside, std::move(Here), {}, true);
      }
    }
  }
}

} // namespace gridlock
