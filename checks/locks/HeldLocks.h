// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is done while locks are held: every call that the user's own code makes
// with a lock taken on all paths to it, and the functions that run inside these
// calls, by the best path.
//
// Cost: linear in the events of the functions that touch locks and of those
// that run inside.
#ifndef GRIDLOCK_LOCKS_HELDLOCKS_H
#define GRIDLOCK_LOCKS_HELDLOCKS_H

#include "checks/engine/PathSearch.h"
#include "checks/locks/LockModel.h"

#include <memory>

namespace gridlock {

struct HeldLockAt {
  AccessPath Lock;
  HeldLock Held;
  bool IsEither = false; // this one or another of which it is said
};

/// A call or construction at which locks are held.
struct HeldSite {
  FunctionId Function;
  const facts::Event *Site;
  std::vector<HeldLockAt> Locks; // that the callee does not give back
  struct Surroundings {
    GuardMap Guards;
    Bindings Known;
  };
  /// What else is known there; calls next to each other share it.
  std::shared_ptr<const Surroundings> Around;
};

class HeldLocks {
public:
  explicit HeldLocks(LockModel &Model);

  const std::vector<HeldSite> &sites() const { return Sites; }
  /// The site that E is, or null.
  const HeldSite *at(const facts::Event &E) const;
  /// Functions that have a site or run inside one, sorted.
  std::vector<FunctionId> functions() const;
  bool isInside(FunctionId F) const { return Search.reaches(F); }
  const HeldSite &siteOf(FunctionId F) const { return Sites[Search.seedOf(F)]; }
  /// The call at the site included.
  PathShape shapeOf(FunctionId F) const;
  std::vector<PathSearch::Hop> pathTo(FunctionId F) const;

  /// The locks of SITE that are still held at OP, which waits in function F:
  /// not the one that a condition variable gives back meanwhile.
  std::vector<HeldLockAt> heldDuring(const HeldSite &Site, FunctionId F,
                                     const facts::Event &Op,
                                     const rules::Entry &Entry) const;

private:
  void watch(FunctionId F);
  void enter(std::uint32_t Site);
  bool givesBack(FunctionId F, const HeldSite &Site) const;
  std::vector<AccessPath> lockedBy(const facts::Event &E,
                                   AccessPath Path) const;

  LockModel &Model;
  const Program &P;
  std::vector<HeldSite> Sites;
  NumberTable SiteOf; // by event
  PathSearch Search;
};

} // namespace gridlock

#endif
