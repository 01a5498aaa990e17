// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LockFlow, third part: locks that are taken, waited for and given back by
// hand, and what comes together at an acquisition.
#include "checks/engine/Classify.h"
#include "checks/locks/LockFlow.h"

#include <algorithm>

namespace gridlock {

using rules::Effect;

namespace {

// What many functions take at great depth, or in great number, is not known to
// all that call them: the nearest count most, and are the surest.
constexpr std::size_t MaxAcquisitions = 32;
constexpr unsigned MaxCalls = 20;

std::size_t hashOf(const AccessPath &Path) {
  std::hash<std::string_view> Text;
  std::size_t Hash = static_cast<std::size_t>(Path.Root) * 31 + Path.Id;
  Hash = Hash * 31 + Text(Path.Global);
  for (const PathStep &S : Path.Steps)
    Hash = (Hash * 31 + Text(S.Name)) * 31 + Text(S.Owner);
  return Hash;
}

bool sameGates(const std::vector<LockSummary::Gate> &A,
               const std::vector<LockSummary::Gate> &B) {
  return std::equal(A.begin(), A.end(), B.begin(), B.end(),
                    [](const auto &X, const auto &Y) {
                      return X.Lock == Y.Lock && X.Mode == Y.Mode;
                    });
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
    if (Waits) {
      waitAgain(Locks, E, State);
      continue;
    }
    if (Takes)
      acquire(Locks, Entry->mode(), E, State);
    else if (GivesBack)
      for (const AccessPath &Lock : Locks) {
        if (State.Awaited.erase(Lock) == 0)
          State.giveBack(Lock);
      }
    else
      Tries.emplace(AccessPath::ofResult(E.id()),
                    Try{Locks, Entry->mode(), &E,
                        P.typeName(F.Unit, E.type()).find("ool") ==
                            std::string_view::npos,
                        Entry->async()});
    for (const AccessPath &Path : Paths)
      if (auto It = State.Guards.find(Path); It != State.Guards.end()) {
        It->second.Owns = !GivesBack;
        It->second.Sure = !Tests;
      }
  }
}

void LockFlow::acquire(const std::vector<AccessPath> &Locks,
                       rules::LockMode Mode, const facts::Event &E,
                       LockState &State, bool Awaited) {
  ChainId Chain = Model.chainOf({Id, &E, 0});
  if (Recording) {
    // Locks taken together are in no order among themselves.
    std::set<AccessPath> Together(Locks.begin(), Locks.end());
    for (const AccessPath &Lock : Locks)
      record(State,
             {.Lock = Lock,
              .Mode = Mode,
              .Chain = Chain,
              .Awaited = Awaited,
              .Gates = {}},
             Together);
  }
  for (const AccessPath &Lock : Locks)
    if (Awaited)
      State.Awaited[Lock] = {Mode, Chain, true};
    else
      State.take(Lock, Mode, Chain);
}

// A wait on a condition variable takes its lock again while it holds others.
void LockFlow::waitAgain(const std::vector<AccessPath> &Locks,
                         const facts::Event &E, LockState &State) {
  if (!Recording)
    return;
  std::set<AccessPath> Own(Locks.begin(), Locks.end());
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

// A lock is taken in STATE. KEPT: only what comes together here is of interest,
// callers hear of the acquisition otherwise.
void LockFlow::record(const LockState &State, Acquisition A,
                      const std::set<AccessPath> &Except, bool IsKnown) {
  if (!Recording)
    return;
  LockName To = nameOf(A.Lock);
  if (A.Mode != rules::LockMode::Shared && A.Calls == 0 && !To.Text.empty())
    Written.insert(Model.lockId(To));
  std::vector<Gate> Around = gatesIn(State, false);
  std::set<GateId> Gates;
  for (const std::vector<Gate> *List : {&A.Gates, &Around})
    for (const Gate &G : *List)
      if (LockName Name = nameOf(G.Lock); !Name.Text.empty())
        Gates.insert(Model.gateId(Name, G.Mode));
  for (const auto *Held : {&State.Held, &State.Awaited})
    for (const auto &[Lock, H] : *Held) {
      bool IsSame = Lock == A.Lock;
      // What a callee gives back first is not taken twice.
      if (IsSame && H.Must && A.By != How::TakenAgain &&
          (A.Calls == 0 || !A.AfterRelease))
        Repeats.push_back({Lock, Id, H.Chain, A.Chain, H.Mode, A.Mode, A.Calls,
                           A.Uncertain, A.By == How::Joined, A.Awaited, false});
      LockName From = nameOf(Lock);
      if (!H.Must || IsSame || Except.contains(Lock) || From.Text.empty() ||
          To.Text.empty())
        continue;
      LockId FromId = Model.lockId(From), ToId = Model.lockId(To);
      if (FromId == ToId) {
        if (A.Lock.Root != facts::PlaceRoot::None && A.By == How::Taken &&
            !bothShared(H.Mode, A.Mode))
          Pairs.push_back({ToId, Id, Lock, A.Lock, H.Chain, A.Chain, A.Calls,
                           A.Uncertain, Around});
        continue;
      }
      OrderEdge Edge{FromId,
                     ToId,
                     Id,
                     H.Chain,
                     A.Chain,
                     H.Mode,
                     A.Mode,
                     A.Calls,
                     A.Uncertain,
                     A.By,
                     A.Awaited || Held == &State.Awaited,
                     {}};
      for (GateId Gate : Gates)
        if (Gate / 2 != FromId && Gate / 2 != ToId)
          Edge.Gates.push_back(Gate);
      Edges.push_back(std::move(Edge));
    }
  if (IsKnown || !isVisible(A.Lock))
    return;
  for (Gate &G : gatesIn(State, true))
    A.Gates.push_back(std::move(G));
  auto ByLock = [](const Gate &X, const Gate &Y) { return X.Lock < Y.Lock; };
  auto SameLock = [](const auto &X, const auto &Y) {
    return X.Lock == Y.Lock && X.Mode == Y.Mode;
  };
  std::stable_sort(A.Gates.begin(), A.Gates.end(), ByLock);
  A.Gates.erase(std::unique(A.Gates.begin(), A.Gates.end(), SameLock),
                A.Gates.end());
  A.AfterRelease |= State.Released.contains(A.Lock);
  keep(std::move(A));
}

// Into the summary, if it is not there and nearer ones leave room.
void LockFlow::keep(Acquisition A) {
  if (A.Calls > MaxCalls)
    return;
  const std::size_t Hash = hashOf(A.Lock);
  std::size_t Farthest = 0;
  for (std::size_t I = 0; I < Kept.size(); ++I) {
    Acquisition &Known = Summary.Acquires[I];
    if (Kept[I] == Hash && Known.Lock == A.Lock && Known.Mode == A.Mode &&
        Known.By == A.By && sameGates(Known.Gates, A.Gates)) {
      if (Known.AfterRelease && !A.AfterRelease)
        Known = std::move(A);
      return;
    }
    if (Known.Calls > Summary.Acquires[Farthest].Calls)
      Farthest = I;
  }
  if (Kept.size() < MaxAcquisitions) {
    Kept.push_back(Hash);
    Summary.Acquires.push_back(std::move(A));
  } else if (A.Calls < Summary.Acquires[Farthest].Calls) {
    Kept[Farthest] = Hash;
    Summary.Acquires[Farthest] = std::move(A);
  }
}

// With nothing held here, what a callee takes matters to the callers only.
void LockFlow::passOn(const Acquisition &A, const Substitution &Sub,
                      const facts::Event &E, EdgeKind Kind) {
  if (A.Calls >= MaxCalls)
    return;
  std::optional<AccessPath> Lock = Sub.apply(A.Lock);
  if (!Lock || !isVisible(*Lock))
    return;
  if (Kept.size() >= MaxAcquisitions &&
      std::none_of(
          Summary.Acquires.begin(), Summary.Acquires.end(),
          [&](const Acquisition &Known) { return Known.Calls > A.Calls + 1; }))
    return;
  const std::size_t Hash = hashOf(*Lock);
  for (std::size_t I = 0; I < Kept.size(); ++I)
    if (const Acquisition &Known = Summary.Acquires[I];
        Kept[I] == Hash && Known.Lock == *Lock && Known.Mode == A.Mode &&
        Known.By == A.By && sameGates(Known.Gates, A.Gates) &&
        (!Known.AfterRelease || A.AfterRelease))
      return;
  Acquisition Here = A;
  Here.Lock = std::move(*Lock);
  Here.Chain = Model.newChain({Id, &E, A.Chain});
  for (Gate &G : Here.Gates)
    G.Chain = Model.newChain({Id, &E, G.Chain});
  ++Here.Calls;
  Here.Uncertain |= Kind == EdgeKind::SeveralOverrides;
  keep(std::move(Here));
}

} // namespace gridlock
