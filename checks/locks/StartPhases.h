// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where in the program one thread may be running: from its start to the wait
// for its end, for everything that `main` and callers from outside run.
//
// Threads: immutable after construction. Cost: linear in calls; the functions
// that start the thread or wait for it, at any depth, are analysed a few times.
#ifndef GRIDLOCK_LOCKS_STARTPHASES_H
#define GRIDLOCK_LOCKS_STARTPHASES_H

#include "checks/locks/LockModel.h"

#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace gridlock {

/// How likely something runs beside something else.
enum class Beside : std::uint8_t { Never, Unlikely, Possible };

/// The calls, entries and thread starts of the program.
struct ThreadCalls {
  struct Wait {
    FunctionId Function;
    const facts::Event *Site;
    bool Joinable; // only asks whether there is a thread to wait for
  };

  explicit ThreadCalls(const LockModel &Model);
  std::size_t functions() const { return Main.size(); }
  bool isMain(FunctionId F) const { return Main[F]; }
  bool isOutside(FunctionId F) const { return Public[F] || Handed[F]; }

  const LockModel &Model;
  const Program &P;
  const Adjacency &Callers;
  std::vector<bool> Main;   // `main` and static initialisers
  std::vector<bool> Public; // nothing in the program calls it
  std::vector<bool> Handed; // on, other than to start a thread; coroutines
  std::unordered_map<FunctionId, std::vector<std::uint32_t>> StartsOf; // body
  std::unordered_map<std::uint32_t, std::vector<Wait>> WaitsFor;       // start

private:
  using Sites =
      std::unordered_map<const facts::Event *, std::vector<FunctionId>>;
  void findHanded(FunctionId F, const Sites &StartsAt);
};

class StartPhases {
public:
  StartPhases(const ThreadCalls &Calls, std::uint32_t Start);
  /// Whether the thread may be running in front of SITE, of function F.
  Beside before(FunctionId F, const facts::Event &Site) const;
  /// Whether it may when the chain, from its first link's function on, gets to
  /// its acquisition.
  Beside atEnd(ChainId Chain) const;

private:
  struct State {
    Beside Runs, Floor; // after a wait for its end: at least Floor
    bool join(const State &Other);
  };
  struct Summary {
    bool Starts = false, Keeps = false; // running at the end; if it was before
  };

  void findStarting();
  void findTouching();
  void findJoins(FunctionId F, const std::vector<ThreadCalls::Wait> &Waits,
                 bool OnlyLoops);
  void compute(bool OnlyLoops);
  bool summarise();
  void spread();
  void enter(FunctionId F, const State &S, std::vector<FunctionId> &Pending);
  State entryFromOutside(FunctionId F) const;
  void step(const facts::Event &E, State &S) const;
  std::vector<std::optional<State>> solve(FunctionId F, State Entry) const;
  std::optional<State> stateAt(FunctionId F, State Entry,
                               const facts::Event &Site) const;

  const ThreadCalls &C;
  const Program &P;
  const ThreadStart &T;
  std::uint32_t Start;
  bool Unknown = false; // too much to analyse
  std::unordered_set<FunctionId> Starting, Touching;
  std::unordered_set<const facts::Event *> StartSites, Joins;
  /// Edges on which the thread is over, by block: those that leave a loop that
  /// waits, and those on which there is no thread.
  std::unordered_set<const facts::Edge *> OverOn;
  std::unordered_map<const facts::Event *, std::vector<FunctionId>> CallsAt;
  std::unordered_map<FunctionId, Summary> Summaries;
  std::vector<std::optional<State>> Entry; // by function
};

} // namespace gridlock

#endif
