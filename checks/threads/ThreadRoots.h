// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The functions that the program hands to threads and pools.
//
// Threads: immutable after construction. Cost: one look at each event.
#ifndef GRIDLOCK_THREADS_THREADROOTS_H
#define GRIDLOCK_THREADS_THREADROOTS_H

#include "checks/engine/CallGraph.h"

#include <set>
#include <unordered_set>
#include <vector>

namespace gridlock {

/// A function that is handed to a thread or pool.
struct ThreadRoot {
  FunctionId Function;
  FunctionId Starter;
  const facts::Event *Site;
  bool Single; // one thread, started once
};

class ThreadRoots {
public:
  ThreadRoots(const Program &P, const CallGraph &Calls);

  const std::vector<ThreadRoot> &all() const { return Roots; }
  /// Whether E starts a thread; handing work to a pool does not.
  bool starts(const facts::Event &E) const { return Starts.contains(&E); }
  /// The functions with such events.
  const std::set<FunctionId> &starters() const { return Starters; }

private:
  std::vector<ThreadRoot> Roots;
  std::unordered_set<const facts::Event *> Starts;
  std::set<FunctionId> Starters;
};

} // namespace gridlock

#endif
