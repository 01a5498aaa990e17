// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockTimeline.h"

namespace gridlock {

namespace {

// A quarter of a megabyte for one function.
constexpr std::size_t MaxWords = std::size_t(1) << 16;

// Takes apart what LockTimeline::keep has put together.
class Reader {
public:
  Reader(const std::uint32_t *At, const std::deque<AccessPath> &Paths)
      : At(At), Paths(Paths) {}

  std::uint32_t word() { return *At++; }
  const AccessPath &path() { return Paths[word()]; }
  void held(HeldMap &To) {
    for (std::uint32_t Left = word(); Left > 0; --Left) {
      const AccessPath &Lock = path();
      const ChainId Chain = word();
      const std::uint32_t Bits = word();
      To.append(Lock, {static_cast<rules::LockMode>(Bits >> 3), Chain,
                       (Bits & 1) != 0, (Bits & 2) != 0, (Bits & 4) != 0});
    }
  }
  void guards(GuardMap &To) {
    for (std::uint32_t Left = word(); Left > 0; --Left) {
      const AccessPath &Place = path();
      const std::uint32_t Bits = word();
      const AccessPath &Of = path();
      GuardState Guard{{},
                       static_cast<rules::LockMode>(Bits >> 4),
                       (Bits & 1) != 0,
                       (Bits & 2) != 0,
                       (Bits & 4) != 0,
                       (Bits & 8) != 0,
                       Of};
      for (std::uint32_t Locks = word(); Locks > 0; --Locks)
        Guard.Locks.push_back(path());
      To.append(Place, std::move(Guard));
    }
  }
  void set(PathSet &To) {
    for (std::uint32_t Left = word(); Left > 0; --Left)
      To.append(path());
  }

private:
  const std::uint32_t *At;
  const std::deque<AccessPath> &Paths;
};

} // namespace

void LockTimeline::put(const AccessPath &Path) {
  const std::size_t Hash = hashOf(Path);
  std::uint32_t Id =
      PathIds.find(Hash, [&](std::uint32_t I) { return Paths[I] == Path; });
  if (Id == NumberTable::None) {
    Id = static_cast<std::uint32_t>(Paths.size());
    Paths.push_back(Path);
    PathIds.add(Hash, Id);
  }
  Words.push_back(Id);
}

void LockTimeline::put(const HeldMap &Held) {
  Words.push_back(static_cast<std::uint32_t>(Held.size()));
  for (const auto &[Lock, H] : Held) {
    put(Lock);
    Words.push_back(H.Chain);
    Words.push_back(static_cast<std::uint32_t>(H.Mode) << 3 |
                    std::uint32_t(H.Chosen) << 2 |
                    std::uint32_t(H.FromCaller) << 1 | std::uint32_t(H.Must));
  }
}

void LockTimeline::put(const PathSet &Set) {
  Words.push_back(static_cast<std::uint32_t>(Set.size()));
  for (const AccessPath &Path : Set)
    put(Path);
}

LockTimeline::StateId LockTimeline::keep(const LockState &State) {
  if (State == LockState())
    return Empty;
  const auto Id = static_cast<StateId>(Words.size());
  put(State.Held);
  put(State.Awaited);
  Words.push_back(static_cast<std::uint32_t>(State.Guards.size()));
  for (const auto &[Place, Guard] : State.Guards) {
    put(Place);
    Words.push_back(static_cast<std::uint32_t>(Guard.Mode) << 4 |
                    std::uint32_t(Guard.Reversed) << 3 |
                    std::uint32_t(Guard.Awaited) << 2 |
                    std::uint32_t(Guard.Sure) << 1 | std::uint32_t(Guard.Owns));
    put(Guard.Of);
    Words.push_back(static_cast<std::uint32_t>(Guard.Locks.size()));
    for (const AccessPath &Lock : Guard.Locks)
      put(Lock);
  }
  Words.push_back(static_cast<std::uint32_t>(State.Known.size()));
  for (const auto &[Place, To] : State.Known) {
    put(Place);
    put(To.To);
    Words.push_back(To.Address);
  }
  put(State.Released);
  put(State.Lacking);
  Words.push_back(static_cast<std::uint32_t>(State.Zero.size()));
  for (const auto &[Place, IsZero] : State.Zero) {
    put(Place);
    Words.push_back(IsZero);
  }
  return Id;
}

void LockTimeline::load(StateId Id, LockState &State) const {
  State = LockState();
  if (Id == Empty)
    return;
  Reader From(Words.data() + Id, Paths);
  From.held(State.Held);
  From.held(State.Awaited);
  From.guards(State.Guards);
  for (std::uint32_t Left = From.word(); Left > 0; --Left) {
    const AccessPath &Place = From.path();
    const AccessPath &To = From.path();
    State.Known.append(Place, {To, From.word() != 0});
  }
  From.set(State.Released);
  From.set(State.Lacking);
  for (std::uint32_t Left = From.word(); Left > 0; --Left) {
    const AccessPath &Place = From.path();
    State.Zero.append(Place, From.word() != 0);
  }
}

void LockTimeline::Recorder::unreached(std::size_t Events) {
  if (IsReached && Events > 0) {
    IsReached = false;
    Line.Changes.push_back({2 * Event, Unreached});
  }
  Event += static_cast<std::uint32_t>(Events);
}

void LockTimeline::Recorder::look(const LockState &State,
                                  std::uint32_t Position) {
  if ((IsReached && State == Now) || IsTooLarge)
    return;
  IsReached = true;
  Line.Changes.push_back({Position, Line.keep(State)});
  IsTooLarge = Line.Words.size() - FirstWord > MaxWords;
  Now = State;
}

void LockTimeline::Recorder::keepAs(FunctionId F) {
  if (IsTooLarge) {
    Line.Words.resize(FirstWord);
    Line.Changes.resize(FirstChange);
    Line.StartOf[F] = TooMuch;
  } else if (Line.Changes.size() == FirstChange) {
    Line.StartOf[F] = 0;
  } else {
    Line.StartOf[F] = static_cast<std::uint32_t>(FirstChange);
    Line.Changes.push_back({~0u, Empty});
  }
}

void LockTimeline::replay(FunctionId F, const facts::Function &Fact,
                          const LockObserver &Watch) const {
  std::size_t Next = StartOf[F]; // WATCH may have more functions recorded
  LockState Before, State;
  bool IsReached = true;
  std::uint32_t Number = 0;
  for (const facts::Block *B : each(Fact.blocks())) {
    auto Events = each(B->events());
    // An empty block may change the state, too: the last counts.
    for (; Changes[Next].Position == 2 * Number; ++Next)
      if (IsReached = Changes[Next].To != Unreached; IsReached)
        load(Changes[Next].To, State);
    if (!IsReached) {
      Number += Events.size();
      continue;
    }
    for (const facts::Event *E : Events) {
      if (Changes[Next].Position == 2 * Number + 1) {
        std::swap(Before, State);
        load(Changes[Next].To, State);
        ++Next;
        Watch(*E, Before, State);
      } else {
        Watch(*E, State, State);
      }
      ++Number;
    }
  }
}

} // namespace gridlock
