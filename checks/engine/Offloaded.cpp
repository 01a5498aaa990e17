// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Offloaded.h"

#include "checks/engine/Classify.h"
#include "checks/engine/CoroutineFlow.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace gridlock {

using facts::EventKind;
using rules::Effect;

namespace {

constexpr std::size_t MaxFrames = 6;  // calls that hand a coroutine on
constexpr std::size_t MaxSteps = 500; // that one coroutine is followed
constexpr int MaxWaitDepth = 3;       // functions around a wait

// The calls by which a coroutine got where it is, outermost first, from the
// function that has made it, or from one that has got it from elsewhere.
struct Frames {
  std::vector<std::pair<FunctionId, const facts::Event *>> Calls;
  bool Kept = false;
  auto operator<=>(const Frames &) const = default;
};

class Judge {
public:
  Judge(const Program &P, const CallGraph &Calls, const Contexts &C)
      : P(P), Calls(Calls), C(C), Flow(P, Calls, C.coroutines()),
        Result(P.functions().size(), false) {}

  std::vector<bool> run() {
    std::vector<FunctionId> Pending;
    for (FunctionId F = 0; F < P.functions().size(); ++F)
      // Calls of a virtual method name the one that it overrides.
      if (C.isCoroutineRoot(F) &&
          each(P.symbol(P.function(F).Symbol).Fact->overrides()).empty())
        Pending.push_back(F);
    while (!Pending.empty()) {
      FunctionId F = Pending.back();
      Pending.pop_back();
      if (Result[F] || !isOffloaded(F))
        continue;
      Result[F] = true;
      Pending.insert(Pending.end(), Waiting[F].begin(), Waiting[F].end());
    }
    return std::move(Result);
  }

private:
  using Way = CoroutineFlow::Way;

  bool isOffloaded(FunctionId F) {
    Subject = F;
    Seen.clear();
    Any = OnOwnThread = false;
    for (const CoroutineFlow::Use &U : Flow.usesOf(F)) {
      Any = true;
      if (U.How != Way::Elsewhere)
        return false;
    }
    for (const CoroutineFlow::Made &M : Flow.madeOf(F))
      if (Any = false, !isFine(M.Result, {}) || !Any)
        return false;
    return Any && (!OnOwnThread || isConfined(F));
  }

  bool isFine(CoroutineFlow::NodeId N, const Frames &By) {
    if (!Seen.insert({N, By}).second)
      return true;
    if (Seen.size() > MaxSteps)
      return false;
    return isFine(Flow.holder(N), By);
  }

  bool isFine(const CoroutineFlow::Holder &H, const Frames &By) {
    Any |= !H.Uses.empty();
    for (const CoroutineFlow::Use &U : H.Uses)
      if (!isFine(U, By))
        return false;
    for (const CoroutineFlow::Edge &E : H.To) {
      Frames Next = E.Leaves ? Frames{{}, true} : By;
      if (E.Call)
        Next.Calls.emplace_back(E.Caller, E.Call);
      if (Next.Calls.size() > MaxFrames || !isFine(E.To, Next))
        return false;
    }
    return true;
  }

  bool isFine(const CoroutineFlow::Use &U, const Frames &By) {
    switch (U.How) {
    case Way::Elsewhere:
      return true;
    case Way::Unknown:
      return false;
    case Way::WaitedFor:
      OnOwnThread = true;
      return !isReached(By.Calls.empty() ? U.User : By.Calls.front().first);
    case Way::Resumed: {
      OnOwnThread = true;
      Frames All = By;
      All.Calls.emplace_back(U.User, U.At);
      return isOffLoop(All);
    }
    case Way::Awaited:
      return isAwaitedOffLoop(U, By);
    }
    return false;
  }

  // A coroutine runs where the one that awaits it does.
  bool isAwaitedOffLoop(const CoroutineFlow::Use &U, const Frames &By) {
    FunctionId Awaiter = U.User;
    if (!withEntry(Awaiter, *U.At))
      return true;
    if (C.switchesToLoop(Awaiter))
      return false;
    if (Result[Awaiter])
      return true;
    Waiting[Awaiter].push_back(Subject);
    // Called with it: what becomes of that call.
    if (By.Calls.empty() || !staysOffBesides(Awaiter, U.At))
      return false;
    Frames Without = By;
    auto [Caller, Call] = Without.Calls.back();
    Without.Calls.pop_back();
    const CoroutineFlow::Holder *Made = Flow.result(Caller, *Call);
    return Made && isFine(*Made, Without);
  }

  bool withEntry(FunctionId F, const facts::Event &E) {
    if (!C.switches(F))
      return true;
    auto [It, New] = WithEntry.try_emplace(F);
    if (New)
      C.forEachOnLoop(F, [&](std::uint32_t, const facts::Event &E) {
        if (E.kind() == EventKind::Suspend)
          It->second.insert(&E);
      });
    return It->second.contains(&E);
  }

  // What is resumed by a thread that is no loop, or by a function that then
  // waits for its end, as one called sync_wait mostly does.
  bool isOffLoop(const Frames &All) {
    FunctionId Outermost = All.Calls.front().first;
    if (isReached(Outermost))
      return false;
    auto Any = [&](auto Is) {
      return std::any_of(All.Calls.begin(), All.Calls.end(), Is);
    };
    if (Any([&](const auto &In) {
          return Calls.ownLoops().of(In.first) || Calls.isScheduler(In.first);
        }))
      return false;
    return Calls.runsOnThreads(Outermost) ||
           (!All.Kept && Any([&](const auto &In) {
             return waitsAfter(In.first, *In.second);
           }));
  }

  // Whether F waits for another thread when it has got to START.
  bool waitsAfter(FunctionId F, const facts::Event &Start) {
    if (P.isCoroutine(F) || !waits(F, 0))
      return false;
    auto Blocks = each(P.function(F).Fact->blocks());
    std::vector<bool> After(Blocks.size(), false);
    std::vector<std::uint32_t> Pending;
    auto Leave = [&](std::uint32_t B) {
      for (const facts::Edge *E : each(Blocks[B]->edges()))
        if (E->to() < Blocks.size() && !After[E->to()]) {
          After[E->to()] = true;
          Pending.push_back(E->to());
        }
    };
    bool Passed = false;
    for (std::uint32_t B = 0; B < Blocks.size() && !Passed; ++B)
      for (const facts::Event *E : each(Blocks[B]->events())) {
        if (Passed && isWait(*E))
          return true;
        if (E == &Start) {
          Passed = true;
          Leave(B);
        } else if (Passed && waitsAt(F, *E, 0)) {
          return true;
        }
      }
    while (!Pending.empty()) {
      std::uint32_t B = Pending.back();
      Pending.pop_back();
      Leave(B);
      for (const facts::Event *E : each(Blocks[B]->events()))
        if (E != &Start && (isWait(*E) || waitsAt(F, *E, 0)))
          return true;
    }
    return false;
  }

  static bool isWait(const facts::Event &E) {
    return E.kind() == EventKind::Atomic && E.atomic() == facts::AtomicOp::Wait;
  }

  bool waitsAt(FunctionId F, const facts::Event &E, int Depth) {
    if (E.kind() != EventKind::Call ||
        E.implicit() == facts::ImplicitKind::Destructor)
      return false;
    SymbolId Callee = P.resolve(P.function(F).Unit, E.symbol());
    for (const rules::Entry *Entry : P.entries(Callee))
      if (does(*Entry, Effect::WaitsReleasing) ||
          (does(*Entry, Effect::Blocks) &&
           (Entry->category() == rules::Category::Wait ||
            Entry->category() == rules::Category::Sleep)))
        return true;
    FunctionId Body = P.symbol(Callee).Body;
    return Body != NoFunction && waits(Body, Depth + 1);
  }

  bool waits(FunctionId F, int Depth) {
    if (Depth > MaxWaitDepth)
      return false;
    auto [It, New] = Waits.try_emplace(F, false);
    if (!New)
      return It->second;
    bool Found = false;
    for (const facts::Block *B : each(P.function(F).Fact->blocks()))
      for (const facts::Event *E : each(B->events()))
        Found = Found || isWait(*E) || waitsAt(F, *E, Depth);
    return Waits[F] = Found;
  }

  // Whether what F awaits goes on where F was, or elsewhere than on a loop.
  bool isConfined(FunctionId F) {
    auto [It, New] = Confined.try_emplace(F, true);
    if (!New)
      return It->second;
    return staysOffBesides(F, nullptr) || (Confined[F] = false);
  }

  bool staysOffBesides(FunctionId F, const facts::Event *Known) {
    for (const facts::Block *B : each(P.function(F).Fact->blocks()))
      for (const facts::Event *E : each(B->events()))
        if (E != Known && E->kind() == EventKind::Suspend &&
            E->suspend() == facts::SuspendKind::Await && !staysOff(F, *E))
          return false;
    return true;
  }

  bool staysOff(FunctionId F, const facts::Event &E) {
    if (E.readiness() == facts::Readiness::NeverSuspends || C.leavesAt(F, E))
      return true;
    const CoroutineFlow::Holder *H = Flow.awaited(F, E);
    return H && !H->Foreign && !H->Coroutines.empty() &&
           std::all_of(H->Coroutines.begin(), H->Coroutines.end(),
                       [&](FunctionId G) { return isConfined(G); });
  }

  // Whether a loop may get to F, or a coroutine, wherever that runs.
  bool isReached(FunctionId F) {
    if (Reached.empty()) {
      Reached.assign(P.functions().size(), false);
      std::vector<FunctionId> Pending;
      auto Add = [&](FunctionId To) {
        if (!Reached[To]) {
          Reached[To] = true;
          Pending.push_back(To);
        }
      };
      for (FunctionId G = 0; G < P.functions().size(); ++G)
        if (C.isCoroutineRoot(G) || P.runsOnLoop(P.functions()[G].Symbol))
          Add(G);
      for (const LoopCallable &L : Calls.loopCallables())
        Add(L.Callable);
      for (const OwnLoop &L : Calls.ownLoops().all())
        Add(L.Function);
      while (!Pending.empty()) {
        FunctionId G = Pending.back();
        Pending.pop_back();
        Calls.eachEdge(G, [&](const facts::Event &, const CallEdge &To) {
          Add(To.Target);
        });
      }
    }
    return Reached[F];
  }

  const Program &P;
  const CallGraph &Calls;
  const Contexts &C;
  CoroutineFlow Flow;
  std::vector<bool> Result, Reached;
  std::unordered_map<FunctionId, std::unordered_set<const facts::Event *>>
      WithEntry; // suspensions where a coroutine may be as it was entered
  std::unordered_map<FunctionId, std::vector<FunctionId>> Waiting; // for this
  std::unordered_map<FunctionId, bool> Waits, Confined;
  // Of the coroutine that is judged:
  FunctionId Subject = NoFunction;
  std::set<std::pair<CoroutineFlow::NodeId, Frames>> Seen;
  bool Any = false, OnOwnThread = false;
};

} // namespace

std::vector<bool> offloadedCoroutines(const Program &P, const CallGraph &Calls,
                                      const Contexts &C) {
  return Judge(P, Calls, C).run();
}

} // namespace gridlock
