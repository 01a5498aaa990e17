// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockNeeds.h"

#include "checks/engine/StronglyConnected.h"

namespace gridlock {

using facts::PlaceRoot;
using facts::StepKind;

namespace {

// Owner and member of the last member on the path, or the global; both empty: a
// lock without a class.
std::pair<std::string_view, std::string_view> nameOfClass(const AccessPath &P) {
  for (std::size_t I = P.Steps.size(); I > 0; --I)
    if (const PathStep &S = P.Steps[I - 1]; S.Kind == StepKind::Field)
      return {S.Owner, S.Name};
  return {{}, P.Global};
}

// TAKE(hash of the end of the name that starts at this step), from the last
// step to the first of those that name the lock.
template <typename Use> void eachEnd(const AccessPath &Lock, Use Take) {
  std::size_t Hash = 0;
  for (std::size_t I = Lock.Steps.size(), Start = nameStart(Lock); I > Start;
       --I) {
    const PathStep &S = Lock.Steps[I - 1];
    // Elements are the same whatever their index, as far as this goes.
    std::size_t Step = S.Kind == StepKind::Field   ? hashName(S.Name)
                       : S.Kind == StepKind::Deref ? 1
                                                   : 2;
    Hash = (Hash ^ Step) * 0x9e3779b97f4a7c15u + 1;
    Take(Hash);
  }
}

} // namespace

LockClass LockNeeds::classOf(const AccessPath &Lock) {
  auto Name = nameOfClass(Lock);
  if (Name.second.empty())
    return NoLockClass;
  auto [It, New] =
      Classes.try_emplace(Name, static_cast<LockClass>(Parent.size()));
  if (New) {
    Parent.push_back(It->second);
    Bound.push_back(false);
    Loose.push_back(false);
  }
  return It->second;
}

LockClass LockNeeds::known(const AccessPath &Lock) const {
  auto Name = nameOfClass(Lock);
  if (Name.second.empty())
    return NoLockClass;
  auto It = Classes.find(Name);
  return It == Classes.end() ? NoLockClass : find(It->second);
}

LockClass LockNeeds::find(LockClass C) const {
  while (Parent[C] != C)
    C = Parent[C];
  return C;
}

void LockNeeds::takes(FunctionId In, LockClass Taken) {
  Edges.push_back({In, Kind::Takes, In, Taken});
}

void LockNeeds::runs(FunctionId In, FunctionId Callee) {
  Edges.push_back({In, Kind::Runs, In, Callee});
}

void LockNeeds::runsUnder(FunctionId In, LockClass Held, FunctionId Callee) {
  Edges.push_back({In, Kind::RunsUnder, Held, Callee});
}

void LockNeeds::takesUnder(FunctionId In, LockClass Held, LockClass Taken) {
  Edges.push_back({In, Kind::TakesUnder, Held, Taken});
}

void LockNeeds::unite(LockClass A, LockClass B) {
  if (A == B)
    return;
  A = find(A);
  B = find(B);
  if (A > B)
    std::swap(A, B);
  Parent[B] = A;
  Bound[A] = true;
  Loose[A] = Loose[A] || Loose[B];
}

void LockNeeds::held(const AccessPath &Lock) {
  std::size_t Whole = 0;
  eachEnd(Lock, [&](std::size_t Hash) {
    Ends.insert(Hash);
    Whole = Hash;
  });
  Wholes.insert(Whole);
}

void LockNeeds::solve(const Adjacency &Callees) {
  Functions = Callees.rows();
  const std::size_t Nodes = Functions + Parent.size();
  auto Node = [&](LockClass C) {
    return static_cast<std::uint32_t>(Functions + find(C));
  };
  for (Edge &E : Edges) {
    if (E.What == Kind::RunsUnder || E.What == Kind::TakesUnder)
      E.From = Node(E.From);
    if (E.What == Kind::Takes || E.What == Kind::TakesUnder)
      E.To = Node(E.To);
  }
  std::vector<std::pair<std::uint32_t, std::uint32_t>> More;
  More.reserve(Edges.size());
  for (const Edge &E : Edges)
    More.emplace_back(E.From, E.To);
  sortUnique(More);
  const Adjacency Beyond = Adjacency::of(Nodes, More);
  // A node's targets are those of two lists, one behind the other.
  struct Targets {
    std::span<const std::uint32_t> First, Second;
    std::size_t size() const { return First.size() + Second.size(); }
    std::uint32_t operator[](std::size_t I) const {
      return I < First.size() ? First[I] : Second[I - First.size()];
    }
  };
  Part.assign(Nodes, 0);
  OnCycle.assign(Functions, false);
  std::uint32_t Parts = 0;
  stronglyConnected(
      static_cast<std::uint32_t>(Nodes),
      [&](std::uint32_t N) {
        return Targets{N < Functions ? Callees[N]
                                     : std::span<const std::uint32_t>(),
                       Beyond[N]};
      },
      [](std::uint32_t) { return true; },
      [&](const std::vector<std::uint32_t> &Component) {
        // Sorted: a class, if there is one, is last.
        bool HasLock = Component.size() > 1 && Component.back() >= Functions;
        for (std::uint32_t N : Component) {
          Part[N] = Parts;
          if (HasLock && N < Functions)
            OnCycle[N] = true;
        }
        ++Parts;
      });
  for (const Edge &E : Edges)
    if (E.What >= Kind::RunsUnder && Part[E.From] == Part[E.To])
      Wanted.insert(E.In);
  Edges = {};
}

void LockNeeds::bound(const AccessPath &Place) {
  if (!Place.Steps.empty() && Place.Steps.back().Kind == StepKind::Field)
    BoundMembers.insert(Place.Steps.back().Name);
}

bool LockNeeds::canBeHeld(const AccessPath &Lock) const {
  if (!BoundMembers.empty())
    for (std::size_t I = nameStart(Lock); I < Lock.Steps.size(); ++I)
      if (Lock.Steps[I].Kind == StepKind::Field &&
          BoundMembers.contains(Lock.Steps[I].Name))
        return true;
  std::size_t Whole = 0;
  bool Ended = false;
  eachEnd(Lock, [&](std::size_t Hash) {
    Whole = Hash;
    Ended |= Wholes.contains(Hash);
  });
  return Whole == 0 || Ended || Ends.contains(Whole);
}

bool LockNeeds::matters(FunctionId F, const AccessPath &Lock) const {
  LockClass Class = known(Lock);
  if (Class == NoLockClass || Loose[Class])
    return true;
  return Part[F] == Part[Functions + Class] &&
         (Bound[Class] || canBeHeld(Lock));
}

} // namespace gridlock
