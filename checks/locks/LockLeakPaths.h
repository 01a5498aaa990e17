// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ways through a function on which a lock that it takes is not released.
#ifndef GRIDLOCK_LOCKS_LOCKLEAKPATHS_H
#define GRIDLOCK_LOCKS_LOCKLEAKPATHS_H

#include "checks/locks/LockUses.h"

namespace gridlock {

enum class LeakEnd : std::uint8_t {
  Body,      // the end of the body
  Return,    // a return
  Throw,     // a throw of its own
  Callee,    // a call of something that throws
  TakenAgain // the next round of a loop takes it again
};

/// A path from an acquisition on which the lock is not released.
struct LockLeak {
  const facts::Event *Taken;
  LeakEnd End;
  const facts::Event *Left; // null for the end of the body
  bool IsShown; // by the branches of one path, or a throw in what is called
};

class LeakSearch {
public:
  /// THROWS says of a function of the program whether it lets exceptions out.
  LeakSearch(const Program &P, FunctionId F, const std::vector<bool> &Throws);
  ~LeakSearch();

  /// One for each acquisition at most, in source order. Paths on which
  /// conditions contradict each other are left out; where there are very many
  /// paths, those that meet with the same locks open are taken as one, and
  /// leaks are not IsShown. None for a lock whose path means different objects
  /// (see isSteady). ONLYPATH: no other lock of the function has its name.
  std::vector<LockLeak> find(const AccessPath &Lock, const LockUse &Use,
                             bool OnlyPath);

private:
  struct Search;
  bool isSteady(const AccessPath &Lock, const LockUse &Use, bool OnlyPath);
  void findLoops();
  bool isMoved(const facts::Event &E, const AccessPath &Lock) const;
  bool mayThrow(const facts::Event &E) const;
  bool throwsItself(const facts::Event &E) const;

  const Program &P;
  const FunctionId Id;
  const facts::Function &F;
  const std::vector<bool> &Throws;
  bool Catches = false;
  // By block, the heads of the loops that it is in.
  std::vector<std::set<std::uint32_t>> Loops;
  std::map<const facts::Event *, std::uint32_t> BlockOf;
  std::unique_ptr<class BranchFacts> Branches;
};

} // namespace gridlock

#endif
