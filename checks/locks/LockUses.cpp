// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockUses.h"

#include "checks/engine/Classify.h"
#include "checks/engine/Guards.h"
#include "checks/locks/LockOperations.h"

#include <algorithm>

namespace gridlock {

using facts::EventKind;
using facts::ImplicitKind;
using facts::PlaceRoot;
using rules::Effect;

namespace {

bool isOwned(const AccessPath &Lock, const LockState &State) {
  return std::any_of(
      State.Guards.begin(), State.Guards.end(), [&](const auto &Item) {
        const auto &Locks = Item.second.Locks;
        return Item.second.Owns &&
               std::find(Locks.begin(), Locks.end(), Lock) != Locks.end();
      });
}

class Finder {
public:
  Finder(LockModel &Model, FunctionId Id)
      : Model(Model), P(Model.program()), Id(Id), F(P.function(Id)),
        File(P.unit(F.Unit)) {}
  LockUses run();

private:
  void event(const facts::Event &E, const LockState &Before,
             const LockState &After);
  void attempt(const facts::Event &E, const LockState &State);
  bool isAdopted(ChainId Chain) const;
  bool givesBack(const facts::Event &E, const AccessPath &Lock) const;
  bool takesToo(const facts::Event &E, const std::string &Name) const;
  void findTold();
  void findEmptyGuards();

  LockModel &Model;
  const Program &P;
  FunctionId Id;
  const ProgramFunction &F;
  const FactsFile &File;
  LockUses Result;
  std::set<std::string> ByObject; // locks that objects took when they were made
  // A temporary that took a lock in the event before.
  const facts::Event *Last = nullptr;
  AccessPath LastLock;
};

void Finder::event(const facts::Event &E, const LockState &Before,
                   const LockState &After) {
  const facts::Event *Made = std::exchange(Last, nullptr);
  for (const auto &[Lock, H] : After.Held) {
    const ChainLink &Link = Model.chain(H.Chain);
    if (Link.Function != Id || Link.Site != &E || Model.isSemaphore(H.Chain))
      continue;
    auto Was = Before.Held.find(Lock);
    bool IsNew = Was == Before.Held.end() || Was->second.Chain != H.Chain;
    if (!IsNew && (E.kind() != EventKind::Call || !H.Must))
      continue;
    if (E.kind() == EventKind::Construct) {
      ByObject.insert(nameOf(Lock).Text);
      if (E.discarded() && !E.void_cast() && E.place() &&
          E.place()->root() == PlaceRoot::Temporary) {
        Last = &E;
        LastLock = Lock;
      }
    } else if (!isOwned(Lock, After) && !isAdopted(H.Chain) &&
               !(Before.Held.contains(Lock) && givesBack(E, Lock))) {
      Result.Locks[Lock].Taken.emplace(&E, H.Chain);
    }
  }
  attempt(E, Before);
  if (&Before == &After && E.kind() != EventKind::LifetimeEnd && !Made)
    return; // nothing is given back
  bool IsEnd = E.implicit() == ImplicitKind::Destructor ||
               E.implicit() == ImplicitKind::Cleanup;
  for (const auto &[Lock, H] : Before.Held) {
    bool EndsItself = E.kind() == EventKind::LifetimeEnd && E.place() &&
                      Lock.startsWith(AccessPath::of(File, *E.place()));
    bool Adopted = isOwned(Lock, After) && !isOwned(Lock, Before);
    if (Model.isSemaphore(H.Chain))
      continue;
    bool WasOwned = isOwned(Lock, Before);
    // `guard.release();` leaves the lock to nobody, unless it is the caller's.
    if (WasOwned && !H.FromCaller && After.Held.contains(Lock) &&
        !isOwned(Lock, After) && E.kind() == EventKind::Call && E.discarded()) {
      Result.Locks[Lock].Taken.emplace(&E, H.Chain);
      Result.Locks[Lock].IsGivenUp = true;
    }
    if ((After.Held.contains(Lock) && !Adopted && !EndsItself) || WasOwned)
      continue;
    LockUse &Use = Result.Locks[Lock];
    Use.Released.insert(&E);
    Use.ByDestructor |= IsEnd;
  }
  for (const AccessPath &Lock : After.Released) {
    if (Before.Released.contains(Lock) || Before.Held.contains(Lock))
      continue;
    std::string Name = nameOf(Lock).Text;
    Result.ReleasedOnly.insert(Name);
    // The end of an object that took it, and may have given it back already.
    if (!takesToo(E, Name) && !(IsEnd && ByObject.contains(Name)))
      Result.GivenBack.insert(Name);
  }
  if (Made && IsEnd && E.receiver() && E.receiver()->place() &&
      AccessPath::of(File, E.receiver()) ==
          AccessPath::of(File, *Made->place()) &&
      !After.Held.contains(LastLock))
    Result.Guards.push_back({Made, LastLock});
}

// Whether what is called only takes over a lock that is held, as the wait of a
// condition variable does.
bool Finder::isAdopted(ChainId Chain) const {
  const ChainLink &End = Model.acquisition(Chain);
  auto Guard = guardConstruction(P, P.function(End.Function).Unit, *End.Site);
  return Guard && Guard->Start == GuardStart::Adopts;
}

// Whether what is called gives a lock back that its caller has taken.
bool Finder::givesBack(const facts::Event &E, const AccessPath &Lock) const {
  std::vector<CallEdge> Targets;
  Model.calls().follow(Id, E, Targets);
  std::string Name = nameOf(Lock).Text;
  for (const CallEdge &Edge : Targets)
    if (const LockSummary *Callee = Model.summary(Edge.Target))
      for (const AccessPath &Given : Callee->Released)
        if (nameOf(Given).Text == Name)
          return true;
  return false;
}

// Whether what is called takes locks of that name as well: then it may release
// what it has taken itself.
bool Finder::takesToo(const facts::Event &E, const std::string &Name) const {
  std::vector<CallEdge> Targets;
  if (E.kind() == EventKind::Call || E.kind() == EventKind::Construct)
    Model.calls().follow(Id, E, Targets);
  for (const CallEdge &Edge : Targets)
    if (const LockSummary *Callee = Model.summary(Edge.Target);
        Callee && Callee->First && nameOf(Callee->First->Lock).Text == Name)
      return true;
  return false;
}

// A try, of a lock and not of a guard.
void Finder::attempt(const facts::Event &E, const LockState &State) {
  if (E.kind() != EventKind::Call)
    return;
  for (const rules::Entry *Entry : P.entries(P.resolve(F.Unit, E.symbol()))) {
    const bool TellsError = tellsError(P, F.Unit, E, *Entry);
    if ((!does(*Entry, Effect::TryAcquires) && !TellsError) || Entry->async() ||
        Entry->lock() == -2)
      continue;
    AccessPath Path = lockArgument(P, Id, E, Entry->lock());
    if (!Path)
      continue;
    Path = canonical(std::move(Path), State.Known);
    if (State.Guards.contains(Path))
      continue;
    if (TellsError) {
      Result.Locks[Path].Failing.try_emplace(AccessPath::ofResult(E.id()),
                                             LockUse::Try{&E, true});
      continue;
    }
    bool Zero = zeroIsTaken(P, F.Unit, E, *Entry);
    Result.Locks[Path].Tried.try_emplace(AccessPath::ofResult(E.id()),
                                         LockUse::Try{&E, Zero});
  }
  // A function of the program that says by its result whether it took it.
  std::vector<CallEdge> Targets;
  Model.calls().follow(Id, E, Targets);
  const LockSummary *Callee =
      Targets.size() == 1 ? Model.summary(Targets[0].Target) : nullptr;
  if (!Callee || (Callee->Tells.empty() && Callee->Lends.empty()))
    return;
  Substitution Here(P, Id, E, State.Known, nullptr, false);
  for (const LockSummary::Told &T : Callee->Tells)
    if (auto Lock = Here.apply(T.Lock))
      Result.Locks[*Lock].Tried.try_emplace(AccessPath::ofResult(E.id()),
                                            LockUse::Try{&E, T.ZeroIsSuccess});
  for (const LockSummary::Lent &L : Callee->Lends)
    if (auto Lock = Here.apply(L.Lock);
        Lock && State.Held.contains(*Lock) && State.Held.at(*Lock).Must)
      Result.Locks[*Lock].Lent.try_emplace(AccessPath::ofResult(E.id()),
                                           LockUse::Try{&E, L.ZeroIsGone});
}

// Locals that keep the result of a try, or of what may have given a lock back.
void Finder::findTold() {
  for (auto &[Lock, Use] : Result.Locks)
    for (std::map<AccessPath, LockUse::Try> *Told :
         {&Use.Tried, &Use.Lent, &Use.Failing})
      if (!Told->empty())
        for (const facts::Block *B : each(F.Fact->blocks()))
          for (const facts::Event *E : each(B->events()))
            if (E->place() && E->value() && E->symbol() == 0 &&
                (E->kind() == EventKind::Construct ||
                 E->kind() == EventKind::Assign))
              if (auto It = Told->find(AccessPath::of(File, E->value()));
                  It != Told->end())
                Told->try_emplace(AccessPath::of(File, *E->place()),
                                  It->second);
}

// `std::unique_lock<std::mutex>(m);` declares a guard named `m`, without a
// lock. Told by a guard in a local that nothing is done with.
void Finder::findEmptyGuards() {
  std::map<std::uint32_t, const facts::Event *> Empty;
  auto Used = [&](const facts::Place *Place) {
    if (Place && Place->root() == PlaceRoot::Local)
      Empty.erase(Place->id());
  };
  for (const facts::Block *B : each(F.Fact->blocks()))
    for (const facts::Event *E : each(B->events()))
      if (auto Guard = guardConstruction(P, F.Unit, *E);
          Guard && each(E->args()).size() == 0 && E->place() &&
          E->place()->root() == PlaceRoot::Local && !E->place()->path())
        Empty.emplace(E->place()->id(), E);
  for (const facts::Block *B : each(F.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      bool Makes = E->kind() == EventKind::Construct && E->place() &&
                   E->place()->root() == PlaceRoot::Local &&
                   Empty.contains(E->place()->id()) &&
                   Empty.at(E->place()->id()) == E;
      if (Makes || E->kind() == EventKind::LifetimeBegin ||
          E->kind() == EventKind::LifetimeEnd ||
          E->implicit() == ImplicitKind::Destructor)
        continue;
      Used(E->place());
      for (const facts::Value *V : {E->receiver(), E->value()}) {
        Used(V ? V->place() : nullptr);
        for (const facts::CapturedValue *C : each(V ? V->captures() : nullptr))
          Used(C->value() ? C->value()->place() : nullptr);
      }
      for (const facts::Value *Arg : each(E->args())) {
        Used(Arg->place());
        for (const facts::CapturedValue *C : each(Arg->captures()))
          Used(C->value() ? C->value()->place() : nullptr);
      }
    }
  for (const auto &[Local, Made] : Empty)
    Result.Guards.push_back({Made, {}});
}

LockUses Finder::run() {
  Model.watch(Id, [&](const facts::Event &E, const LockState &Before,
                      const LockState &After) { event(E, Before, After); });
  findTold();
  findEmptyGuards();
  return std::move(Result);
}

} // namespace

LockUses findLockUses(LockModel &Model, FunctionId F) {
  return Model.hasState(F) ? Finder(Model, F).run() : LockUses();
}

} // namespace gridlock
