// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The states that the lock-set analysis of functions has gone through, written
// down so that whoever wants to see them need not run it again.
//
// Cost: in memory 8 bytes for each change of a state, about 80 for the state
// that it leads to, and each path once for the program; a function of which the
// states would take too much is left out. To read, linear in events and states.
// Threads: one at a time.
#ifndef GRIDLOCK_LOCKS_LOCKTIMELINE_H
#define GRIDLOCK_LOCKS_LOCKTIMELINE_H

#include "checks/engine/NumberTable.h"
#include "checks/locks/LockState.h"

#include <deque>
#include <functional>

namespace gridlock {

/// Sees one event with the state in front of it and behind it: one object if
/// the event has changed nothing.
using LockObserver = std::function<void(
    const facts::Event &E, const LockState &Before, const LockState &After)>;

class LockTimeline {
public:
  explicit LockTimeline(std::size_t Functions) : StartOf(Functions, Unknown) {}

  bool isKept(FunctionId F) const { return StartOf[F] < TooMuch; }
  bool isTooLarge(FunctionId F) const { return StartOf[F] == TooMuch; }
  /// Shows WATCH every event of F, of which the graph is FACT, that can be
  /// reached, in blocks' order. F is kept.
  void replay(FunctionId F, const facts::Function &Fact,
              const LockObserver &Watch) const;

  /// Writes down one function: its blocks in their order, with all events of
  /// those that are reached.
  class Recorder {
  public:
    explicit Recorder(LockTimeline &Line)
        : Line(Line), FirstChange(Line.Changes.size()),
          FirstWord(Line.Words.size()) {}
    void unreached(std::size_t Events);
    void start(const LockState &State) { look(State, 2 * Event); }
    /// Behind the next event; it has not changed anything.
    void pass() { ++Event; }
    void pass(const LockState &State) { look(State, 2 * Event++ + 1); }
    /// The above was F.
    void keepAs(FunctionId F);

  private:
    void look(const LockState &State, std::uint32_t Position);

    LockTimeline &Line;
    const std::size_t FirstChange, FirstWord;
    std::uint32_t Event = 0; // the number of the next
    bool IsReached = true, IsTooLarge = false;
    LockState Now;
  };

private:
  using StateId = std::uint32_t; // where it starts in Words
  static constexpr StateId Empty = 0, Unreached = ~StateId(0);
  static constexpr std::uint32_t Unknown = ~0u, TooMuch = Unknown - 1;
  /// From here on the state is another: in front of an event, or behind it.
  struct Change {
    std::uint32_t Position; // twice the event's number, plus one: behind it
    StateId To;
  };

  StateId keep(const LockState &State);
  void load(StateId Id, LockState &State) const;
  void put(const AccessPath &Path);
  void put(const HeldMap &Held);
  void put(const PathSet &Set);

  std::vector<std::uint32_t> StartOf;        // by function, into Changes
  std::vector<Change> Changes{{~0u, Empty}}; // behind each function's an end
  std::vector<std::uint32_t> Words{0};
  std::deque<AccessPath> Paths; // by number
  NumberTable PathIds;
};

} // namespace gridlock

#endif
