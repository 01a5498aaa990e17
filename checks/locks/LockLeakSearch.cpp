// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LeakSearch, second part: the search.
#include "checks/locks/BranchFacts.h"
#include "checks/locks/LockLeakPaths.h"

#include <algorithm>

namespace gridlock {

using facts::EventKind;

// Where the search is, what is open there, and what is known on the way.
struct LeakSearch::Search {
  struct Position {
    std::uint32_t Block;
    const facts::Event *Open;  // the acquisition
    const facts::Event *Outer; // one before it that is open too
    bool Moved;                // a pointer to the lock has changed since
    bool Caught;               // an exception since, of some call
    bool Unasked; // a callee may have released it: its result will tell
    auto operator<=>(const Position &) const = default;
  };
  using Way = std::pair<Position, PathFacts>;

  Search(LeakSearch &In, const AccessPath &Lock, const LockUse &Use,
         bool OnlyPath, bool Merges)
      : In(In), Lock(Lock), Use(Use), OnlyPath(OnlyPath), Merges(Merges) {}

  enum class Outcome : std::uint8_t { Done, Unclear, TooMany };
  Outcome run();
  std::vector<LockLeak> leaks() const;

private:
  bool event(const facts::Event &E, Way &Now, bool &Ends);
  void edge(const facts::Edge &E, const Way &Now, const facts::Event *Leaves);
  void reach(Way Next);
  void leak(const Position &At, LeakEnd End, const facts::Event *Left);

  LeakSearch &In;
  const AccessPath &Lock;
  const LockUse &Use;
  const bool OnlyPath;
  const bool Merges; // ways that meet with the same locks open become one
  std::vector<Way> Pending;
  std::set<Way> Seen;
  std::map<Position, PathFacts> Met;
  std::map<const facts::Event *, LockLeak> Leaks;
};

void LeakSearch::Search::leak(const Position &At, LeakEnd End,
                              const facts::Event *Left) {
  if (At.Unasked)
    return;
  bool IsShown = End == LeakEnd::Callee ? In.throwsItself(*Left) : true;
  LockLeak Found{At.Open, End, Left, IsShown && !Merges && !At.Caught};
  auto [It, New] = Leaks.try_emplace(At.Open, Found);
  // A way out that the source shows says more than what a callee may do.
  if (!New && (Found.IsShown || !It->second.IsShown) &&
      ((Found.IsShown && !It->second.IsShown) || End == LeakEnd::TakenAgain))
    It->second = Found;
}

void LeakSearch::Search::reach(Way Next) {
  if (!Merges) {
    if (Seen.insert(Next).second)
      Pending.push_back(std::move(Next));
    return;
  }
  auto [It, New] = Met.try_emplace(Next.first, Next.second);
  if (New || It->second.keepCommon(Next.second))
    Pending.push_back({Next.first, It->second});
}

// False: the lock is not one to judge here.
bool LeakSearch::Search::event(const facts::Event &E, Way &Now, bool &Ends) {
  Position &At = Now.first;
  bool Releases = Use.Released.contains(&E);
  if (Releases) {
    // Released before it is taken: callers hold it, and get it back held.
    // Released after a pointer to it has changed: hand over hand.
    if (!At.Open || At.Moved)
      return false;
    At.Open = std::exchange(At.Outer, nullptr);
    At.Caught = At.Unasked = false;
  }
  At.Moved |= At.Open && In.isMoved(E, Lock);
  if (Use.Taken.contains(&E)) {
    if (At.Open == &E && OnlyPath) {
      leak(At, LeakEnd::TakenAgain, &E);
      Ends = true;
      return true;
    }
    At.Outer = At.Open != &E ? At.Open : At.Outer;
    At.Open = &E;
    At.Moved = false;
  } else if (At.Open &&
             std::any_of(Use.Lent.begin(), Use.Lent.end(),
                         [&](const auto &L) { return L.second.Call == &E; })) {
    At.Unasked = true;
  } else if (At.Open && !Releases && !Use.ByDestructor && In.mayThrow(E)) {
    leak(At, LeakEnd::Callee, &E);
  }
  In.Branches->pass(E, Now.second);
  return true;
}

void LeakSearch::Search::edge(const facts::Edge &E, const Way &Now,
                              const facts::Event *Leaves) {
  bool Throws = Leaves && Leaves->kind() == EventKind::Throw;
  if (E.kind() == facts::EdgeKind::Unwind && !Throws)
    return;
  Way Next = Now;
  Position &At = Next.first;
  At.Block = E.to();
  At.Caught |= At.Open && E.kind() == facts::EdgeKind::Handler;
  if (!In.Branches->follow(E, Next.second))
    return;
  if (auto Tested = Use.Tried.empty() && Use.Lent.empty() && Use.Failing.empty()
                        ? std::nullopt
                        : In.Branches->tested(E)) {
    if (auto Try = Use.Tried.find(Tested->first);
        Try != Use.Tried.end() && Tested->second != Try->second.ZeroIsSuccess &&
        !At.Open)
      At.Open = Try->second.Call;
    if (auto Lent = Use.Lent.find(Tested->first);
        Lent != Use.Lent.end() && At.Open) {
      if (Tested->second != Lent->second.ZeroIsSuccess)
        At.Open = std::exchange(At.Outer, nullptr);
      At.Unasked = false;
    }
    if (auto Failing = Use.Failing.find(Tested->first);
        Failing != Use.Failing.end() && Tested->second &&
        At.Open == Failing->second.Call)
      At.Open = std::exchange(At.Outer, nullptr);
  }
  if (E.to() != In.F.exit())
    reach(std::move(Next));
  else if (At.Open)
    leak(At,
         Throws   ? LeakEnd::Throw
         : Leaves ? LeakEnd::Return
                  : LeakEnd::Body,
         Leaves);
}

LeakSearch::Search::Outcome LeakSearch::Search::run() {
  auto Blocks = each(In.F.blocks());
  constexpr std::size_t MaxWays = 20000;
  std::size_t Ways = 0;
  reach({{0, nullptr, nullptr, false, false, false}, {}});
  while (!Pending.empty()) {
    if (++Ways > MaxWays)
      return Outcome::TooMany;
    Way Now = std::move(Pending.back());
    Pending.pop_back();
    const facts::Block &B = *Blocks[Now.first.Block];
    const facts::Event *Leaves = nullptr;
    bool Ends = false;
    for (const facts::Event *E : each(B.events())) {
      if (!event(*E, Now, Ends))
        return Outcome::Unclear;
      if (Ends)
        break;
      if (E->kind() == EventKind::Return || E->kind() == EventKind::Throw)
        Leaves = E;
    }
    if (Ends || B.no_return())
      continue;
    for (const facts::Edge *E : each(B.edges()))
      edge(*E, Now, Leaves);
  }
  return Outcome::Done;
}

std::vector<LockLeak> LeakSearch::Search::leaks() const {
  std::vector<LockLeak> Result;
  for (const auto &[Taken, Leak] : Leaks)
    Result.push_back(Leak);
  std::sort(Result.begin(), Result.end(),
            [](const LockLeak &A, const LockLeak &B) {
              return A.Taken->id() < B.Taken->id();
            });
  return Result;
}

std::vector<LockLeak> LeakSearch::find(const AccessPath &Lock,
                                       const LockUse &Use, bool OnlyPath) {
  if (!isSteady(Lock, Use, OnlyPath))
    return {};
  for (bool Merges : {false, true}) {
    Search S(*this, Lock, Use, OnlyPath, Merges);
    Search::Outcome How = S.run();
    if (How == Search::Outcome::Done)
      return S.leaks();
    if (How == Search::Outcome::Unclear)
      return {};
  }
  return {};
}

} // namespace gridlock
