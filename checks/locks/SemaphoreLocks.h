// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Semaphores that are locks: members and globals that start with one token,
// which every function that gives it back has taken itself. One that some
// function gives a token without having taken one is a signal; one of which a
// function keeps the token, or which is handed on, may be.
//
// Threads: immutable after construction. Cost: linear in symbols; where there
// are functions of semaphores among them linear in events.
#ifndef GRIDLOCK_LOCKS_SEMAPHORELOCKS_H
#define GRIDLOCK_LOCKS_SEMAPHORELOCKS_H

#include "checks/locks/LockPaths.h"

#include <set>

namespace gridlock {

enum class SemaphoreUse : std::uint8_t { None, Takes, Tries, GivesBack, Makes };

/// What a function S does to the semaphore that it is called on or given.
SemaphoreUse semaphoreUse(const Program &P, SymbolId S);

/// The semaphore that a call E of such a function is about.
AccessPath semaphoreOf(const Program &P, FunctionId F, const facts::Event &E);

class SemaphoreLocks {
public:
  explicit SemaphoreLocks(const Program &P);
  bool contains(const AccessPath &Semaphore) const {
    return !Locks.empty() && Locks.contains(nameOf(Semaphore).Text);
  }

private:
  void readUses(FunctionId F);
  void readStart(FunctionId F, const facts::Event &E);
  void readBalance(FunctionId F, const std::string &Name);
  void readHandedOn(FunctionId F);
  SemaphoreUse use(FunctionId F, const facts::Event &E) const {
    return Uses[P.resolve(P.function(F).Unit, E.symbol())];
  }

  const Program &P;
  std::vector<SemaphoreUse> Uses; // by symbol, while they are looked for
  std::set<std::string> Locks;    // by name
  std::set<std::string> Others;   // may start with another number, or signal
};

} // namespace gridlock

#endif
