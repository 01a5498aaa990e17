// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockModel.h"

#include "checks/engine/Dataflow.h"
#include "checks/engine/StronglyConnected.h"
#include "checks/locks/DeclaredOrder.h"
#include "checks/locks/LockFlow.h"

#include <algorithm>
#include <cstdlib>
#include <cxxabi.h>
#include <map>
#include <memory>

namespace gridlock {

LockModel::LockModel(const Program &P, const CallGraph &Calls)
    : P(P), Calls(Calls), Threads(P, Calls), Semaphores(P), Kinds(P),
      Timeline(P.functions().size()), Taken(P.functions().size()),
      SummaryOf(P.functions().size(), 0), Chains(1),
      HasHeldCalls(P.functions().size(), false),
      Takes(P.functions().size(), false),
      ChangesCallers(P.functions().size(), false) {
  findCallees();
  scanEvents();
  findMainOnly();
  findSignals();
  addSummaryOrder();
  findRelevant();
  findOrder();
  eachComponent([&](Component C) { summarise(C); });
  std::sort(Takers.begin(), Takers.end());
  // What the source declares is an order like any other.
  DeclaredOrders Declared(P);
  for (const DeclaredOrder &D : Declared.all())
    Needs.takesUnder(0, Needs.classOf(D.First), Needs.classOf(D.Second));
  Needs.solve(Callees);
  eachComponent([&](Component C) { order(C); });
  Taken = {};
  addCallersGates();
}

void LockModel::findOrder() {
  stronglyConnected(
      static_cast<std::uint32_t>(Callees.rows()),
      [&](std::uint32_t F) { return Callees[F]; },
      [&](std::uint32_t F) { return Relevant[F]; },
      [&](const std::vector<std::uint32_t> &Members) {
        ComponentStart.push_back(static_cast<std::uint32_t>(Order.size()));
        Order.insert(Order.end(), Members.begin(), Members.end());
      });
  ComponentStart.push_back(static_cast<std::uint32_t>(Order.size()));
}

bool LockModel::isCycle(Component Members) const {
  auto Own = Callees[Members[0]];
  return Members.size() > 1 ||
         std::binary_search(Own.begin(), Own.end(), Members[0]);
}

bool LockModel::isPlain(FunctionId F) const {
  auto Called = Callees[F];
  return !NeedsFlow[F] &&
         std::none_of(Called.begin(), Called.end(), [&](FunctionId Callee) {
           return ChangesCallers[Callee];
         });
}

void LockModel::setSummary(FunctionId F, LockSummary Summary) {
  // Who starts a coroutine says which locks it is given, and no more.
  ChangesCallers[F] =
      P.isCoroutine(F) ? !Summary.Bares.empty() : !Summary.isPlain();
  if (SummaryOf[F] != 0) {
    // In a group of functions that call each other: learnt anew.
    for (auto It = ByValues.lower_bound({F, {}});
         It != ByValues.end() && It->first.first == F;)
      It = ByValues.erase(It);
    Summaries[SummaryOf[F] - 1] = std::move(Summary);
  } else if (!Summary.empty()) {
    Summaries.push_back(std::move(Summary));
    SummaryOf[F] = static_cast<std::uint32_t>(Summaries.size());
  }
}

// In a function that hands its parameters to itself the innermost is as any.
const LockSummary &LockModel::summaryWith(FunctionId F,
                                          const KnownArguments &Values) {
  auto [It, New] = ByValues.try_emplace({F, Values}, *summary(F));
  if (New) {
    LockFlow Flow(*this, F);
    Flow.summariseWith(Values);
    It->second = std::move(Flow.Summary);
  }
  return It->second;
}

namespace {

// A lone function is done in one round. In a group of functions that call each
// other rounds are made until nothing new is learnt, as long as the group is
// not too large for that: what has not been learnt by then is left out.
std::size_t roundsOf(std::size_t Size, bool IsCycle) {
  constexpr std::size_t MaxVisits = 2000;
  return !IsCycle ? 1 : std::max<std::size_t>(2, MaxVisits / Size);
}

// Grows with all that callers can learn from a summary.
std::size_t sizeOf(const LockSummary &S) {
  return S.Tells.size() + S.Keeps.size() + S.Lends.size() + S.Bares.size() +
         S.Invokes.size() + S.LeftHeld.size() + S.Guards.size() +
         S.Released.size() + S.Lacking.size() + S.MayHold.size() +
         S.Known.size() + S.First.has_value() + S.Asks.has_value() +
         S.Result.has_value();
}

} // namespace

void LockModel::summarise(Component Members) {
  bool AnyState = false, Changed = true;
  const bool IsCycle = isCycle(Members);
  std::size_t Left = roundsOf(Members.size(), IsCycle);
  const std::size_t FirstCall = HeldCalls.size(), FirstTaker = Takers.size();
  for (; Changed && Left > 0; --Left) {
    Changed = false;
    HeldCalls.resize(FirstCall);
    Takers.resize(FirstTaker);
    for (FunctionId F : Members) {
      const bool Took = Takes[F];
      if (isPlain(F)) {
        for (FunctionId Callee : Callees[F])
          if (Takes[Callee] && !P.isCoroutine(Callee))
            Takes[F] = true;
        Changed |= Takes[F] != Took;
        continue;
      }
      const LockSummary *Known = summary(F);
      const std::size_t Size = Known ? sizeOf(*Known) : 0;
      // The summaries of all that it calls are complete, unless it is part of a
      // cycle, or awaits what tells by a method that nobody calls by name.
      const bool IsFinal = !IsCycle && !P.isCoroutine(F);
      LockTimeline::Recorder Record(Timeline);
      LockFlow Flow(*this, F);
      Flow.summarise(IsFinal ? &Record : nullptr);
      if (IsFinal)
        Record.keepAs(F);
      Takes[F] = Flow.Takes;
      Changed |= Takes[F] != Took || sizeOf(Flow.Summary) != Size;
      setSummary(F, std::move(Flow.Summary));
      AnyState |= Flow.HasState;
      HasHeldCalls[F] = true;
      FirstHeldCall[F] = HeldCalls.size();
      for (auto &[Callee, Locks] : Flow.HeldCalls)
        HeldCalls.push_back({F, Callee, std::move(Locks)});
      for (LockId L : Flow.Written) {
        Written.resize(std::max<std::size_t>(Written.size(), L + 1));
        Written[L] = true;
      }
      for (LockId L : Flow.TakenHere)
        Takers.emplace_back(L, F);
    }
  }
  for (FunctionId F : Members)
    HasState[F] = HasState[F] || AnyState;
}

void LockModel::order(Component Members) {
  bool Changed = true;
  std::size_t Left = roundsOf(Members.size(), isCycle(Members));
  const std::size_t Before[] = {Edges.size(), Pairs.size(), Repeats.size()};
  const std::uint64_t CutBefore = Cut;
  for (; Changed && Left > 0; --Left) {
    Changed = false;
    Edges.erase(Edges.begin() + static_cast<std::ptrdiff_t>(Before[0]),
                Edges.end());
    Pairs.erase(Pairs.begin() + static_cast<std::ptrdiff_t>(Before[1]),
                Pairs.end());
    Repeats.erase(Repeats.begin() + static_cast<std::ptrdiff_t>(Before[2]),
                  Repeats.end());
    Cut = CutBefore;
    for (FunctionId F : Members) {
      if (!Needs.isOnCycle(F) && !Needs.isWanted(F))
        continue;
      LockFlow Flow(*this, F);
      if (isPlain(F))
        Flow.passOnAll();
      else
        Flow.order();
      Changed |= Flow.Taken.size() != Taken[F].size();
      Taken[F] = std::move(Flow.Taken);
      Cut += Flow.Cut;
      Edges.insert(Edges.end(), Flow.Edges.begin(), Flow.Edges.end());
      Pairs.insert(Pairs.end(), Flow.Pairs.begin(), Flow.Pairs.end());
      Repeats.insert(Repeats.end(), Flow.Repeats.begin(), Flow.Repeats.end());
    }
  }
}

// Locks that every caller holds are gates of what happens in a function. Starts
// from "all locks" for functions that are only called, and intersects until
// nothing changes.
void LockModel::addCallersGates() {
  // Sets of locks by number: few differ. 0 is the empty one.
  std::map<std::vector<GateId>, std::uint32_t> Numbers{{{}, 0}};
  std::vector<const std::vector<GateId> *> Sets{&Numbers.begin()->first};
  auto NumberOf = [&](const std::vector<GateId> &Set) {
    auto [It, New] =
        Numbers.try_emplace(Set, static_cast<std::uint32_t>(Sets.size()));
    if (New)
      Sets.push_back(&It->first);
    return It->second;
  };
  constexpr std::uint32_t All = ~0u;
  std::vector<std::uint32_t> AtEntry(Callees.rows(), All);
  std::vector<FunctionId> Pending;
  std::vector<GateId> Both, Union; // for each call anew
  for (FunctionId F = 0; F < Callees.rows(); ++F)
    if (Entered[F]) {
      AtEntry[F] = 0;
      Pending.push_back(F);
    }
  auto Call = [&](FunctionId Callee, std::uint32_t Held) {
    std::uint32_t Common = Held;
    if (AtEntry[Callee] != All) {
      if (AtEntry[Callee] == Held || AtEntry[Callee] == 0)
        return;
      Both.clear();
      std::set_intersection(Sets[AtEntry[Callee]]->begin(),
                            Sets[AtEntry[Callee]]->end(), Sets[Held]->begin(),
                            Sets[Held]->end(), std::back_inserter(Both));
      Common = NumberOf(Both);
      if (Common == AtEntry[Callee])
        return;
    }
    AtEntry[Callee] = Common;
    Pending.push_back(Callee);
  };
  while (!Pending.empty()) {
    FunctionId F = Pending.back();
    Pending.pop_back();
    if (!HasHeldCalls[F]) {
      if (Relevant[F])
        for (FunctionId Callee : Callees[F])
          if (Callee != F)
            Call(Callee, AtEntry[F]);
      continue;
    }
    for (std::size_t I = FirstHeldCall.at(F);
         I < HeldCalls.size() && HeldCalls[I].Caller == F; ++I) {
      const HeldCall &Site = HeldCalls[I];
      std::uint32_t Held = AtEntry[F];
      if (!Site.Locks.empty()) {
        Union.clear();
        std::set_union(Site.Locks.begin(), Site.Locks.end(),
                       Sets[Held]->begin(), Sets[Held]->end(),
                       std::back_inserter(Union));
        Held = NumberOf(Union);
      }
      Call(Site.Callee, Held);
    }
  }
  HeldCalls = {};
  FirstHeldCall = {};
  for (OrderEdge &E : Edges) {
    if (AtEntry[E.Function] == All)
      continue;
    for (GateId Gate : *Sets[AtEntry[E.Function]])
      if (Gate / 2 != E.From && Gate / 2 != E.To)
        E.Gates.push_back(Gate);
    sortUnique(E.Gates);
  }
}

void LockModel::watch(FunctionId F, const LockObserver &Watch) {
  if (!isPlain(F)) {
    if (!Timeline.isKept(F) && !Timeline.isTooLarge(F)) {
      LockTimeline::Recorder Record(Timeline);
      LockFlow(*this, F).record(Record);
      Record.keepAs(F);
    }
    if (Timeline.isKept(F))
      Timeline.replay(F, *P.function(F).Fact, Watch);
    else
      LockFlow(*this, F).watch(Watch);
    return;
  }
  const LockState None;
  auto Blocks = each(P.function(F).Fact->blocks());
  for (std::uint32_t B : reachableBlocks(*P.function(F).Fact))
    for (const facts::Event *E : each(Blocks[B]->events()))
      Watch(*E, None, None);
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
  std::string Text = (Status == 0 ? Plain.get() : Mangled) + Rest;
  // As facts spell it.
  constexpr std::string_view Anonymous = "(anonymous namespace)";
  for (std::size_t At; (At = Text.find(Anonymous)) != std::string::npos;)
    Text.replace(At, Anonymous.size(), "(anonymous)");
  return Text;
}

LockId LockModel::find(const AccessPath &Path) const {
  auto It = NameIds.find(nameOf(Path).Text);
  return It == NameIds.end() ? NoLock : It->second;
}

ChainId LockModel::chainOf(ChainLink Link) {
  std::size_t Hash = reinterpret_cast<std::uintptr_t>(Link.Site);
  Hash = (Hash ^ Link.Next) * 0x9e3779b97f4a7c15u;
  Hash ^= (Hash >> 32) ^ Link.Next;
  const ChainId Known =
      ChainIds.find(Hash, [&](ChainId C) { return Chains[C] == Link; });
  if (Known != NumberTable::None)
    return Known;
  const ChainId New = newChain(Link);
  ChainIds.add(Hash, New);
  return New;
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
