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

// The locks that a path of the site's function stands for, taken off LOCKS.
void remove(const AccessPath &Path, const HeldSite &Site,
            std::vector<HeldLockAt> &Locks) {
  AccessPath Object = canonical(Path, Site.Known);
  auto Guard = Site.Guards.find(Object);
  std::vector<AccessPath> Given = Guard == Site.Guards.end()
                                      ? std::vector<AccessPath>{Object}
                                      : Guard->second.Locks;
  std::erase_if(Locks, [&](const HeldLockAt &H) {
    return std::any_of(Given.begin(), Given.end(), [&](const AccessPath &Lock) {
      return Lock == H.Lock ||
             (Lock.Root == PlaceRoot::None && sameName(Lock, H.Lock));
    });
  });
}

} // namespace

HeldLocks::HeldLocks(LockModel &Model)
    : Model(Model), P(Model.program()), Search(P.functions().size()) {
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    if (!P.isSystem(F) && Model.isRelevant(F))
      watch(F);
  for (std::uint32_t I = 0; I < Sites.size(); ++I)
    enter(I);
  std::vector<CallEdge> Targets;
  Search.run([&](FunctionId F) {
    const HeldSite &Site = siteOf(F);
    for (const facts::Block *B : each(P.function(F).Fact->blocks()))
      for (const facts::Event *E : each(B->events())) {
        if (!isCallLike(*E))
          continue;
        Targets.clear();
        Model.calls().follow(F, *E, Targets);
        for (const CallEdge &Edge : Targets)
          if (!P.isCoroutine(Edge.Target) && !givesBack(Edge.Target, Site))
            Search.edge(F, *E, Edge);
      }
  });
}

void HeldLocks::watch(FunctionId F) {
  Model.watch(F, [&](const facts::Event &E, const LockState &Before,
                     const LockState &) {
    if (!isCallLike(E))
      return;
    HeldSite Site{F, &E, {}, {}, {}};
    for (const auto &[Lock, H] : Before.Held)
      if (H.Must)
        Site.Locks.push_back({Lock, H});
    if (Site.Locks.empty())
      return;
    Site.Guards = Before.Guards;
    Site.Known = Before.Known;
    SiteOf.emplace(&E, static_cast<std::uint32_t>(Sites.size()));
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
    Substitution Sub(P, Site.Function, *Site.Site, Site.Known, nullptr, false);
    for (const AccessPath &Path : Callee->Released)
      if (auto Object = Sub.apply(Path))
        remove(*Object, Site, Site.Locks);
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

const HeldSite *HeldLocks::at(const facts::Event &E) const {
  auto It = SiteOf.find(&E);
  return It == SiteOf.end() ? nullptr : &Sites[It->second];
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

std::vector<HeldLockAt> HeldLocks::heldDuring(const HeldSite &Site,
                                              FunctionId F,
                                              const facts::Event &Op,
                                              const rules::Entry &Entry) const {
  std::vector<HeldLockAt> Locks = Site.Locks;
  if (!does(Entry, Effect::WaitsReleasing))
    return Locks;
  // The waiter's own lock, in the words of the function at the site.
  AccessPath Own = lockArgument(P, F, Op, Entry.lock());
  std::vector<PathSearch::Hop> Path;
  if (Site.Site != &Op)
    Path = pathTo(F);
  for (std::size_t I = Path.size(); I > 0; --I) {
    // A lock or guard that lives in a function inside is none of the site's.
    if (Own.Root == PlaceRoot::Local || Own.Root == PlaceRoot::Temporary)
      return Locks;
    Bindings None;
    const PathSearch::Hop &Hop = Path[I - 1];
    Substitution Sub(P, Hop.Caller, *Hop.Site, I == 1 ? Site.Known : None,
                     nullptr, false);
    std::optional<AccessPath> Object = Sub.apply(Own);
    if (!Object)
      return {}; // unknown: it may be any of them
    Own = std::move(*Object);
  }
  if (!Own)
    return {};
  remove(Own, Site, Locks);
  return Locks;
}

} // namespace gridlock
