// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LockModel, second part: which functions have to do with locks, and on which
// threads they run.
#include "checks/engine/Guards.h"
#include "checks/locks/DeferredCalls.h"
#include "checks/locks/GuardHolders.h"
#include "checks/locks/LockModel.h"
#include "checks/locks/OwnLockables.h"
#include "checks/locks/RequiredLocks.h"

#include <algorithm>
#include <map>

namespace gridlock {

using facts::EventKind;
using facts::FunctionFlag;

namespace {

// What has to be known of each event, asked once for each symbol and type.
class EventScan {
public:
  EventScan(const Program &P, CalleeKinds &Kinds) : P(P), Kinds(Kinds) {}

  struct Result {
    bool Touches = false;   // locks
    bool NeedsFlow = false; // it matters to paths, guards or callables
  };
  Result scan(FunctionId F);

private:
  bool binds(const FactsFile &File, std::uint32_t Unit,
             const facts::Event &E) const;

  const Program &P;
  CalleeKinds &Kinds;
};

// Whether a place comes to stand for another, or may be returned.
bool EventScan::binds(const FactsFile &File, std::uint32_t Unit,
                      const facts::Event &E) const {
  const facts::Value *Source = E.value();
  if (!Source && each(E.args()).size() == 1)
    Source = each(E.args())[0];
  if (!Source || !Source->place() ||
      (Source->kind() != facts::ValueKind::Place &&
       Source->kind() != facts::ValueKind::AddressOf))
    return false;
  if (E.kind() == EventKind::Return)
    return isVisible(AccessPath::of(File, Source));
  return Source->kind() == facts::ValueKind::AddressOf ||
         (E.implicit() == facts::ImplicitKind::MemberInit && E.symbol() == 0) ||
         P.type(Unit, Source->type())->kind() == facts::TypeKind::Pointer;
}

EventScan::Result EventScan::scan(FunctionId Id) {
  const ProgramFunction &F = P.function(Id);
  const FactsFile &File = P.unit(F.Unit);
  Result Found;
  Found.Touches = !requiredLocks(P, Id).empty();
  for (const CallEvent &C : P.callEvents(Id)) {
    if (C.Callee == 0) {
      Found.NeedsFlow = Found.NeedsFlow || binds(File, F.Unit, *C.Event);
      continue;
    }
    const std::uint8_t Bits = Kinds.of(C.Callee);
    if (Bits == CalleeKinds::Asked)
      continue;
    Found.Touches |= (Bits & CalleeKinds::TouchesLocks) != 0 ||
                     ((Bits & CalleeKinds::OfGuard) != 0 &&
                      guardConstruction(P, F.Unit, *C.Event)) ||
                     ((Bits & CalleeKinds::OfHolder) != 0 &&
                      guardIntoHolder(P, F.Unit, *C.Event));
    Found.NeedsFlow |=
        (Bits & (CalleeKinds::WaitsReleasing | CalleeKinds::OfGuard)) != 0;
  }
  Found.NeedsFlow = Found.NeedsFlow ||
                    P.has(Id, Has::Callable | hasEvent(EventKind::Suspend));
  constexpr std::uint32_t MayBind =
      hasEvent(EventKind::Return) | hasEvent(EventKind::Copy) |
      hasEvent(EventKind::Move) | hasEvent(EventKind::Assign);
  if (Found.NeedsFlow || !P.has(Id, MayBind))
    return Found;
  for (const facts::Block *B : each(F.Fact->blocks()))
    for (const facts::Event *E : each(B->events()))
      if (E->kind() <= EventKind::MAX && (hasEvent(E->kind()) & MayBind) != 0 &&
          binds(File, F.Unit, *E)) {
        Found.NeedsFlow = true;
        return Found;
      }
  return Found;
}

} // namespace

void LockModel::findCallees() {
  std::vector<FunctionId> Row;
  for (FunctionId F = 0; F < P.functions().size(); ++F) {
    Row.clear();
    Calls.eachEdge(F, [&](const facts::Event &, const CallEdge &Edge) {
      Row.push_back(Edge.Target);
    });
    CallCount += Row.size();
    sortUnique(Row);
    CallTargets.addRow(Row);
  }
}

void LockModel::findSignals() {
  std::map<FunctionId, std::vector<const ThreadStart *>> ByStarter;
  for (const ThreadStart &T : Threads.all())
    ByStarter[T.Starter].push_back(&T);
  for (const auto &[F, Started] : ByStarter) {
    NeedsFlow[F] = true;
    for (SignalWait &W : findSignalWaits(P, F, Started))
      Signals.emplace(W.Wait, std::move(W));
  }
}

// Whose summary is needed first: besides those of what a function calls its own
// where it is recursive, and those of threads that it starts or waits for.
void LockModel::addSummaryOrder() {
  std::vector<FunctionId> Row;
  for (FunctionId F = 0; F < P.functions().size(); ++F) {
    const ProgramFunction &Fn = P.function(F);
    bool Waits = Threads.hasWaits(F);
    Row.assign(CallTargets[F].begin(), CallTargets[F].end());
    for (const CallEvent &C : P.callEvents(F)) {
      if (C.Callee == Fn.Symbol && C.Event->kind() == EventKind::Call)
        Row.push_back(F);
      // A guard calls the lock() of what it is given.
      if (Kinds.of(C.Callee) &
          (CalleeKinds::OfGuard | CalleeKinds::TouchesLocks))
        for (FunctionId Own : ownLockings(P, Fn.Unit, *C.Event))
          Row.push_back(Own);
      if (const SignalWait *W =
              Signals.empty() ? nullptr : signalWait(*C.Event))
        Row.push_back(W->Thread->Body);
      for (const ThreadStart *T : Threads.startedAt(*C.Event))
        Row.push_back(T->Body);
      const facts::Value *Callable = nullptr;
      if (C.is(CallEvent::Constructs) && C.is(CallEvent::Arguments))
        if (FunctionId Deleter =
                deleterOf(P, F, *C.Event, madeType(P, F, *C.Event), Callable);
            Deleter != NoFunction)
          Row.push_back(Deleter);
      if (Waits && C.Event->kind() == EventKind::Call)
        for (const ThreadStart *T : Threads.waitedFor(F, *C.Event))
          Row.push_back(T->Body);
    }
    sortUnique(Row);
    Callees.addRow(Row);
  }
}

void LockModel::scanEvents() {
  const std::size_t Functions = P.functions().size();
  HasState.assign(Functions, false);
  NeedsFlow.assign(Functions, false);
  EventScan Events(P, Kinds);
  for (FunctionId F = 0; F < Functions; ++F) {
    EventScan::Result Found = Events.scan(F);
    HasState[F] = Found.Touches;
    NeedsFlow[F] = Found.Touches || Found.NeedsFlow || Threads.hasWaits(F);
  }
}

// Functions that touch locks, all that call them at any depth, and the direct
// callees of these: getters and constructors that say which lock is meant.
void LockModel::findRelevant() {
  const std::size_t Functions = Callees.rows();
  const Adjacency Callers = Callees.reversed(Functions);
  Relevant.assign(Functions, false);
  std::vector<FunctionId> Pending;
  for (FunctionId F = 0; F < Functions; ++F)
    if (HasState[F]) {
      Relevant[F] = true;
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
  std::vector<bool> Called(CallTargets.rows(), false),
      Elsewhere(CallTargets.rows(), false);
  for (FunctionId F = 0; F < CallTargets.rows(); ++F)
    for (FunctionId Callee : CallTargets[F])
      Called[Callee] = true;
  std::vector<FunctionId> Mains, Others;
  auto Hand = [&](std::uint32_t Unit, const facts::Value *V) {
    if (FunctionId Body = callableBody(P, Unit, V); Body != NoFunction)
      Others.push_back(Body);
  };
  for (FunctionId F = 0; F < CallTargets.rows(); ++F) {
    const ProgramFunction &Fn = P.function(F);
    if (hasFlag(Fn.Flags, FunctionFlag::Main | FunctionFlag::StaticInit))
      Mains.push_back(F);
    else if (!Called[F] || P.isCoroutine(F))
      Others.push_back(F);
    if (!P.has(F, Has::Callable))
      continue;
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
      for (FunctionId Callee : CallTargets[F])
        if (!Seen[Callee]) {
          Seen[Callee] = true;
          Pending.push_back(Callee);
        }
    }
  };
  MainOnly.assign(CallTargets.rows(), false);
  Reach(Mains, MainOnly);
  Reach(Others, Elsewhere);
  Entered.assign(CallTargets.rows(), false);
  for (const std::vector<FunctionId> *List : {&Mains, &Others})
    for (FunctionId F : *List)
      Entered[F] = true;
  for (FunctionId F = 0; F < CallTargets.rows(); ++F)
    MainOnly[F] = MainOnly[F] && !Elsewhere[F];
}

} // namespace gridlock
