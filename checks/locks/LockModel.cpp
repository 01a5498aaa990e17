// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockModel.h"

#include "checks/engine/Classify.h"
#include "checks/engine/Guards.h"
#include "checks/engine/StronglyConnected.h"
#include "checks/locks/GuardHolders.h"
#include "checks/locks/LockFlow.h"

#include <algorithm>
#include <cstdlib>
#include <cxxabi.h>
#include <memory>
#include <optional>

namespace gridlock {

using facts::EventKind;
using facts::FunctionFlag;
using rules::Effect;

LockModel::LockModel(const Program &P, const CallGraph &Calls)
    : P(P), Calls(Calls), Threads(P, Calls), Callees(P.functions().size()),
      Chains(1) {
  for (FunctionId F = 0; F < Callees.size(); ++F) {
    Calls.eachEdge(F, [&](const facts::Event &, const CallEdge &Edge) {
      Callees[F].push_back(Edge.Target);
    });
    std::sort(Callees[F].begin(), Callees[F].end());
    Callees[F].erase(std::unique(Callees[F].begin(), Callees[F].end()),
                     Callees[F].end());
  }
  findMainOnly();
  addSummaryOrder();
  findRelevant();
  Awaiting.assign(Callees.size(), 0);
  for (FunctionId F = 0; F < Callees.size(); ++F)
    if (Relevant[F])
      for (FunctionId Callee : Callees[F])
        ++Awaiting[Callee];
  stronglyConnected(
      static_cast<std::uint32_t>(Callees.size()),
      [&](std::uint32_t F) -> const std::vector<std::uint32_t> & {
        return Callees[F];
      },
      [&](std::uint32_t F) { return Relevant[F]; },
      [&](const std::vector<std::uint32_t> &Component) {
        summarise(Component);
      });
  addCallersGates();
}

// From here on Callees says whose summary is needed first: that of the function
// itself where it is recursive, and those of threads that it waits for.
void LockModel::addSummaryOrder() {
  for (FunctionId F = 0; F < Callees.size(); ++F) {
    const ProgramFunction &Fn = P.function(F);
    bool Waits = Threads.hasWaits(F);
    std::size_t Before = Callees[F].size();
    for (const facts::Block *B : each(Fn.Fact->blocks()))
      for (const facts::Event *E : each(B->events())) {
        if (E->kind() != EventKind::Call)
          continue;
        if (P.resolve(Fn.Unit, E->symbol()) == Fn.Symbol)
          Callees[F].push_back(F);
        if (Waits)
          for (const ThreadStart *T : Threads.waitedFor(F, *E))
            Callees[F].push_back(T->Body);
      }
    if (Callees[F].size() == Before)
      continue;
    std::sort(Callees[F].begin(), Callees[F].end());
    Callees[F].erase(std::unique(Callees[F].begin(), Callees[F].end()),
                     Callees[F].end());
  }
}

bool LockModel::touchesLocks(FunctionId Id) const {
  const ProgramFunction &F = P.function(Id);
  for (const facts::Block *B : each(F.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      if (E->kind() != EventKind::Call && E->kind() != EventKind::Construct)
        continue;
      for (const rules::Entry *Entry :
           P.entries(P.resolve(F.Unit, E->symbol())))
        if (does(*Entry, Effect::Acquires) || does(*Entry, Effect::Releases) ||
            does(*Entry, Effect::TryAcquires))
          return true;
      if (guardConstruction(P, F.Unit, *E) || guardIntoHolder(P, F.Unit, *E))
        return true;
    }
  return false;
}

// Functions that touch locks, all that call them at any depth, and the direct
// callees of these: getters and constructors that say which lock is meant.
void LockModel::findRelevant() {
  std::vector<std::vector<FunctionId>> Callers(Callees.size());
  for (FunctionId F = 0; F < Callees.size(); ++F)
    for (FunctionId Callee : Callees[F])
      Callers[Callee].push_back(F);
  Relevant.assign(Callees.size(), false);
  HasState.assign(Callees.size(), false);
  std::vector<FunctionId> Pending;
  for (FunctionId F = 0; F < Callees.size(); ++F)
    if (touchesLocks(F)) {
      Relevant[F] = HasState[F] = true;
      Pending.push_back(F);
    }
  for (std::size_t Next = 0; Next < Pending.size(); ++Next)
    for (FunctionId Caller : Callers[Pending[Next]])
      if (!Relevant[Caller]) {
        Relevant[Caller] = true;
        Pending.push_back(Caller);
      }
  for (FunctionId F : Pending)
    for (FunctionId Callee : Callees[F])
      Relevant[Callee] = true;
}

// A function runs on the main thread only if `main` reaches it and nothing else
// does: no function that could be called from outside, no callable that is
// handed on.
void LockModel::findMainOnly() {
  std::vector<bool> Called(Callees.size(), false),
      Elsewhere(Callees.size(), false);
  for (FunctionId F = 0; F < Callees.size(); ++F)
    for (FunctionId Callee : Callees[F])
      Called[Callee] = true;
  std::vector<FunctionId> Mains, Others;
  auto Hand = [&](std::uint32_t Unit, const facts::Value *V) {
    if (!V || V->kind() != facts::ValueKind::Callable)
      return;
    FunctionId Body = P.symbol(P.resolve(Unit, V->symbol())).Body;
    if (Body != NoFunction)
      Others.push_back(Body);
  };
  for (FunctionId F = 0; F < Callees.size(); ++F) {
    const ProgramFunction &Fn = P.function(F);
    bool IsMain = hasFlag(Fn.Fact->flags(), FunctionFlag::Main);
    if (IsMain || hasFlag(Fn.Fact->flags(), FunctionFlag::StaticInit))
      Mains.push_back(F);
    else if (!Called[F] || P.isCoroutine(F))
      Others.push_back(F);
    for (const facts::Block *B : each(Fn.Fact->blocks()))
      for (const facts::Event *E : each(B->events())) {
        Hand(Fn.Unit, E->value());
        for (const facts::Value *Arg : each(E->args()))
          Hand(Fn.Unit, Arg);
      }
  }
  auto Reach = [&](std::vector<FunctionId> Pending, std::vector<bool> &Seen) {
    for (FunctionId F : Pending)
      Seen[F] = true;
    while (!Pending.empty()) {
      FunctionId F = Pending.back();
      Pending.pop_back();
      for (FunctionId Callee : Callees[F])
        if (!Seen[Callee]) {
          Seen[Callee] = true;
          Pending.push_back(Callee);
        }
    }
  };
  MainOnly.assign(Callees.size(), false);
  Reach(Mains, MainOnly);
  Reach(Others, Elsewhere);
  Entered.assign(Callees.size(), false);
  for (const std::vector<FunctionId> *List : {&Mains, &Others})
    for (FunctionId F : *List)
      Entered[F] = true;
  for (FunctionId F = 0; F < Callees.size(); ++F)
    MainOnly[F] = MainOnly[F] && !Elsewhere[F];
}

void LockModel::summarise(const std::vector<FunctionId> &Component) {
  // A lone function is done in one round; recursion through paths of bounded
  // length settles in a few, and what has not settled by then stays incomplete.
  bool IsCycle = Component.size() > 1 ||
                 std::binary_search(Callees[Component[0]].begin(),
                                    Callees[Component[0]].end(), Component[0]);
  constexpr std::size_t LargestRepeated = 200;
  bool AnyState = false;
  int Rounds = !IsCycle || Component.size() > LargestRepeated ? 1 : 3;
  for (int Round = 0; Round < Rounds; ++Round)
    for (FunctionId F : Component) {
      LockFlow Flow(*this, F);
      Flow.run();
      if (Flow.Summary.empty())
        Summaries.erase(F);
      else
        Summaries[F] = std::move(Flow.Summary);
      AnyState |= Flow.HasState;
      if (Round + 1 < Rounds)
        continue;
      Edges.insert(Edges.end(), Flow.Edges.begin(), Flow.Edges.end());
      Pairs.insert(Pairs.end(), Flow.Pairs.begin(), Flow.Pairs.end());
      Repeats.insert(Repeats.end(), Flow.Repeats.begin(), Flow.Repeats.end());
      for (auto &[Callee, Locks] : Flow.HeldCalls)
        HeldCalls.push_back({F, Callee, std::move(Locks)});
      for (LockId L : Flow.Written) {
        Written.resize(std::max<std::size_t>(Written.size(), L + 1));
        Written[L] = true;
      }
    }
  for (FunctionId F : Component)
    HasState[F] = HasState[F] || AnyState;
  // What a function takes at any depth is needed by its callers only; that it
  // takes something, later as well.
  auto Forget = [&](FunctionId F) {
    if (auto It = Summaries.find(F);
        It != Summaries.end() && It->second.Acquires.size() > 1) {
      It->second.Acquires.resize(1);
      It->second.Acquires.shrink_to_fit();
    }
  };
  for (FunctionId F : Component) {
    for (FunctionId Callee : Callees[F])
      if (--Awaiting[Callee] == 0)
        Forget(Callee);
    if (Awaiting[F] == 0)
      Forget(F);
  }
}

// Locks that every caller holds are gates of what happens in a function. Starts
// from "all locks" for functions that are only called, and intersects until
// nothing changes.
void LockModel::addCallersGates() {
  using LockSet =
      std::optional<std::vector<GateId>>; // empty optional: all locks
  std::vector<LockSet> AtEntry(Callees.size());
  std::vector<std::vector<std::size_t>> From(Callees.size());
  std::vector<FunctionId> Pending;
  for (FunctionId F = 0; F < Callees.size(); ++F)
    if (Entered[F]) {
      AtEntry[F].emplace();
      Pending.push_back(F);
    }
  for (std::size_t I = 0; I < HeldCalls.size(); ++I)
    From[HeldCalls[I].Caller].push_back(I);
  while (!Pending.empty()) {
    FunctionId F = Pending.back();
    Pending.pop_back();
    for (std::size_t I : From[F]) {
      const HeldCall &Call = HeldCalls[I];
      std::vector<GateId> Held;
      std::set_union(Call.Locks.begin(), Call.Locks.end(), AtEntry[F]->begin(),
                     AtEntry[F]->end(), std::back_inserter(Held));
      LockSet &Entry = AtEntry[Call.Callee];
      std::vector<GateId> Common = Held;
      if (Entry) {
        Common.clear();
        std::set_intersection(Entry->begin(), Entry->end(), Held.begin(),
                              Held.end(), std::back_inserter(Common));
        if (Common == *Entry)
          continue;
      }
      Entry = std::move(Common);
      Pending.push_back(Call.Callee);
    }
  }
  for (OrderEdge &E : Edges) {
    if (!AtEntry[E.Function])
      continue;
    for (GateId Gate : *AtEntry[E.Function])
      if (Gate / 2 != E.From && Gate / 2 != E.To)
        E.Gates.push_back(Gate);
    std::sort(E.Gates.begin(), E.Gates.end());
    E.Gates.erase(std::unique(E.Gates.begin(), E.Gates.end()), E.Gates.end());
  }
}

void LockModel::watch(FunctionId F, const LockObserver &Watch) {
  LockFlow(*this, F).run(Watch);
}

std::string LockModel::display(const LockName &Name) {
  if (!Name.IsGlobal)
    return Name.Text;
  // The global's own part is its mangled name, with '@' and the file for
  // internal linkage; the fields follow.
  std::string Global = Name.Text.substr(0, Name.GlobalLength);
  std::string Mangled = Global.substr(0, Global.find('@'));
  std::string Rest = Name.Text.substr(Name.GlobalLength);
  // Other names would be taken for types: "a" is the mangled `signed char`.
  if (!Mangled.starts_with("_Z"))
    return Mangled + Rest;
  int Status = 0;
  std::unique_ptr<char, decltype(&std::free)> Plain(
      abi::__cxa_demangle(Mangled.c_str(), nullptr, nullptr, &Status),
      &std::free);
  return (Status == 0 ? Plain.get() : Mangled) + Rest;
}

const LockSummary *LockModel::summary(FunctionId F) const {
  auto It = Summaries.find(F);
  return It == Summaries.end() ? nullptr : &It->second;
}

bool LockModel::isWritten(const LockName &Name) const {
  auto It = NameIds.find(Name.Text);
  return It != NameIds.end() && It->second < Written.size() &&
         Written[It->second];
}

ChainId LockModel::chainOf(ChainLink Link) {
  auto [It, New] =
      ChainIds.try_emplace(Link, static_cast<ChainId>(Chains.size()));
  if (New)
    Chains.push_back(Link);
  return It->second;
}

LockId LockModel::lockId(const AccessPath &Path) {
  if (!hasName(Path))
    return NoLock;
  if (auto It = PathIds.find(Path); It != PathIds.end())
    return It->second;
  LockId Id = lockId(nameOf(Path));
  PathIds.emplace(Path, Id);
  return Id;
}

LockId LockModel::lockId(const LockName &Name) {
  auto [It, New] =
      NameIds.try_emplace(Name.Text, static_cast<LockId>(Names.size()));
  if (New)
    Names.push_back(Name);
  return It->second;
}

} // namespace gridlock
