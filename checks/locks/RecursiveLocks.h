// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks of a type that isn't recursive by itself, which are made recursive:
// `QMutex(QMutex::Recursive)`, pthread_mutex_init() with an attribute,
// PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP, mtx_init(&m, mtx_recursive).
//
// Threads: one at a time. Cost: linear in the events of translation units that
// have such a word in them, when it is asked for first.
#ifndef GRIDLOCK_LOCKS_RECURSIVELOCKS_H
#define GRIDLOCK_LOCKS_RECURSIVELOCKS_H

#include "checks/locks/LockPaths.h"

#include <set>

namespace gridlock {

class RecursiveLocks {
public:
  explicit RecursiveLocks(const Program &P);
  /// Whether LOCK, a path in F, may be one. AS_PTHREAD: it is taken by the
  /// pthread functions.
  bool mayBe(FunctionId F, const AccessPath &Lock, bool AsPthread) const;

private:
  using Place = std::pair<FunctionId, AccessPath>;
  void readAttributes(const Program &P);
  void readPthreads(const Program &P, FunctionId F);
  void readMade(const Program &P, FunctionId F);
  void add(const Program &P, FunctionId F, AccessPath Lock);
  static bool contains(const std::vector<LockName> &Names,
                       const std::set<Place> &Own, const Place &Lock);

  std::vector<LockName> Names; // made recursive, or maybe
  std::set<Place> Own;         // the same of locks that are only known in F
  std::vector<LockName> PlainNames; // pthread mutexes that certainly are not
  std::set<Place> PlainOwn;
  bool PthreadTypes = false; // some pthread mutexes are made recursive
};

} // namespace gridlock

#endif
