// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockFlow.h"

#include "checks/engine/Classify.h"
#include "checks/engine/Dataflow.h"

#include <algorithm>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;
using rules::Effect;

namespace {

std::string_view lastComponent(std::string_view Name) {
  std::size_t Colons = Name.rfind("::");
  return Colons == std::string_view::npos ? Name : Name.substr(Colons + 2);
}

// Whether a caller can know the object by this path.
bool isVisible(const AccessPath &Path) {
  switch (Path.Root) {
  case PlaceRoot::This:
  case PlaceRoot::Param:
  case PlaceRoot::Global:
  case PlaceRoot::Capture:
    return true;
  default:
    return !nameOf(Path).Text.empty();
  }
}

} // namespace

LockFlow::LockFlow(LockModel &Model, FunctionId Id)
    : Model(Model), P(Model.program()), Id(Id), F(P.function(Id)),
      File(P.unit(F.Unit)) {
  findCallables();
}

void LockFlow::findCallables() {
  for (const facts::Block *B : each(F.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      if (!E->place())
        continue;
      auto Args = each(E->args());
      const facts::Value *V =
          E->value() ? E->value() : (Args.size() == 1 ? Args[0] : nullptr);
      if (V && V->kind() == facts::ValueKind::Callable)
        Callables.emplace(AccessPath::of(File, *E->place()), V);
    }
}

void LockFlow::run(const LockObserver &Watch) {
  In = solveForward(
      *F.Fact, LockState(),
      [&](const facts::Event &E, LockState &State) { event(E, State); },
      [&](const facts::Edge &E, const facts::Block &, LockState &State) {
        edge(E, State);
        return true;
      });
  Recording = true;
  auto Blocks = each(F.Fact->blocks());
  for (std::uint32_t B = 0; B < Blocks.size(); ++B) {
    if (!In[B])
      continue;
    LockState State = *In[B];
    for (const facts::Event *E : each(Blocks[B]->events())) {
      if (!Watch) {
        event(*E, State);
        continue;
      }
      LockState Before = State;
      event(*E, State);
      Watch(*E, Before, State);
    }
    In[B] = std::move(State); // from here on the state at the block's end
  }
  finish();
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
      std::vector<AccessPath> Guards;
      for (const auto &[Guard, Owned] : State.Guards)
        if (Guard.startsWith(Ended))
          Guards.push_back(Guard);
      for (const AccessPath &Guard : Guards)
        State.endGuard(Guard);
      std::erase_if(State.Known, [&](const auto &Item) {
        return Item.first.startsWith(Ended);
      });
    }
    return;
  case EventKind::Return:
    if (auto B = bindingOf(File, E.value())) {
      State.moveGuard(B->To, AccessPath::ofResult(0));
      B->To = canonical(std::move(B->To), State.Known);
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
  const facts::Value *Source = E.value();
  if (!Source && each(E.args()).size() == 1)
    Source = each(E.args())[0];
  if (E.kind() == EventKind::Assign)
    State.endGuard(Target);
  std::erase_if(State.Known, [&](const auto &Item) {
    return Item.first.startsWith(Target);
  });
  std::optional<Binding> B = bindingOf(File, Source);
  if (!B)
    return;
  if (auto It = Tries.find(B->To); It != Tries.end())
    Tries.emplace(Target, It->second);
  if (auto It = Asked.find(B->To); It != Asked.end())
    Asked.emplace(Target, It->second);
  bool Elided = E.kind() == EventKind::Construct && E.symbol() == 0;
  if (E.kind() == EventKind::Move || Source->moved() || Elided)
    State.moveGuard(B->To, Target);
  bool IsPointer =
      P.type(F.Unit, Source->type())->kind() == facts::TypeKind::Pointer;
  bool IsReference =
      E.implicit() == facts::ImplicitKind::MemberInit && E.symbol() == 0;
  if (B->Address || IsPointer || IsReference) {
    // A pointer's own path is followed to what it holds, not beyond.
    B->To = canonical(std::move(B->To), State.Known);
    if (!B->To.startsWith(Target))
      State.Known[Target] = std::move(*B);
  }
}

void LockFlow::callLike(const facts::Event &E, LockState &State) {
  if (E.kind() == EventKind::Construct && E.symbol() == 0) {
    initialise(E, State);
    return;
  }
  if (guardEvent(E, State))
    return;
  lockEntries(E, State);
  applyTargets(E, State);
}

// Constructions, destructions and releases of guards that the catalogue lists.
bool LockFlow::guardEvent(const facts::Event &E, LockState &State) {
  if (auto Guard = guardConstruction(P, F.Unit, E); Guard && E.place()) {
    AccessPath Place = AccessPath::of(File, *E.place());
    GuardState Owned{{}, Guard->Type->mode(), false, true};
    if (Guard->Async)
      return true;
    for (const facts::Value *Lock : Guard->Locks)
      if (AccessPath Path = AccessPath::of(File, Lock)) {
        if (P.type(F.Unit, Lock->type())->kind() == facts::TypeKind::Pointer &&
            Lock->kind() == facts::ValueKind::Place)
          Path.Steps.push_back({facts::StepKind::Deref, {}, {}, 0});
        Owned.Locks.push_back(canonical(std::move(Path), State.Known));
      }
    Owned.Owns = Guard->Start != GuardStart::Defers;
    Owned.Sure = Guard->Start != GuardStart::Tries;
    if (Guard->Start == GuardStart::Locks)
      acquire(Owned.Locks, Owned.Mode, E, State);
    else if (Guard->Start != GuardStart::Defers)
      for (const AccessPath &Lock : Owned.Locks)
        State.Held.try_emplace(Lock,
                               HeldLock{Owned.Mode, Model.chainOf({Id, &E, 0}),
                                        Guard->Start == GuardStart::Adopts});
    State.Guards[Place] = std::move(Owned);
    return true;
  }
  SymbolId Callee = P.resolve(F.Unit, E.symbol());
  if (Callee == 0 || E.kind() != EventKind::Call || !E.receiver() ||
      P.symbol(Callee).Fact->record() == 0 ||
      !guardType(P, P.symbol(Callee).Unit, P.symbol(Callee).Fact->record()))
    return false;
  AccessPath Guard = canonical(AccessPath::of(File, E.receiver()), State.Known);
  std::string_view Method = lastComponent(P.qualifiedName(Callee));
  if (E.implicit() == facts::ImplicitKind::Destructor) {
    if (State.Guards.contains(Guard))
      State.endGuard(Guard);
    else if (Guard)
      State.Released.insert(Guard);
    return true;
  }
  auto It = State.Guards.find(Guard);
  if (Method == "release" && It != State.Guards.end())
    It->second = {{}, It->second.Mode, false, true};
  else if (Method == "owns_lock" || Method == "operator bool")
    Asked.emplace(AccessPath::ofResult(E.id()), Guard);
  return false;
}

std::vector<AccessPath> LockFlow::locksOf(const AccessPath &Path,
                                          const LockState &State) const {
  auto It = State.Guards.find(Path);
  return It == State.Guards.end() ? std::vector<AccessPath>{Path}
                                  : It->second.Locks;
}

void LockFlow::lockEntries(const facts::Event &E, LockState &State) {
  for (const rules::Entry *Entry : P.entries(P.resolve(F.Unit, E.symbol()))) {
    bool Takes =
        does(*Entry, Effect::Acquires) && !does(*Entry, Effect::TryAcquires);
    bool Tests = does(*Entry, Effect::TryAcquires);
    bool GivesBack = does(*Entry, Effect::Releases);
    if (Entry->async() || (!Takes && !Tests && !GivesBack))
      continue;
    std::vector<AccessPath> Paths;
    int Count =
        Entry->lock() == -2 ? static_cast<int>(each(E.args()).size()) : 1;
    for (int I = 0; I < Count; ++I)
      if (AccessPath Path =
              lockArgument(P, Id, E, Entry->lock() == -2 ? I : Entry->lock()))
        Paths.push_back(canonical(std::move(Path), State.Known));
    std::vector<AccessPath> Locks;
    for (const AccessPath &Path : Paths) {
      auto Own = locksOf(Path, State);
      Locks.insert(Locks.end(), Own.begin(), Own.end());
    }
    if (Takes)
      acquire(Locks, Entry->mode(), E, State);
    else if (GivesBack)
      for (const AccessPath &Lock : Locks)
        State.giveBack(Lock);
    else
      Tries.emplace(AccessPath::ofResult(E.id()),
                    Try{Locks, Entry->mode(), &E,
                        P.typeName(F.Unit, E.type()).find("ool") ==
                            std::string_view::npos});
    for (const AccessPath &Path : Paths)
      if (auto It = State.Guards.find(Path); It != State.Guards.end()) {
        It->second.Owns = !GivesBack;
        It->second.Sure = !Tests;
      }
  }
}

void LockFlow::acquire(const std::vector<AccessPath> &Locks,
                       rules::LockMode Mode, const facts::Event &E,
                       LockState &State) {
  ChainId Chain = Model.chainOf({Id, &E, 0});
  if (Recording) {
    // Locks taken together are in no order among themselves.
    std::set<AccessPath> Together(Locks.begin(), Locks.end());
    for (const AccessPath &Lock : Locks)
      record(State, {Lock, Mode, Chain, 0, false, {}}, Together);
  }
  for (const AccessPath &Lock : Locks)
    State.take(Lock, Mode, Chain);
}

void LockFlow::record(const LockState &State, Acquisition A,
                      const std::set<AccessPath> &Except) {
  if (!Recording)
    return;
  LockName To = nameOf(A.Lock);
  std::set<LockId> Gates;
  for (const AccessPath &Gate : A.Gates)
    if (LockName Name = nameOf(Gate); !Name.Text.empty())
      Gates.insert(Model.lockId(Name));
  for (const auto &[Lock, H] : State.Held)
    if (LockName Name = nameOf(Lock); H.Must && !Name.Text.empty())
      Gates.insert(Model.lockId(Name));
  for (const auto &[Lock, H] : State.Held) {
    // What a callee gives back first is not taken twice.
    if (Lock == A.Lock && H.Must && (A.Calls == 0 || !Except.contains(Lock)))
      Repeats.push_back(
          {Lock, Id, H.Chain, A.Chain, H.Mode, A.Mode, A.Calls, A.Uncertain});
    LockName From = nameOf(Lock);
    if (!H.Must || Lock == A.Lock || Except.contains(Lock) ||
        From.Text.empty() || To.Text.empty())
      continue;
    LockId FromId = Model.lockId(From), ToId = Model.lockId(To);
    if (FromId == ToId) {
      if (A.Calls == 0 && !To.IsElement)
        Pairs.push_back({ToId, Id, Lock, A.Lock, H.Chain, A.Chain});
      continue;
    }
    OrderEdge Edge{FromId, ToId,   Id,      H.Chain,     A.Chain,
                   H.Mode, A.Mode, A.Calls, A.Uncertain, {}};
    for (LockId Gate : Gates)
      if (Gate != FromId && Gate != ToId)
        Edge.Gates.push_back(Gate);
    Edges.push_back(std::move(Edge));
  }
  constexpr std::size_t MaxAcquisitions = 128;
  if (!isVisible(A.Lock) || Summary.Acquires.size() >= MaxAcquisitions)
    return;
  for (const auto &[Lock, H] : State.Held)
    if (H.Must && isVisible(Lock))
      A.Gates.push_back(Lock);
  std::sort(A.Gates.begin(), A.Gates.end());
  A.Gates.erase(std::unique(A.Gates.begin(), A.Gates.end()), A.Gates.end());
  for (const Acquisition &Known : Summary.Acquires)
    if (Known.Lock == A.Lock && Known.Mode == A.Mode && Known.Gates == A.Gates)
      return;
  Summary.Acquires.push_back(std::move(A));
}

void LockFlow::edge(const facts::Edge &E, LockState &State) {
  const facts::Predicate *Pred = E.predicate();
  if (!Pred || !Pred->left() ||
      (E.kind() != facts::EdgeKind::True && E.kind() != facts::EdgeKind::False))
    return;
  bool Holds = (E.kind() == facts::EdgeKind::True) != Pred->negated();
  bool ZeroOnRight = Pred->right() && Pred->right()->integer() == 0 &&
                     Pred->right()->kind() != facts::ValueKind::Place;
  bool NonZero; // whether the left side is not zero on this edge
  switch (Pred->op()) {
  case facts::PredicateOp::Truth:
    NonZero = Holds;
    break;
  case facts::PredicateOp::IsNull:
    NonZero = !Holds;
    break;
  case facts::PredicateOp::Eq:
  case facts::PredicateOp::Ne:
    if (!ZeroOnRight)
      return;
    NonZero = Holds == (Pred->op() == facts::PredicateOp::Ne);
    break;
  default:
    return;
  }
  AccessPath Result = AccessPath::of(File, Pred->left());
  if (auto It = Tries.find(Result); It != Tries.end()) {
    if (NonZero != It->second.ZeroIsSuccess)
      for (const AccessPath &Lock : It->second.Locks)
        State.take(Lock, It->second.Mode,
                   Model.chainOf({Id, It->second.Site, 0}));
  } else if (auto Question = Asked.find(Result); Question != Asked.end()) {
    auto Guard = State.Guards.find(Question->second);
    if (Guard == State.Guards.end() || Guard->second.Sure)
      return;
    Guard->second.Sure = true;
    Guard->second.Owns = NonZero;
    for (const AccessPath &Lock : Guard->second.Locks)
      if (auto Held = State.Held.find(Lock); Held != State.Held.end()) {
        if (NonZero)
          Held->second.Must = true;
        else
          State.Held.erase(Held);
      }
  }
}

void LockFlow::finish() {
  if (Returned && !ReturnsVary && isVisible(Returned->To))
    Summary.Result = Returned;
  if (F.Fact->exit() >= In.size() || !In[F.Fact->exit()])
    return;
  const LockState &Exit = *In[F.Fact->exit()];
  for (const auto &[Lock, H] : Exit.Held)
    if (H.Must && isVisible(Lock))
      Summary.LeftHeld.emplace(Lock, H);
  for (const auto &[Guard, State] : Exit.Guards)
    if (Guard.Root == PlaceRoot::This || Guard.Root == PlaceRoot::Param ||
        Guard == AccessPath::ofResult(0) ||
        Guard.startsWith(AccessPath::ofResult(0)))
      Summary.Guards.emplace(Guard, State);
  for (const AccessPath &Lock : Exit.Released)
    if (isVisible(Lock))
      Summary.Released.insert(Lock);
  if (hasFlag(F.Fact->flags(), facts::FunctionFlag::Constructor))
    for (const auto &[Path, B] : Exit.Known)
      if (Path.Root == PlaceRoot::This && isVisible(B.To))
        Summary.Known.emplace(Path, B);
}

} // namespace gridlock
