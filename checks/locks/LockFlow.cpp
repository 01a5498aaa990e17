// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockFlow.h"

#include "checks/engine/Classify.h"
#include "checks/engine/Dataflow.h"
#include "checks/locks/OwnAsyncLocks.h"
#include "checks/locks/RequiredLocks.h"

#include <algorithm>
#include <utility>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;
using rules::Effect;

namespace {

// Whether event() may do something at events of this kind.
bool mayChange(EventKind Kind) {
  return Kind != EventKind::Read && Kind != EventKind::Write;
}

// Whether only a test tells what a function has returned.
bool mayReturnNull(const facts::Function &F) {
  for (const facts::Block *B : each(F.blocks()))
    for (const facts::Event *E : each(B->events()))
      if (E->kind() == EventKind::Return && E->value() &&
          E->value()->kind() != facts::ValueKind::Place &&
          E->value()->kind() != facts::ValueKind::AddressOf)
        return true;
  return false;
}

} // namespace

LockFlow::LockFlow(LockModel &Model, FunctionId Id)
    : Model(Model), P(Model.program()), Id(Id), F(P.function(Id)),
      File(P.unit(F.Unit)) {}

// What is known without the flow: which lambda a local holds and, in
// coroutines, which call and which result belong to an await.
void LockFlow::prepare() {
  const bool IsCoroutine = P.isCoroutine(Id);
  if (!IsCoroutine && !P.has(Id, Has::Callable))
    return;
  std::vector<const facts::Event *> Awaits;
  for (const facts::Block *B : each(F.Fact->blocks())) {
    const facts::Event *Suspend = nullptr;
    for (const facts::Event *E : each(B->events())) {
      if (IsCoroutine) {
        if (E->kind() == EventKind::Suspend)
          Awaits.push_back(Suspend = E);
        else if (Suspend && E->kind() == EventKind::Call &&
                 E->implicit() == facts::ImplicitKind::Await)
          Resumed.emplace(std::exchange(Suspend, nullptr), E);
        if (E->kind() == EventKind::Call)
          Results.emplace(E->id(), E);
        else if (AccessPath From = AccessPath::of(File, E->value());
                 E->place() && From.Root == PlaceRoot::CallResult &&
                 From.Steps.empty())
          ResultIn.emplace(AccessPath::of(File, *E->place()), From.Id);
      }
      if (!E->place())
        continue;
      auto Args = each(E->args());
      const facts::Value *V =
          E->value() ? E->value() : (Args.size() == 1 ? Args[0] : nullptr);
      if (V && V->kind() == facts::ValueKind::Callable)
        Callables.emplace(AccessPath::of(File, *E->place()), V);
    }
  }
  findAwaited(Awaits);
}

void LockFlow::summarise(LockTimeline::Recorder *Record) {
  Summarising = NotesReturns = true;
  run(Record, nullptr);
  finish();
  if (!Summary.Bares.empty())
    Model.needs().want(Id);
}

void LockFlow::summariseWith(const KnownArguments &Of) {
  Values = Of;
  NotesReturns = true;
  run(nullptr, nullptr);
  finish();
}

void LockFlow::order() {
  Ordering = true;
  run(nullptr, nullptr);
}

void LockFlow::watch(const LockObserver &Watch) { run(nullptr, &Watch); }

void LockFlow::record(LockTimeline::Recorder &Record) { run(&Record, nullptr); }

// What the source says that callers hold.
LockState LockFlow::atEntry() {
  LockState State;
  for (const RequiredLock &R : requiredLocks(P, Id))
    State.Held.emplace(
        R.Lock, HeldLock{R.Mode, Model.chainOf({Id, nullptr, 0}), true, true});
  return State;
}

void LockFlow::run(LockTimeline::Recorder *Record, const LockObserver *Watch) {
  prepare();
  const bool OnePass = isForwardOnly(*F.Fact);
  auto Blocks = each(F.Fact->blocks());
  if (OnePass) {
    In.resize(Blocks.size());
    if (!In.empty())
      In[0] = atEntry();
  } else {
    solve();
  }
  LockState Before; // one for all: its nodes are used again
  for (std::uint32_t B = 0; B < Blocks.size(); ++B) {
    auto Events = each(Blocks[B]->events());
    if (!In[B]) {
      if (Record)
        Record->unreached(Events.size());
      continue;
    }
    LockState State = std::move(*In[B]);
    HasState |= !State.isIdle();
    if (Record)
      Record->start(State);
    for (const facts::Event *E : Events) {
      if (!mayChange(E->kind())) {
        if (Record)
          Record->pass();
        if (Watch)
          (*Watch)(*E, State, State);
        continue;
      }
      if (Watch)
        Before = State;
      event(*E, State);
      HasState |= !State.isIdle();
      if (Record)
        Record->pass(State);
      if (Watch)
        (*Watch)(*E, Before, State);
    }
    if (OnePass && !Blocks[B]->no_return())
      for (const facts::Edge *E : each(Blocks[B]->edges())) {
        LockState Along = State;
        if (!edge(*E, Along))
          continue;
        if (std::optional<LockState> &Target = In[E->to()])
          Target->join(Along);
        else
          Target = std::move(Along);
      }
    In[B] = std::move(State); // from here on the state at the block's end
  }
}

// By the block that a loop starts with: local pointers that it moves on.
std::map<std::uint32_t, PathSet> LockFlow::movedInLoops() const {
  std::map<std::uint32_t, PathSet> Result;
  auto Blocks = each(F.Fact->blocks());
  for (std::uint32_t B = 0; B < Blocks.size(); ++B)
    for (const facts::Edge *E : each(Blocks[B]->edges()))
      for (std::uint32_t Inside = E->to(); Inside <= B; ++Inside)
        for (const facts::Event *Event : each(Blocks[Inside]->events()))
          if (Event->kind() == EventKind::Assign && Event->place() &&
              Event->place()->root() == PlaceRoot::Local &&
              each(Event->place()->path()).empty())
            Result[E->to()].insert(AccessPath::of(File, *Event->place()));
  return Result;
}

// The state at the start of each block; nothing is recorded yet.
void LockFlow::solve() {
  const bool WasSummarising = std::exchange(Summarising, false);
  const bool WasOrdering = std::exchange(Ordering, false);
  const bool NotedReturns = std::exchange(NotesReturns, false);
  std::optional<std::map<std::uint32_t, PathSet>> Moved; // once asked for
  In = solveForward(
      *F.Fact, atEntry(),
      [&](const facts::Event &E, LockState &State) { event(E, State); },
      [&](const facts::Edge &E, const facts::Block &, LockState &State) {
        if (!edge(E, State))
          return false;
        // What it leads to in the first round, it does in none but that one.
        if (State.Known.empty())
          return true;
        if (!Moved)
          Moved = movedInLoops();
        if (auto It = Moved->find(E.to()); It != Moved->end())
          for (const AccessPath &Pointer : It->second)
            State.Known.eraseIf(
                [&](const auto &K) { return K.first.startsWith(Pointer); });
        return true;
      });
  Summarising = WasSummarising;
  Ordering = WasOrdering;
  NotesReturns = NotedReturns;
}

void LockFlow::event(const facts::Event &E, LockState &State) {
  switch (E.kind()) {
  case EventKind::Call:
  case EventKind::Construct:
    callLike(E, State);
    return;
  case EventKind::Copy:
  case EventKind::Move:
  case EventKind::Assign:
    initialise(E, State);
    return;
  case EventKind::Swap:
    if (AccessPath A = AccessPath::of(File, E.value()); A && E.place()) {
      AccessPath B = AccessPath::of(File, *E.place());
      AccessPath Between = AccessPath::ofResult(E.id());
      State.moveGuard(A, Between);
      State.moveGuard(B, A);
      State.moveGuard(Between, B);
    }
    return;
  case EventKind::LifetimeEnd:
    if (E.place()) {
      AccessPath Ended = AccessPath::of(File, *E.place());
      State.endGuardsIn(Ended);
      State.Known.eraseIf(
          [&](const auto &Item) { return Item.first.startsWith(Ended); });
    }
    return;
  case EventKind::Suspend:
    if (E.suspend() == facts::SuspendKind::Await)
      awaited(E, State);
    return;
  case EventKind::Return:
    noteReturn(E, State);
    if (auto B = bindingOf(File, E.value())) {
      State.moveGuard(B->To, AccessPath::ofResult(0));
      Binding To = pointedTo(*B, State.Known);
      if (To.Address != B->Address && mayReturnNull(*F.Fact))
        To = {canonical(std::move(B->To), State.Known), B->Address};
      B = std::move(To);
      ReturnsVary |= Returned && *Returned != *B;
      Returned = std::move(B);
    }
    return;
  default:
    return;
  }
}

// A place gets a value: guards move along, pointers and references are
// remembered.
void LockFlow::initialise(const facts::Event &E, LockState &State) {
  if (!E.place())
    return;
  AccessPath Target = AccessPath::of(File, *E.place());
  State.forget(Target);
  const facts::Value *Source = E.value();
  if (!Source && each(E.args()).size() == 1)
    Source = each(E.args())[0];
  if (E.kind() == EventKind::Assign)
    State.endGuardsIn(Target);
  State.Known.eraseIf(
      [&](const auto &Item) { return Item.first.startsWith(Target); });
  std::optional<Binding> B = bindingOf(File, Source);
  if (!B) {
    if (Source && !Tries.empty())
      if (std::optional<Try> Asked = tryAskedBy(*Source))
        noteTry(Target, *Asked);
    return;
  }
  if (auto It = Tries.find(B->To); It != Tries.end())
    noteTry(Target, Try(It->second));
  if (auto It = Asked.find(B->To); It != Asked.end())
    Asked.emplace(Target, It->second);
  if (auto It = Lends.find(B->To); It != Lends.end())
    Lends.emplace(Target, It->second);
  bool IsPointer =
      P.type(F.Unit, Source->type())->kind() == facts::TypeKind::Pointer;
  // A copy of a pointer to a guard takes over nothing.
  bool Elided = E.kind() == EventKind::Construct && E.symbol() == 0 &&
                (!IsPointer || B->To.Root == PlaceRoot::CallResult);
  // What is assigned from a temporary takes over what that owns.
  bool FromTemporary =
      E.kind() == EventKind::Assign &&
      (B->To.Root == PlaceRoot::Temporary ||
       (B->To.Root == PlaceRoot::CallResult && B->To.Steps.empty()));
  if (E.kind() == EventKind::Move || Source->moved() || Elided || FromTemporary)
    State.moveGuard(B->To, Target);
  bool IsReference =
      E.implicit() == facts::ImplicitKind::MemberInit && E.symbol() == 0;
  if (B->Address || IsPointer || IsReference) {
    // A pointer's own path is followed to what it holds, not beyond.
    B->To = canonical(std::move(B->To), State.Known);
    if (!B->To.startsWith(Target)) {
      tellBound(Target, B->To);
      State.Known[Target] = std::move(*B);
    }
  }
}

void LockFlow::callLike(const facts::Event &E, LockState &State) {
  if (!State.Held.empty())
    deferRelease(E, State);
  if (E.kind() == EventKind::Construct && E.symbol() == 0) {
    initialise(E, State);
    return;
  }
  const std::uint8_t Kind = Model.kindOf(P.resolve(F.Unit, E.symbol()));
  if ((Kind & CalleeKinds::OfGuard) && guardEvent(E, State))
    return;
  if (!(Kind & CalleeKinds::OfGuard) && endDeferred(E, State))
    return;
  const bool MayHold =
      E.kind() == EventKind::Construct
          ? each(E.args()).size() == 1
          : (Kind & (CalleeKinds::OfHolder | CalleeKinds::AsksHolder)) != 0;
  if (MayHold && holderEvent(E, State))
    return;
  if (!State.Zero.empty()) {
    State.forgetShared();
    for (const facts::Value *Arg : each(E.args()))
      if (Arg->kind() == facts::ValueKind::AddressOf)
        State.forget(AccessPath::of(File, Arg));
  }
  lockEntries(E, State);
  if (Kind & CalleeKinds::OfSemaphore)
    semaphoreCall(E, State);
  if ((Kind & CalleeKinds::OwnAsync) && E.receiver() &&
      ownAsyncMethod(P, P.resolve(F.Unit, E.symbol())) ==
          OwnAsyncMethod::GivesBack)
    State.Awaited.erase(
        canonical(AccessPath::of(File, E.receiver()), State.Known));
  noteInvocations(E, State);
  if (Summarising || Ordering) {
    joined(E, State);
    startThreads(E, State);
  }
  applyTargets(E, State);
}

// RESULT tells whether T has taken its locks: those of the last look at T,
// where loops make for several.
void LockFlow::noteTry(const AccessPath &Result, Try T) {
  auto [It, New] = Tries.try_emplace(Result, T);
  if (!New && It->second.Site == T.Site)
    It->second = std::move(T);
}

// PLACE, which is LEFT of a condition, is zero or is not: matters for pointers
// and what is returned.
void LockFlow::learn(const facts::Value &Left, const AccessPath &Place,
                     bool IsZero, LockState &State) {
  constexpr std::size_t MaxKnown = 16;
  if (!Place || Left.kind() != facts::ValueKind::Place ||
      State.Zero.size() >= MaxKnown ||
      std::any_of(Place.Steps.begin(), Place.Steps.end(),
                  [](const PathStep &S) {
                    return S.Kind != facts::StepKind::Field &&
                           S.Kind != facts::StepKind::Deref;
                  }))
    return;
  const bool IsPointer =
      P.type(F.Unit, P.withoutReference(F.Unit, typeOf(Left)))->kind() ==
      facts::TypeKind::Pointer;
  if (!IsPointer && (Place.Root != PlaceRoot::Local || !Place.Steps.empty()))
    return;
  // By both names: what it stands for differs by the way here.
  State.learn(Place, IsZero);
  if (IsPointer)
    State.learn(canonical(Place, State.Known), IsZero);
}

void LockFlow::finish() {
  if (Returned && !ReturnsVary && isVisible(Returned->To))
    Summary.Result = Returned;
  if (F.Fact->exit() >= In.size() || !In[F.Fact->exit()])
    return;
  const LockState &Exit = *In[F.Fact->exit()];
  findTold(Exit);
  findLent(Exit);
  findKept();
  findAsked();
  // Of others, what they take would have to be told apart by values as well.
  if (hasFlag(F.Flags, facts::FunctionFlag::Constructor) &&
      (!Exit.isIdle() || !Summary.Keeps.empty()))
    Summary.Choosing = choosing();
  PathSet Elsewhere; // given back by names that only this function knows
  for (const AccessPath &Lock : Exit.Lacking)
    if (Lock.Root == PlaceRoot::Local || Lock.Root == PlaceRoot::CallResult)
      Elsewhere.insert(Lock);
  // One of these may be what is held, by another name.
  auto IsGivenBack = [&](const AccessPath &Lock) {
    const LockName Name = nameOf(Lock);
    return std::any_of(Elsewhere.begin(), Elsewhere.end(),
                       [&](const AccessPath &Given) {
                         return mayBeSame(nameOf(Given), Name);
                       });
  };
  for (const auto &[Lock, H] : Exit.Held)
    if (H.Must && !H.FromCaller && isVisible(Lock))
      if (AccessPath Left = asReturned(Lock);
          Left != Lock || Elsewhere.empty() || !IsGivenBack(Lock))
        Summary.LeftHeld.emplace(Left, H);
  for (const auto &[Lock, H] : Exit.Held)
    if (!H.Must && !H.FromCaller && Lock.Root == PlaceRoot::This &&
        Lock.Steps.size() > 1 && Lock.Steps[1].Kind == facts::StepKind::Deref)
      Summary.MayHold.emplace(Lock, H);
  for (const auto &[Guard, State] : Exit.Guards)
    if (Guard.Root == PlaceRoot::This || Guard.Root == PlaceRoot::Param ||
        Guard == AccessPath::ofResult(0) ||
        Guard.startsWith(AccessPath::ofResult(0)))
      Summary.Guards.emplace(Guard, State);
  for (const AccessPath &Lock : Exit.Released)
    if (isVisible(Lock))
      Summary.Released.insert(Lock);
  for (const AccessPath &Lock : Exit.Lacking)
    if (isVisible(Lock))
      Summary.Lacking.insert(Lock);
  for (const auto &[Path, B] : Exit.Known)
    if (Path.Root == PlaceRoot::This && isVisible(B.To))
      Summary.Known.emplace(Path, B);
}

} // namespace gridlock
