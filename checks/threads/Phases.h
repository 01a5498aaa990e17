// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// When several threads can be there: what only runs before threads are started
// or after they were waited for, what only makes or ends an object that nobody
// else knows, and which threads can run a function.
//
// Threads: immutable after construction. Cost: linear in events and calls.
#ifndef GRIDLOCK_THREADS_PHASES_H
#define GRIDLOCK_THREADS_PHASES_H

#include "checks/threads/AccessScan.h"
#include "checks/threads/ThreadRoots.h"

#include <unordered_set>

namespace gridlock {

class Phases {
public:
  using Mask = std::uint64_t;
  /// Whoever calls the program's functions from outside.
  static constexpr Mask Outside = Mask(1) << 63;
  static constexpr Mask Main = Mask(1) << 62;

  Phases(const LockModel &Model, const AccessScan &Scan);

  /// Nothing else runs at this event: threads are not started yet, or over. For
  /// a method that starts or joins threads that holds for its own object, for
  /// `main` for all.
  bool isAlone(FunctionId F, const facts::Event &E, bool OwnObject) const {
    return Alone[F] ||
           (HasAlone[F] &&
            (AloneAt.contains(&E) || (OwnObject && OwnAloneAt.contains(&E))));
  }
  /// Runs only while its object is made or ended.
  bool ownsObject(FunctionId F) const { return Making[F]; }
  /// Nobody else knows the object: it is new in F, or in all its callers.
  bool isNew(FunctionId F, const AccessPath &Path) const {
    return isNew(F, Path.Root, Path.Id);
  }
  /// Whether F is named as a function that makes or ends its object.
  bool isNamedForMaking(FunctionId F) const;
  /// Called by what is not in the program, or handed on to run at some time.
  bool isEntered(FunctionId F) const { return Entered[F]; }
  /// Handed, only while nothing else runs, to functions that by their names
  /// call it then: what goes through a list or a table.
  bool mayRunAtStart(FunctionId F) const { return AtStart.contains(F); }
  /// The threads that run F.
  Mask threadsOf(FunctionId F) const { return Threads[F]; }
  /// Whether two threads can be in functions with these threads.
  bool areSeveral(Mask M) const;
  /// A root of M that is a thread's; null if there is none.
  const ThreadRoot *rootIn(Mask M) const;

private:
  using EventSet = std::unordered_set<const facts::Event *>;
  bool isNew(FunctionId F, facts::PlaceRoot Root, std::uint32_t Id) const;
  void findEntered();
  void findJoins(const ThreadStarts &Started);
  bool runsOnce(const SharedCall &C) const;
  void findAlone();
  void findAtStart();
  void findMaking();
  void findNew();
  void spread();
  void markAloneIn(FunctionId F, bool UntilStart, EventSet &Marked);
  std::unordered_set<const facts::Edge *>
  endsOfThreads(FunctionId F, const EventSet &Starts,
                const EventSet &JoinsHere) const;
  template <typename Each> bool follow(FunctionId F, Each Run) const;
  std::vector<bool> findJoining();
  EventSet startsIn(FunctionId F) const;
  EventSet joinsIn(FunctionId F) const;
  bool isMain(FunctionId F) const;
  bool joins(FunctionId F, const facts::Event &E) const;
  bool joins(const CallEvent &C) const;
  bool passesNew(const SharedCall &C, const facts::Value *V) const;

  const Program &P;
  const AccessScan &Scan;
  ThreadRoots Roots;
  std::vector<bool> Entered, Alone, Making, Starting;
  std::vector<bool> HasAlone;   // by function: it has events in the sets below
  std::vector<bool> Joins;      // by symbol
  std::vector<bool> JoinsAtEnd; // by function: who calls it has joined threads
  std::vector<std::uint32_t> New; // by function: this (bit 31), parameters
  std::vector<Mask> Threads;
  mutable std::vector<std::uint8_t> Named; // by function: asked, for making
  struct Handing {
    FunctionId Body, By;
    const facts::Event *Site;
  };
  std::vector<Handing> Handed; // on to libraries, to run at some time
  std::unordered_set<FunctionId> AtStart;
  EventSet AloneAt, OwnAloneAt;
  EventSet EndsAsync; // waits for what std::async runs, kept in a member
};

} // namespace gridlock

#endif
