// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LockFlow, eighth part: what coroutines and threads do that a function starts
// and does not wait for. They run at some other time, so that nothing that is
// held here is held there; but the function says which locks they are given.
#include "checks/locks/LockFlow.h"

namespace gridlock {

using facts::PlaceRoot;

namespace {

// Whether who starts it can say more of a lock than its own name does.
bool isOpen(const AccessPath &Lock) {
  return !hasName(Lock) || Lock.Steps.back().Kind == facts::StepKind::Deref;
}

} // namespace

// Whose threads or coroutine take what A is.
FunctionId LockFlow::runnerOf(const Acquisition &A) const {
  if (A.By == How::Started)
    for (ChainId C = A.Chain; Model.chain(C).Next != 0;
         C = Model.chain(C).Next) {
      FunctionId Next = Model.chain(Model.chain(C).Next).Function;
      if ((A.Awaited && P.isCoroutine(Next)) ||
          !Model.threads().startedAt(*Model.chain(C).Site).empty())
        return Next;
    }
  return Id;
}

// In a coroutine, the calls of which the result is awaited, or given to what
// is.
void LockFlow::findAwaited(
    const std::vector<const facts::Event *> &Suspensions) {
  auto CallBehind = [&](const facts::Value *V) -> const facts::Event * {
    AccessPath Path = AccessPath::of(File, V);
    if (auto It = ResultIn.find(Path); It != ResultIn.end())
      Path = AccessPath::ofResult(It->second);
    auto It = Results.find(Path.Id);
    return Path.Root == PlaceRoot::CallResult && It != Results.end()
               ? It->second
               : nullptr;
  };
  for (const facts::Event *Suspend : Suspensions)
    if (const facts::Event *Call = CallBehind(Suspend->value())) {
      AwaitedCalls.insert(Call);
      for (const facts::Value *Arg : each(Call->args()))
        if (const facts::Event *Inner = CallBehind(Arg))
          AwaitedCalls.insert(Inner);
    }
}

// E makes the coroutine TARGET, which this function does not await.
void LockFlow::startCoroutine(const facts::Event &E, FunctionId Target,
                              const LockState &State) {
  const LockSummary *Callee = Model.summary(Target);
  const bool Matters = Summarising ? Callee && !Callee->Bares.empty()
                                   : !Model.taken(Target).empty();
  if (!Matters || !State.isIdle() || AwaitedCalls.contains(&E))
    return;
  bool Passed = false;
  const facts::Value *Callable = callableOf(E, Target, Passed);
  Substitution Sub(P, Id, E, State.Known, Callable, Passed);
  started(Target, E, State, Ordering && runsBeside(E),
          [&](const AccessPath &Path) { return Sub.apply(Path); });
}

// Whether the coroutine that E makes is known to be run without a wait for its
// end: others may run in between on the same thread.
bool LockFlow::runsBeside(const facts::Event &E) const {
  const AccessPath Made = AccessPath::ofResult(E.id());
  auto Is = [&](const facts::Value *V) {
    const AccessPath Task = AccessPath::of(File, V);
    auto It = ResultIn.find(Task);
    return Task == Made || (It != ResultIn.end() && It->second == E.id());
  };
  for (const CallEvent &C : P.callEvents(Id)) {
    Program::EntryList Entries = P.entries(C.Callee);
    auto Args = each(C.Event->args());
    if (does(Entries, rules::Effect::ConsumesTask) &&
        !does(Entries, rules::Effect::Blocks) &&
        std::any_of(Args.begin(), Args.end(), Is))
      return true;
  }
  return false;
}

void LockFlow::startThreads(const facts::Event &E, const LockState &State) {
  if (!State.isIdle())
    return;
  for (const ThreadStart *T : Model.threads().startedAt(E))
    started(T->Body, E, State, true,
            [&](const AccessPath &Path) -> std::optional<AccessPath> {
              if (std::optional<AccessPath> Lock =
                      Model.threads().atStart(*T, Path))
                return canonical(std::move(*Lock), State.Known);
              return hasName(Path) ? std::optional(withoutInstance(Path))
                                   : std::nullopt;
            });
}

// MAP gives what TARGET's locks are here. BESIDE: it runs beside what else the
// thread does.
void LockFlow::started(FunctionId Target, const facts::Event &E,
                       const LockState &State, bool Beside,
                       const LockMap &Map) {
  if (Summarising) {
    if (const LockSummary *Callee = Model.summary(Target))
      applyBares(*Callee, Target, State, Map);
    return;
  }
  for (const Acquisition &A : Model.taken(Target)) {
    if (A.Gates.empty() || (A.By != How::Taken && A.By != How::Started))
      continue;
    std::optional<AccessPath> Lock = Map(A.Lock);
    if (!Lock)
      continue;
    Acquisition Here = A;
    Here.Lock = std::move(*Lock);
    Here.Chain = Model.chainOf({Id, &E, A.Chain});
    ++Here.Calls;
    Here.By = How::Started;
    Here.Awaited &= Beside;
    Here.Gates.clear();
    LockState Inside;
    for (const Gate &G : A.Gates)
      if (std::optional<AccessPath> Held = Map(G.Lock)) {
        const ChainId Chain = Model.chainOf({Id, &E, G.Chain});
        Here.Gates.push_back({*Held, G.Mode, Chain});
        if ((isOpen(A.Lock) || isOpen(G.Lock)) &&
            !inBothOrders(Model.taken(Target), G.Lock, A.Lock))
          Inside.Held[*Held] = {G.Mode, Chain, true};
      }
    repeatInside(A, Here.Lock, Here.Gates, E);
    if (!Inside.Held.empty())
      record(Inside, Here, {}, true);
    record(State, std::move(Here), {});
  }
}

} // namespace gridlock
