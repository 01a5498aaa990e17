// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LockFlow, third part: locks that are taken, waited for and given back by
// hand, and what comes together at an acquisition.
#include "checks/engine/Classify.h"
#include "checks/locks/LockFlow.h"
#include "checks/locks/LockOperations.h"

#include <algorithm>

namespace gridlock {

using rules::Effect;

namespace {

// In a function: programs in which more than these are on one cycle of locks
// are past help, and none may take all memory. What is left out is counted.
constexpr std::size_t MaxTaken = 256;

bool sameGates(const std::vector<LockSummary::Gate> &A,
               const std::vector<LockSummary::Gate> &B) {
  return std::equal(A.begin(), A.end(), B.begin(), B.end(),
                    [](const auto &X, const auto &Y) {
                      return X.Lock == Y.Lock && X.Mode == Y.Mode;
                    });
}

// One gate of each lock and mode, in the order of the locks.
void normalise(std::vector<LockSummary::Gate> &Gates) {
  std::stable_sort(
      Gates.begin(), Gates.end(),
      [](const auto &X, const auto &Y) { return X.Lock < Y.Lock; });
  Gates.erase(std::unique(Gates.begin(), Gates.end(),
                          [](const auto &X, const auto &Y) {
                            return X.Lock == Y.Lock && X.Mode == Y.Mode;
                          }),
              Gates.end());
}

// Whether the class CLASS knows objects of the class OF by one member only.
bool knowsOne(const Program &P, std::uint32_t Unit, std::string_view Class,
              std::string_view Of) {
  const std::size_t Count = each(P.unit(Unit).root().types()).size();
  for (std::uint32_t T = 1; T < Count; ++T) {
    const facts::Type *Type = P.type(Unit, T);
    if (Type->kind() != facts::TypeKind::Record ||
        each(Type->fields()).empty() || P.text(Unit, Type->name()) != Class)
      continue;
    auto Fields = each(Type->fields());
    return std::count_if(Fields.begin(), Fields.end(), [&](const auto *Member) {
             const std::uint32_t To = P.type(Unit, Member->type())->pointee();
             return P.typeName(Unit, To) == Of;
           }) <= 1;
  }
  return true;
}

// Whether INNER is the object's own lock OWN, by way of something that it holds
// and that knows it: `this->sessions[...]->server->lock`, or the same from a
// parameter.
bool leadsBack(const Program &P, std::uint32_t Unit, const AccessPath &Own,
               const AccessPath &Inner) {
  using facts::StepKind;
  const std::size_t Base = nameStart(Own);
  const std::size_t Start = nameStart(Inner);
  if (Own.Root != Inner.Root || Own.Id != Inner.Id ||
      Base != (Own.Root == facts::PlaceRoot::This ? 0u : 1u) ||
      (Own.Root != facts::PlaceRoot::This &&
       Own.Root != facts::PlaceRoot::Param) ||
      Start < Base + 3 || Start >= Inner.Steps.size() ||
      !std::equal(Own.Steps.begin(),
                  Own.Steps.begin() + static_cast<std::ptrdiff_t>(Base),
                  Inner.Steps.begin()) ||
      Inner.Steps[Start - 1].Kind != StepKind::Deref)
    return false;
  const PathStep &Back = Inner.Steps[Start - 2];
  const PathStep &First = Inner.Steps[Base];
  // Another object of the same class may know a third one.
  return Back.Kind == StepKind::Field && First.Kind == StepKind::Field &&
         Back.Owner != Inner.Steps[Start].Owner &&
         First.Owner == Inner.Steps[Start].Owner &&
         std::count_if(Inner.Steps.begin(), Inner.Steps.end(),
                       [](const PathStep &S) {
                         return S.Kind == StepKind::Field;
                       }) <= 4 &&
         knowsOne(P, Unit, Back.Owner, First.Owner);
}

// The guard at PATH, which may be a pointer that is one; or at what that is.
auto guardAt(LockState &State, AccessPath Path) {
  AccessPath Canonical = canonical(Path, State.Known);
  if (!Path.Steps.empty() && Path.Steps.back().Kind == facts::StepKind::Deref) {
    Path.Steps.pop_back();
    if (auto It = State.Guards.find(Path); It != State.Guards.end())
      return It;
    if (!Canonical.Steps.empty() &&
        Canonical.Steps.back().Kind == facts::StepKind::Deref) {
      AccessPath Pointer = Canonical;
      Pointer.Steps.pop_back();
      if (auto It = State.Guards.find(Pointer); It != State.Guards.end())
        return It;
    }
  } else if (auto It = State.Guards.find(Path); It != State.Guards.end()) {
    return It;
  }
  return State.Guards.find(Canonical);
}

bool bothShared(rules::LockMode A, rules::LockMode B) {
  return A == rules::LockMode::Shared && B == rules::LockMode::Shared;
}

} // namespace

void LockFlow::lockEntries(const facts::Event &E, LockState &State) {
  for (const rules::Entry *Entry : P.entries(P.resolve(F.Unit, E.symbol()))) {
    bool Tests = does(*Entry, Effect::TryAcquires);
    bool Takes = !Tests && does(*Entry, Effect::Acquires);
    bool GivesBack = does(*Entry, Effect::Releases);
    bool Waits = does(*Entry, Effect::WaitsReleasing);
    // A lock that is awaited is taken where it is awaited.
    if ((Entry->async() && Takes) || (!Takes && !Tests && !GivesBack && !Waits))
      continue;
    const bool IsAll = Entry->lock() == -2;
    auto Args = each(E.args());
    std::vector<AccessPath> Paths, Locks;
    std::vector<Given> All;
    for (int I = 0; I < (IsAll ? static_cast<int>(Args.size()) : 1); ++I) {
      AccessPath Path = lockArgument(P, Id, E, IsAll ? I : Entry->lock());
      if (!Path)
        continue;
      auto Guard = guardAt(State, Path);
      Paths.push_back(Path);
      Path = canonical(std::move(Path), State.Known);
      // What is cleaned up may have been told to unlock before.
      if (GivesBack && E.implicit() == facts::ImplicitKind::Cleanup &&
          Guard != State.Guards.end() && !Guard->second.Owns)
        continue;
      std::vector<AccessPath> Of{Path};
      if (Guard != State.Guards.end())
        Of = Guard->second.Locks;
      for (AccessPath &Lock : Of) {
        All.push_back(IsAll && Lock == Path
                          ? given(*Args[static_cast<unsigned>(I)],
                                  std::move(Lock), Entry->mode(), State)
                          : Given{std::move(Lock)});
        Locks.push_back(All.back().Lock);
      }
    }
    if (Waits) {
      waitAgain(Locks, E, State);
      continue;
    }
    if (Takes) {
      acquire(All, Entry->mode(), E, State);
      if (tellsError(P, F.Unit, E, *Entry)) {
        std::vector<LockSummary::Lent> Gone;
        for (const AccessPath &Lock : Locks)
          Gone.push_back({Lock, false});
        Lends[AccessPath::ofResult(E.id())] = std::move(Gone);
      }
    } else if (GivesBack)
      for (const AccessPath &Lock : Locks) {
        if (State.Awaited.erase(Lock) == 0)
          State.giveBack(Lock);
      }
    else
      noteTry(AccessPath::ofResult(E.id()),
              Try{Locks, Entry->mode(), &E, zeroIsTaken(P, F.Unit, E, *Entry),
                  Entry->async()});
    // A pointer to what it has taken stands for it: GMutexLocker.
    if (Takes && P.type(F.Unit, E.type())->kind() == facts::TypeKind::Pointer)
      State.Guards[AccessPath::ofResult(E.id())] = {Locks, Entry->mode(), true,
                                                    true};
    for (const AccessPath &Path : Paths)
      if (auto It = guardAt(State, Path); It != State.Guards.end()) {
        if (Tests) {
          mayOwn(It->second, Entry->mode(), E, State);
          continue;
        }
        It->second.Owns = !GivesBack;
        It->second.Sure = true;
        // Through a pointer to the lock itself: all that stand for it.
        if (GivesBack && !Path.Steps.empty() &&
            Path.Steps.back().Kind == facts::StepKind::Deref)
          for (auto &[Other, Guard] : State.Guards)
            if (Guard.Locks == It->second.Locks)
              Guard.Owns = false;
      }
  }
}

void LockFlow::acquire(const std::vector<Given> &Locks, rules::LockMode Mode,
                       const facts::Event &E, LockState &State, bool Awaited) {
  if (Summarising || Ordering) {
    // Locks taken together are in no order among themselves.
    PathSet Together;
    for (const Given &G : Locks)
      Together.insert(G.Lock);
    for (const Given &G : Locks)
      record(State,
             {.Lock = G.Lock,
              .Mode = Mode,
              .Chain = Model.chainOf({Id, &E, G.Inside}),
              .Calls = G.Inside != 0 ? 1u : 0u,
              .Awaited = Awaited,
              .Gates = {}},
             Together);
  }
  for (const Given &G : Locks) {
    ChainId Chain = Model.chainOf({Id, &E, G.Inside});
    if (Awaited)
      State.Awaited[G.Lock] = {Mode, Chain, true};
    else
      State.take(G.Lock, Mode, Chain);
  }
}

// A semaphore that is a lock. A wait for it may fail, and then say so.
void LockFlow::semaphoreCall(const facts::Event &E, LockState &State) {
  const AccessPath Lock = canonical(semaphoreOf(P, Id, E), State.Known);
  if (!Model.semaphores().contains(Lock))
    return;
  const bool TellsError = P.typeName(F.Unit, E.type()) == "int";
  switch (semaphoreUse(P, P.resolve(F.Unit, E.symbol()))) {
  case SemaphoreUse::Takes:
    acquire({{Lock}}, rules::LockMode::Exclusive, E, State);
    if (TellsError)
      Lends[AccessPath::ofResult(E.id())] = {{Lock, false}};
    return;
  case SemaphoreUse::Tries:
    noteTry(AccessPath::ofResult(E.id()),
            Try{{Lock}, rules::LockMode::Exclusive, &E, TellsError, false});
    return;
  case SemaphoreUse::GivesBack:
    State.Held.erase(Lock);
    return;
  default:
    return;
  }
}

// A wait on a condition variable takes its lock again while it holds others.
void LockFlow::waitAgain(const std::vector<AccessPath> &Locks,
                         const facts::Event &E, LockState &State) {
  if (!Summarising && !Ordering)
    return;
  PathSet Own;
  Own.insert(Locks.begin(), Locks.end());
  LockState Others = State;
  for (const AccessPath &Lock : Locks)
    Others.Held.erase(Lock);
  for (const AccessPath &Lock : Locks) {
    auto Was = State.Held.find(Lock);
    record(Others,
           {.Lock = Lock,
            .Mode = Was == State.Held.end() ? rules::LockMode::Exclusive
                                            : Was->second.Mode,
            .Chain = Model.chainOf({Id, &E, 0}),
            .By = How::TakenAgain,
            .Gates = {}},
           Own);
  }
}

std::vector<LockSummary::Gate> LockFlow::gatesIn(const LockState &State,
                                                 bool OnlyVisible) const {
  std::vector<Gate> Result;
  for (const auto *Held : {&State.Held, &State.Awaited})
    for (const auto &[Lock, H] : *Held)
      if (H.Must && (!OnlyVisible || isVisible(Lock)))
        Result.push_back({Lock, H.Mode, H.Chain});
  return Result;
}

// The lock TO is taken while others are held.
void LockFlow::meet(const LockState &State, const Acquisition &A, LockId To,
                    const PathSet &Except) {
  std::vector<GateId> Gates;
  auto AddGate = [&](const AccessPath &Lock, rules::LockMode Mode) {
    if (LockId Name = Model.lockId(Lock); Name != NoLock)
      Gates.push_back(LockModel::gateId(Name, Mode));
  };
  for (const Gate &G : A.Gates)
    AddGate(G.Lock, G.Mode);
  for (const auto *Held : {&State.Held, &State.Awaited})
    for (const auto &[Lock, H] : *Held)
      if (H.Must)
        AddGate(Lock, H.Mode);
  sortUnique(Gates);
  for (const auto *Held : {&State.Held, &State.Awaited})
    for (const auto &[Lock, H] : *Held) {
      bool IsSame = Lock == A.Lock;
      // What a callee gives back first is not taken twice.
      if (IsSame && H.Must && A.By != How::TakenAgain &&
          (A.Calls == 0 || !A.AfterRelease))
        Repeats.push_back({Lock, Id, H.Chain, A.Chain, H.Mode, A.Mode, A.Calls,
                           A.Uncertain, A.By == How::Joined, A.Awaited});
      if ((!H.Must && !H.Chosen) || IsSame || To == NoLock ||
          Except.contains(Lock))
        continue;
      LockId From = Model.lockId(Lock);
      if (From == NoLock)
        continue;
      if (From == To) {
        if (leadsBack(P, F.Unit, Lock, A.Lock)) {
          Repeats.push_back({Lock, Id, H.Chain, A.Chain, H.Mode, A.Mode,
                             A.Calls, false, false, A.Awaited});
          continue;
        }
        if (A.Lock.Root != facts::PlaceRoot::None && A.By == How::Taken &&
            !bothShared(H.Mode, A.Mode))
          Pairs.push_back({To, Id, Lock, A.Lock, H.Chain, A.Chain, A.Calls,
                           A.Uncertain, gatesIn(State, false)});
        continue;
      }
      OrderEdge Edge{.From = From,
                     .To = To,
                     .Function = Id,
                     .Runner = runnerOf(A),
                     .FromChain = H.Chain,
                     .ToChain = A.Chain,
                     .FromMode = H.Mode,
                     .ToMode = A.Mode,
                     .Calls = A.Calls,
                     .Uncertain = A.Uncertain,
                     .By = A.By,
                     .Awaited = A.Awaited || Held == &State.Awaited,
                     .Gates = {}};
      for (GateId Gate : Gates)
        if (Gate / 2 != From && Gate / 2 != To)
          Edge.Gates.push_back(Gate);
      Edges.push_back(std::move(Edge));
    }
}

// A lock is taken in STATE. IS_KNOWN: only what comes together here is of
// interest, callers hear of the acquisition otherwise.
void LockFlow::record(const LockState &State, Acquisition A,
                      const PathSet &Except, bool IsKnown) {
  LockId To = Model.lockId(A.Lock);
  if (Summarising) {
    if (A.Mode != rules::LockMode::Shared && To != NoLock)
      Written.insert(To);
    if (A.By == How::Taken && !A.Awaited && To != NoLock)
      TakenHere.insert(To);
    tellTaken(State, A.Lock);
    noteFirst(std::move(A));
    return;
  }
  if ((!State.Held.empty() || !State.Awaited.empty()) &&
      (IsKnown || A.By != How::Started))
    meet(State, A, To, Except);
  // What a function wants held, it takes in vain: no caller need hear of it.
  if (auto Own = State.Held.find(A.Lock);
      Own != State.Held.end() && !Model.chain(Own->second.Chain).Site)
    return;
  if (IsKnown || !isVisible(A.Lock) || !Model.needs().matters(Id, A.Lock))
    return;
  for (Gate &G : gatesIn(State, true))
    A.Gates.push_back(std::move(G));
  normalise(A.Gates);
  A.AfterRelease |= State.Released.contains(A.Lock);
  A.Hash = hashOf(A.Lock);
  const std::size_t Same = indexOf(A.Hash, A.Lock, A, A.Gates);
  keep(std::move(A), Same);
}

// The index in Taken of what is as A, but of LOCK, which has this hash, and
// with GATES; or the size of Taken.
std::size_t LockFlow::indexOf(std::size_t Hash, const AccessPath &Lock,
                              const Acquisition &A,
                              const std::vector<Gate> &Gates) const {
  for (std::size_t I = 0; I < Kept.size(); ++I)
    if (Kept[I] == Hash)
      if (const Acquisition &Known = Taken[I];
          Known.Mode == A.Mode && Known.By == A.By && Known.Lock == Lock &&
          sameGates(Known.Gates, Gates))
        return I;
  return Taken.size();
}

// Among what callers need to know; SAME is where indexOf() has found it.
void LockFlow::keep(Acquisition A, std::size_t Same) {
  if (Same < Taken.size()) {
    if (Taken[Same].AfterRelease && !A.AfterRelease)
      Taken[Same] = std::move(A);
    return;
  }
  if (Taken.size() < MaxTaken) {
    Kept.push_back(A.Hash);
    Taken.push_back(std::move(A));
    return;
  }
  // The nearest count most, and are the surest.
  ++Cut;
  auto Farthest = std::max_element(
      Taken.begin(), Taken.end(),
      [](const auto &X, const auto &Y) { return X.Calls < Y.Calls; });
  if (A.Calls < Farthest->Calls) {
    Kept[static_cast<std::size_t>(Farthest - Taken.begin())] = A.Hash;
    *Farthest = std::move(A);
  }
}

// What two of a callee's names stand for is the same here. GATES: the callee's,
// as they are known here.
void LockFlow::repeatInside(const Acquisition &A, const AccessPath &Lock,
                            const std::vector<Gate> &Gates,
                            const facts::Event &E) {
  if ((A.By != How::Taken && A.By != How::Started) || A.AfterRelease)
    return;
  for (std::size_t I = 0; I < Gates.size(); ++I)
    if (Gates[I].Lock == Lock &&
        std::none_of(A.Gates.begin(), A.Gates.end(),
                     [&](const Gate &G) { return G.Lock == A.Lock; }))
      Repeats.push_back({Lock, Id, Gates[I].Chain,
                         Model.chainOf({Id, &E, A.Chain}), Gates[I].Mode,
                         A.Mode, A.Calls + 1, A.Uncertain, false, A.Awaited});
}

// With nothing held here, what a callee takes matters to the callers only.
void LockFlow::passOn(const Acquisition &A, const Substitution &Sub,
                      const facts::Event &E, EdgeKind Kind) {
  auto IsFixed = [](const AccessPath &Path) {
    return Path.Root == facts::PlaceRoot::None ||
           Path.Root == facts::PlaceRoot::Global;
  };
  std::optional<AccessPath> Rewritten;
  if (!IsFixed(A.Lock)) {
    Rewritten = Sub.apply(A.Lock);
    if (!Rewritten || !isVisible(*Rewritten))
      return;
  }
  const AccessPath &Lock = Rewritten ? *Rewritten : A.Lock;
  if (!Model.needs().matters(Id, Lock))
    return;
  const std::vector<Gate> *Gates = &A.Gates;
  std::vector<Gate> Own;
  if (!std::all_of(A.Gates.begin(), A.Gates.end(),
                   [&](const Gate &G) { return IsFixed(G.Lock); })) {
    for (const Gate &G : A.Gates)
      if (auto Held = Sub.apply(G.Lock))
        Own.push_back(
            {std::move(*Held), G.Mode, Model.chainOf({Id, &E, G.Chain})});
    normalise(Own);
    Gates = &Own;
    repeatInside(A, Lock, Own, E);
  }
  const std::size_t Hash = Rewritten ? hashOf(Lock) : A.Hash;
  const std::size_t Same = indexOf(Hash, Lock, A, *Gates);
  if (Same < Taken.size() && (!Taken[Same].AfterRelease || A.AfterRelease))
    return;
  Acquisition Here{.Lock = Lock,
                   .Mode = A.Mode,
                   .Chain = Model.newChain({Id, &E, A.Chain}),
                   .Calls = A.Calls + 1,
                   .Uncertain =
                       A.Uncertain || Kind == EdgeKind::SeveralOverrides,
                   .Awaited = A.Awaited,
                   .By = A.By,
                   .AfterRelease = A.AfterRelease,
                   .Gates = *Gates,
                   .Hash = Hash};
  if (Gates == &A.Gates)
    for (Gate &G : Here.Gates)
      G.Chain = Model.newChain({Id, &E, G.Chain});
  keep(std::move(Here), Same);
}

} // namespace gridlock
