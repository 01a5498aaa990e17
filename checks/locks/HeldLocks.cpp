// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/HeldLocks.h"

#include "checks/engine/Classify.h"

#include <algorithm>

namespace gridlock {

using facts::PlaceRoot;
using rules::Effect;

namespace {

bool isCallLike(const facts::Event &E) {
  return E.kind() == facts::EventKind::Call ||
         E.kind() == facts::EventKind::Construct;
}

bool sameName(const AccessPath &A, const AccessPath &B) {
  LockName Name = nameOf(A);
  return !Name.Text.empty() && Name.Text == nameOf(B).Text;
}

// Whether two paths that differ may name one lock all the same: behind a
// pointer of which the target is unknown.
bool mayAlias(const AccessPath &Own, const AccessPath &Held) {
  auto IsDeref = [](const PathStep &S) {
    return S.Kind == facts::StepKind::Deref;
  };
  auto Follows = [&](const AccessPath &Path) {
    return std::any_of(Path.Steps.begin(), Path.Steps.end(), IsDeref);
  };
  if (Own.Root == PlaceRoot::None)
    return sameName(Own, Held);
  if (!Own.Steps.empty() && IsDeref(Own.Steps.back()))
    return true;
  return (Follows(Own) || Follows(Held)) && !Own.Steps.empty() &&
         !Held.Steps.empty() && Own.Steps.back() == Held.Steps.back();
}

// Takes the lock OWN off LOCKS. Of several that it may be it is only one: the
// others stay, whichever those are.
void remove(const AccessPath &Own, std::vector<HeldLockAt> &Locks) {
  if (std::erase_if(Locks,
                    [&](const HeldLockAt &H) { return H.Lock == Own; }) != 0)
    return;
  auto MayBe = [&](const HeldLockAt &H) { return mayAlias(Own, H.Lock); };
  const bool Several =
      Own.Root != PlaceRoot::None &&
      std::count_if(Locks.begin(), Locks.end(), [&](const HeldLockAt &H) {
        return MayBe(H) && H.Held.Mode == rules::LockMode::Exclusive &&
               !H.Held.FromCaller;
      }) > 1;
  if (!Several)
    std::erase_if(Locks, MayBe);
  else
    for (HeldLockAt &H : Locks)
      H.IsEither = MayBe(H);
}

} // namespace

HeldLocks::HeldLocks(LockModel &Model)
    : Model(Model), P(Model.program()), Search(P.functions().size()) {
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    if (!P.isSystem(F) && Model.hasState(F))
      watch(F);
  for (std::uint32_t I = 0; I < Sites.size(); ++I)
    enter(I);
  Search.run([&](FunctionId F) {
    const HeldSite &Site = siteOf(F);
    Model.calls().eachEdge(F, [&](const facts::Event &E, const CallEdge &Edge) {
      if (!P.isCoroutine(Edge.Target) && !givesBack(Edge.Target, Site))
        Search.edge(F, E, Edge);
    });
  });
}

void HeldLocks::watch(FunctionId F) {
  std::shared_ptr<const HeldSite::Surroundings> Last;
  Model.watch(F, [&](const facts::Event &E, const LockState &Before,
                     const LockState &) {
    if (!isCallLike(E))
      return;
    HeldSite Site{F, &E, {}, {}};
    for (const auto &[Lock, H] : Before.Held)
      if (H.Must && !Model.isSemaphore(H.Chain))
        Site.Locks.push_back({Lock, H});
    if (Site.Locks.empty())
      return;
    if (!Last || Last->Guards != Before.Guards || Last->Known != Before.Known)
      Last = std::make_shared<const HeldSite::Surroundings>(
          HeldSite::Surroundings{Before.Guards, Before.Known});
    Site.Around = Last;
    SiteOf.add(reinterpret_cast<std::uintptr_t>(&E),
               static_cast<std::uint32_t>(Sites.size()));
    Sites.push_back(std::move(Site));
  });
}

// Starts the search at what the site's call runs. Locks that the callee gives
// back at some time are not taken for held in it.
void HeldLocks::enter(std::uint32_t Index) {
  HeldSite &Site = Sites[Index];
  std::vector<CallEdge> Targets;
  Model.calls().follow(Site.Function, *Site.Site, Targets);
  for (const CallEdge &Edge : Targets) {
    const LockSummary *Callee = Model.summary(Edge.Target);
    if (!Callee)
      continue;
    Substitution Sub(P, Site.Function, *Site.Site, Site.Around->Known, nullptr,
                     false);
    for (const AccessPath &Path : Callee->Released)
      if (auto Object = Sub.apply(Path))
        for (const AccessPath &Lock : lockedBy(*Site.Site, *Object))
          remove(Lock, Site.Locks);
  }
  if (!Site.Locks.empty())
    for (const CallEdge &Edge : Targets)
      if (!P.isCoroutine(Edge.Target))
        Search.start(Edge.Target, Index, Edge.Kind);
}

bool HeldLocks::givesBack(FunctionId F, const HeldSite &Site) const {
  const LockSummary *Summary = Model.summary(F);
  return Summary &&
         std::any_of(Summary->Released.begin(), Summary->Released.end(),
                     [&](const AccessPath &Path) {
                       return std::any_of(Site.Locks.begin(), Site.Locks.end(),
                                          [&](const HeldLockAt &H) {
                                            return sameName(Path, H.Lock);
                                          });
                     });
}

std::vector<FunctionId> HeldLocks::functions() const {
  std::vector<FunctionId> All = Search.reached();
  for (const HeldSite &Site : Sites)
    All.push_back(Site.Function);
  sortUnique(All);
  return All;
}

const HeldSite *HeldLocks::at(const facts::Event &E) const {
  const std::uint32_t Site =
      SiteOf.find(reinterpret_cast<std::uintptr_t>(&E),
                  [&](std::uint32_t I) { return Sites[I].Site == &E; });
  return Site == NumberTable::None ? nullptr : &Sites[Site];
}

PathShape HeldLocks::shapeOf(FunctionId F) const {
  PathShape Shape = Search.shapeOf(F);
  ++Shape.Calls;
  return Shape;
}

std::vector<PathSearch::Hop> HeldLocks::pathTo(FunctionId F) const {
  std::vector<PathSearch::Hop> Path = Search.pathTo(F);
  const HeldSite &Site = siteOf(F);
  FunctionId First = Path.empty() ? F : Path.front().Caller;
  Path.insert(Path.begin(), {Site.Function, Site.Site, First});
  return Path;
}

// The locks of the guard that PATH names at the call E, or the path itself.
std::vector<AccessPath> HeldLocks::lockedBy(const facts::Event &E,
                                            AccessPath Path) const {
  const HeldSite *Site = at(E);
  if (!Site)
    return {std::move(Path)};
  Path = canonical(std::move(Path), Site->Around->Known);
  auto Guard = Site->Around->Guards.find(Path);
  return Guard == Site->Around->Guards.end()
             ? std::vector<AccessPath>{std::move(Path)}
             : Guard->second.Locks;
}

std::vector<HeldLockAt> HeldLocks::heldDuring(const HeldSite &Site,
                                              FunctionId F,
                                              const facts::Event &Op,
                                              const rules::Entry &Entry) const {
  if (!does(Entry, Effect::WaitsReleasing))
    return Site.Locks;
  // The waiter's own locks, in the words of the function at the site.
  AccessPath Waiter = lockArgument(P, F, Op, Entry.lock());
  if (!Waiter)
    return {}; // unknown: it may be any of them
  std::vector<AccessPath> Own = lockedBy(Op, std::move(Waiter));
  std::vector<PathSearch::Hop> Path;
  if (Site.Site != &Op)
    Path = pathTo(F);
  for (std::size_t I = Path.size(); I > 0; --I) {
    const PathSearch::Hop &Hop = Path[I - 1];
    const HeldSite *Call = at(*Hop.Site);
    Bindings None;
    Substitution Sub(P, Hop.Caller, *Hop.Site,
                     Call ? Call->Around->Known : None, nullptr, false);
    std::vector<AccessPath> Outer;
    for (const AccessPath &Lock : Own) {
      // What lives in a function inside is none of the site's.
      if (Lock.Root == PlaceRoot::Local || Lock.Root == PlaceRoot::Temporary)
        continue;
      std::optional<AccessPath> Object = Sub.apply(Lock);
      if (!Object)
        return {};
      std::vector<AccessPath> Locks = lockedBy(*Hop.Site, *Object);
      Outer.insert(Outer.end(), Locks.begin(), Locks.end());
    }
    Own = std::move(Outer);
  }
  std::vector<HeldLockAt> Locks = Site.Locks;
  for (const AccessPath &Lock : Own)
    remove(Lock, Locks);
  return Locks;
}

} // namespace gridlock
