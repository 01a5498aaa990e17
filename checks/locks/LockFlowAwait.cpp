// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LockFlow, fifth part: locks and tasks that a coroutine awaits, and threads
// that a function waits for.
#include "checks/engine/Classify.h"
#include "checks/locks/LockChains.h"
#include "checks/locks/LockFlow.h"
#include "checks/locks/OwnAsyncLocks.h"

#include <algorithm>

namespace gridlock {

using facts::PlaceRoot;
using rules::Effect;

// What the operand of a co_await does: a lock is taken here, not where its
// awaitable was made, and a task runs here.
void LockFlow::awaited(const facts::Event &E, LockState &State) {
  givenBackBy(E.value(), State);
  AccessPath Operand = AccessPath::of(File, E.value());
  if (auto It = ResultIn.find(Operand); It != ResultIn.end())
    Operand = AccessPath::ofResult(It->second);
  auto Made = Results.find(Operand.Id);
  if (Operand.Root != PlaceRoot::CallResult || !Operand.Steps.empty() ||
      Made == Results.end())
    return;
  const facts::Event &Call = *Made->second;
  for (const rules::Entry *Entry :
       P.entries(P.resolve(F.Unit, Call.symbol()))) {
    if (!Entry->async() || !does(*Entry, Effect::Acquires) ||
        does(*Entry, Effect::TryAcquires))
      continue;
    AccessPath Lock =
        canonical(lockArgument(P, Id, Call, Entry->lock()), State.Known);
    if (!Lock)
      return;
    auto Resume = Resumed.find(&E);
    bool GivesGuard =
        Resume != Resumed.end() &&
        P.type(F.Unit, P.withoutReference(F.Unit, Resume->second->type()))
                ->kind() == facts::TypeKind::Record;
    acquire({{Lock}}, Entry->mode(), E, State, true);
    if (GivesGuard)
      State.Guards[AccessPath::ofResult(Resume->second->id())] = {
          {Lock}, Entry->mode(), true, true, true};
    return;
  }
  if (const SymbolId Callee = P.resolve(F.Unit, Call.symbol());
      (Model.kindOf(Callee) & CalleeKinds::OwnAsync) &&
      ownAsyncMethod(P, Callee) == OwnAsyncMethod::Takes) {
    if (AccessPath Lock =
            canonical(AccessPath::of(File, Call.receiver()), State.Known))
      acquire({{Lock}}, rules::LockMode::Exclusive, E, State, true);
    return;
  }
  awaitTask(E.value(), State);
  // Tasks that are awaited together.
  for (const facts::Value *Arg : each(Call.args()))
    awaitTask(Arg, State);
}

// An awaitable may give back the lock that its maker took, as a condition
// variable's does. It may be wrapped by the promise, so its own await_suspend
// is looked at, not the one that is called.
void LockFlow::givenBackBy(const facts::Value *Awaitable, LockState &State) {
  AccessPath Object = AccessPath::of(File, Awaitable);
  if (!Object)
    return;
  std::uint32_t Type = P.withoutReference(F.Unit, typeOf(*Awaitable));
  for (std::uint32_t Method : each(P.type(F.Unit, Type)->methods())) {
    SymbolId S = P.resolve(F.Unit, Method);
    const LockSummary *Suspend = P.symbol(S).Body == NoFunction
                                     ? nullptr
                                     : Model.summary(P.symbol(S).Body);
    if (!Suspend || lastComponent(P.qualifiedName(S)) != "await_suspend")
      continue;
    for (const AccessPath &Path : Suspend->Released) {
      if (Path.Root != PlaceRoot::This)
        continue;
      AccessPath Lock = Object;
      Lock.Steps.insert(Lock.Steps.end(), Path.Steps.begin(), Path.Steps.end());
      Lock = canonical(std::move(Lock), State.Known);
      if (State.Awaited.erase(Lock) == 0)
        State.giveBack(Lock);
    }
  }
}

// The body of a coroutine that is awaited runs while the locks here are held.
void LockFlow::awaitTask(const facts::Value *Task, LockState &State) {
  AccessPath Result = AccessPath::of(File, Task);
  if (auto It = ResultIn.find(Result); It != ResultIn.end())
    Result = AccessPath::ofResult(It->second);
  auto Made = Results.find(Result.Id);
  if ((!Summarising && !Ordering) || Result.Root != PlaceRoot::CallResult ||
      Made == Results.end())
    return;
  const facts::Event &Call = *Made->second;
  std::vector<CallEdge> Targets;
  Model.calls().follow(Id, Call, Targets);
  for (const CallEdge &Edge : Targets) {
    if (!P.isCoroutine(Edge.Target))
      continue;
    if (Summarising)
      tellRuns(State, Edge.Target);
    const LockSummary *Callee = Model.summary(Edge.Target);
    if (!Callee && Model.taken(Edge.Target).empty())
      continue;
    bool Passed = false;
    const facts::Value *Callable = callableOf(Call, Edge.Target, Passed);
    Substitution Sub(P, Id, Call, State.Known, Callable, Passed);
    if (Ordering)
      applyTaken(Edge.Target, Callee, Sub, Call, Edge.Kind, State);
    if (Callee)
      applySummary(*Callee, Edge.Target, Sub, Call, false, State);
  }
}

// Waiting for a thread is waiting for the locks that it takes.
void LockFlow::joined(const facts::Event &E, const LockState &State) {
  std::vector<const ThreadStart *> Threads = Model.threads().waitedFor(Id, E);
  const SignalWait *Signal = Model.signalWait(E);
  if (Signal)
    Threads.push_back(Signal->Thread);
  for (const ThreadStart *T : Threads) {
    auto AtWait = [&](const AccessPath &Path) {
      std::optional<AccessPath> Lock = Model.threads().atWait(*T, Id, E, Path);
      if (!Lock && hasName(Path))
        Lock = withoutInstance(Path);
      if (Lock)
        Lock = canonical(std::move(*Lock), State.Known);
      return Lock;
    };
    if (Summarising) {
      Model.needs().runs(Id, T->Body);
      Takes |= Model.takes(T->Body);
      tellRuns(State, T->Body);
      if (const LockSummary *Body = Model.summary(T->Body))
        applyBares(*Body, T->Body, State, AtWait);
      continue;
    }
    const bool OnlySign = Signal && T == Signal->Thread;
    for (const Acquisition &A : Model.taken(T->Body)) {
      const ChainId Chain = Model.chainOf({Id, &E, A.Chain});
      if (OnlySign && (!comesFirst(P, *Signal, Model.chain(A.Chain).Site) ||
                       leadsToEnd(Model, Chain) != Leads::Always))
        continue;
      if (auto Lock = AtWait(A.Lock); Lock && !A.Awaited && A.By == How::Taken)
        record(State,
               {.Lock = std::move(*Lock),
                .Mode = A.Mode,
                .Chain = Chain,
                .Calls = A.Calls + 1,
                .Uncertain = A.Uncertain,
                .By = How::Joined,
                .Gates = {}},
               {});
    }
  }
}

} // namespace gridlock
