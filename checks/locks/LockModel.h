// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks across the program: for each function that does something to its
// callers' locks a summary, made bottom-up over the call graph (in connected
// parts again until nothing new is learnt, within bounds). Then what is taken
// is followed, again bottom-up, where it can matter (LockNeeds.h), to get the
// order graph: which lock is taken while which other is held, by which calls,
// under which further locks (gates).
//
// Cost: functions that neither touch locks nor call one that changes their
// state are only looked at once, and passed through by what is on a cycle of
// locks. No recursion on call chains.
#ifndef GRIDLOCK_LOCKS_LOCKMODEL_H
#define GRIDLOCK_LOCKS_LOCKMODEL_H

#include "checks/engine/CallGraph.h"
#include "checks/engine/NumberTable.h"
#include "checks/locks/CalleeKinds.h"
#include "checks/locks/LockTimeline.h"
#include "checks/locks/SemaphoreLocks.h"
#include "checks/locks/SignalWaits.h"
#include "checks/locks/ThreadStarts.h"

#include <deque>
#include <map>
#include <unordered_map>

namespace gridlock {

using LockId = std::uint32_t;
inline constexpr LockId NoLock = ~LockId(0);
/// A lock and the mode it is held in: twice the lock, plus one if shared.
using GateId = std::uint32_t;

/// One place on the way to an acquisition: a call, or the acquisition itself.
struct ChainLink {
  FunctionId Function;
  const facts::Event
      *Site;    // null: the function wants it held when it is called
  ChainId Next; // 0: this is the acquisition
  bool operator==(const ChainLink &) const = default;
};

/// TO is taken while FROM is held.
struct OrderEdge {
  LockId From, To;
  FunctionId Function; // where both come together
  FunctionId Runner;   // who takes them: it, or what it starts
  ChainId FromChain, ToChain;
  rules::LockMode FromMode, ToMode;
  unsigned Calls;
  bool Uncertain;
  LockSummary::How By; // how TO is taken
  bool Awaited;        // one of them is awaited: threads are of no account
  std::vector<GateId> Gates; // further locks held all the while, sorted
};

/// Two locks of one name in different objects, both taken by one function, not
/// both in shared mode.
struct InstancePair {
  LockId Lock;
  FunctionId Function;
  AccessPath First, Second;
  ChainId FirstChain, SecondChain;
  unsigned Calls; // to the second
  bool Uncertain;
  std::vector<LockSummary::Gate> Held; // when the second is taken
};

/// A lock is taken where the function holds it already, by the same path.
struct LockRepeat {
  AccessPath Lock;
  FunctionId Function;
  ChainId FromChain, ToChain;
  rules::LockMode FromMode, ToMode;
  unsigned Calls;
  bool Uncertain;
  bool Joined; // taken by a thread that the function waits for
  bool Awaited;
  /// A kept callable that takes, by INNER in its own terms, a lock of that
  /// name, maybe another object's.
  FunctionId Kept = NoFunction;
  AccessPath Inner = {};
};

/// Of some parameters, by number.
using KnownArguments = std::vector<std::pair<std::uint32_t, std::int64_t>>;

class LockModel {
public:
  LockModel(const Program &P, const CallGraph &Calls);

  const std::vector<OrderEdge> &edges() const { return Edges; }
  const std::vector<InstancePair> &pairs() const { return Pairs; }
  const std::vector<LockRepeat> &repeats() const { return Repeats; }
  /// Whether F or something that it calls touches locks.
  bool isRelevant(FunctionId F) const { return Relevant[F]; }
  /// Whether F touches locks itself, or holds them or has given them back at
  /// some point because a callee leaves them so.
  bool hasState(FunctionId F) const { return HasState[F]; }
  /// Whether F may be called from outside: nothing calls it, or it is handed
  /// on.
  bool isEntered(FunctionId F) const { return Entered[F]; }
  /// By function, what it calls, sorted.
  const Adjacency &callTargets() const { return CallTargets; }
  /// By function, who calls it. Found when it is asked for first.
  const Adjacency &callers() const {
    if (Callers.rows() == 0)
      Callers = CallTargets.reversed(CallTargets.rows());
    return Callers;
  }
  /// The number of calls that are followed, each with each target.
  std::size_t callCount() const { return CallCount; }
  /// Whether F or something that it calls takes a lock that callers can know.
  bool takes(FunctionId F) const { return Takes[F]; }
  /// Whether nothing that F or a callee does is to its locks, and what its
  /// callees take means the same to its callers, but for parameters.
  bool isPlain(FunctionId F) const;
  /// Shows WATCH every event of F that can be reached, in blocks' order. Linear
  /// in events and changes of the state.
  void watch(FunctionId F, const LockObserver &Watch);
  const LockName &name(LockId L) const { return Names[L]; }
  /// As messages quote a lock: `Account::mutex_`, or a global's qualified name.
  std::string display(LockId L) const { return display(Names[L]); }
  static std::string display(const LockName &Name);
  const ChainLink &chain(ChainId C) const { return Chains[C]; }
  Location locate(const ChainLink &Link) const {
    const ProgramFunction &F = P.function(Link.Function);
    return P.locate(F.Unit, Link.Site ? Link.Site->loc() : F.Fact->begin());
  }
  /// The last link of a chain: where the lock is taken.
  const ChainLink &acquisition(ChainId C) const {
    while (Chains[C].Next != 0)
      C = Chains[C].Next;
    return Chains[C];
  }
  /// Runs on the main thread only, as far as the program shows.
  bool isMainOnly(FunctionId F) const { return MainOnly[F]; }

  /// Acquisitions that were left out of what is known of a function, because it
  /// takes too many that matter.
  std::uint64_t cut() const { return Cut; }
  /// Functions that take a lock themselves, with the lock; sorted.
  const std::vector<std::pair<LockId, FunctionId>> &takers() const {
    return Takers;
  }
  /// Whether some function takes the lock in a mode other than shared.
  bool isWritten(LockId L) const { return L < Written.size() && Written[L]; }
  /// The lock of a path, if it has come up.
  LockId find(const AccessPath &Path) const;
  const ThreadStarts &threads() const { return Threads; }
  const SemaphoreLocks &semaphores() const { return Semaphores; }
  /// Whether what CHAIN takes is a semaphore: any thread may give that back.
  bool isSemaphore(ChainId Chain) const {
    const ChainLink &Site = acquisition(Chain);
    return Site.Site &&
           semaphoreUse(P, P.resolve(P.function(Site.Function).Unit,
                                     Site.Site->symbol())) !=
               SemaphoreUse::None;
  }
  /// The sign of a thread that E waits for; null if it waits for none.
  const SignalWait *signalWait(const facts::Event &E) const {
    auto It = Signals.find(&E);
    return It == Signals.end() ? nullptr : &It->second;
  }

  // For the analysis of single functions (LockFlow).
  const Program &program() const { return P; }
  const CallGraph &calls() const { return Calls; }
  const LockSummary *summary(FunctionId F) const {
    return SummaryOf[F] == 0 ? nullptr : &Summaries[SummaryOf[F] - 1];
  }
  /// As summary(F), which there is, of calls with these values.
  const LockSummary &summaryWith(FunctionId F, const KnownArguments &Values);
  /// What F takes, at any depth, as far as it matters to its callers; while
  /// these are looked at.
  const std::vector<LockSummary::Acquisition> &taken(FunctionId F) const {
    return Taken[F];
  }
  LockNeeds &needs() { return Needs; }
  std::uint8_t kindOf(SymbolId Callee) { return Kinds.of(Callee); }
  ChainId chainOf(ChainLink Link);
  /// For a link that is not made twice.
  ChainId newChain(ChainLink Link) {
    Chains.push_back(Link);
    return static_cast<ChainId>(Chains.size() - 1);
  }
  LockId lockId(const LockName &Name);
  /// NoLock: it has no name.
  LockId lockId(const AccessPath &Path);
  static GateId gateId(LockId Lock, rules::LockMode Mode) {
    return Lock * 2 + (Mode == rules::LockMode::Shared ? 1 : 0);
  }

private:
  // Locks that are held at one call of CALLEE.
  struct HeldCall {
    FunctionId Caller, Callee;
    std::vector<GateId> Locks; // sorted
  };
  using Component = std::span<const FunctionId>;
  void findCallees();
  void findSignals();
  void addSummaryOrder();
  void scanEvents();
  void findRelevant();
  void findMainOnly();
  void findOrder();
  void addCallersGates();
  bool isCycle(Component Members) const;
  void summarise(Component Members);
  void order(Component Members);
  template <typename Use> void eachComponent(Use Then) {
    for (std::size_t I = 0; I + 1 < ComponentStart.size(); ++I)
      Then(Component(Order).subspan(ComponentStart[I],
                                    ComponentStart[I + 1] - ComponentStart[I]));
  }

  const Program &P;
  const CallGraph &Calls;
  ThreadStarts Threads;
  SemaphoreLocks Semaphores;
  std::unordered_map<const facts::Event *, SignalWait> Signals;
  /// By function: whose summaries are needed first. Those that it calls, itself
  /// if it is recursive, and those of threads that it starts or waits for.
  Adjacency Callees, CallTargets;
  mutable Adjacency Callers;
  std::size_t CallCount = 0;
  std::uint64_t Cut = 0;
  std::vector<FunctionId> Order; // callees first, as far as they are relevant
  std::vector<std::uint32_t> ComponentStart; // strongly connected parts of it
  LockNeeds Needs;
  CalleeKinds Kinds;
  LockTimeline Timeline;
  std::vector<std::vector<LockSummary::Acquisition>> Taken; // by function
  void setSummary(FunctionId F, LockSummary Summary);
  std::vector<std::uint32_t> SummaryOf; // by function: 0, or one more than ...
  std::deque<LockSummary> Summaries;    // ... the index here
  std::map<std::pair<FunctionId, KnownArguments>, LockSummary> ByValues;
  std::vector<OrderEdge> Edges;
  std::vector<InstancePair> Pairs;
  std::vector<LockRepeat> Repeats;
  std::vector<ChainLink> Chains;
  NumberTable ChainIds;
  std::vector<LockName> Names;
  std::unordered_map<std::string, LockId> NameIds;
  std::unordered_map<AccessPath, LockId, NameHash, SameName> PathIds;
  // Of functions that had to be looked at in full, one behind the other; others
  // hold nothing where they call something.
  std::vector<HeldCall> HeldCalls;
  std::unordered_map<FunctionId, std::size_t> FirstHeldCall;
  std::vector<bool> HasHeldCalls;
  std::vector<bool> Written; // by lock
  std::vector<std::pair<LockId, FunctionId>> Takers;
  std::vector<bool> MainOnly;
  std::vector<bool> Relevant;
  std::vector<bool> HasState;
  std::vector<bool> Takes;
  std::vector<bool> ChangesCallers; // its summary matters where it is called
  std::vector<bool> NeedsFlow; // knows more about places than its parameters
  std::vector<bool>
      Entered; // from outside: not called, or handed on as a callable
};

} // namespace gridlock

#endif
