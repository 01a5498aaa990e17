// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Offloaded.h"

#include "checks/engine/Classify.h"
#include "checks/engine/Executors.h"

#include <algorithm>
#include <map>
#include <set>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;
using rules::Effect;
using rules::Where;

namespace {

// Where a coroutine runs as far as one use of it says: where its user runs, or
// what the use itself makes of it.
enum class Place : std::uint8_t { Unknown, WithUser, Elsewhere };

struct Use {
  FunctionId User;
  Place At;
};

// Only an entry that says so: that an entry for loops does not apply may have
// other reasons than the executor.
bool runsElsewhere(const Applied &A) {
  return (A.does(Effect::ConsumesTask) || A.does(Effect::RunsCallable)) &&
         A.Entry->where() == Where::Elsewhere && A.Holds >= Verdict::Likely;
}

class UseScan {
public:
  UseScan(const Program &P, const CallGraph &Calls, const Contexts &C)
      : P(P), Calls(Calls), C(C), Uses(P.functions().size()) {}

  void scan(FunctionId F) {
    if (!P.calls(F, Callee::MakesTask) && !P.has(F, Has::Callable))
      return;
    Called.clear();
    InPlace.clear();
    const ProgramFunction &Fn = P.function(F);
    Classifier Classify(P, F);
    auto Blocks = each(Fn.Fact->blocks());
    for (const facts::Block *B : Blocks)
      for (const facts::Event *E : each(B->events()))
        if (E->kind() == EventKind::Call)
          if (FunctionId Callee = coroutine(Fn.Unit, E->symbol());
              Callee != NoFunction)
            Called[E->id()] = {Callee, Place::Unknown};
    if (!Called.empty())
      for (const facts::Block *B : Blocks)
        for (const facts::Event *E : each(B->events()))
          keep(*E);
    for (std::uint32_t B = 0; B < Blocks.size(); ++B)
      for (const facts::Event *E : each(Blocks[B]->events()))
        handOver(F, B, *E, Classify);
    if (P.isCoroutine(F) && !Called.empty())
      awaits(F);
    for (auto [Id, Task] : Called)
      Uses[Task.first].push_back({F, Task.second});
  }

  const std::vector<Use> &of(FunctionId F) const { return Uses[F]; }

private:
  FunctionId coroutine(std::uint32_t Unit, std::uint32_t Symbol) const {
    FunctionId F = P.symbol(P.resolve(Unit, Symbol)).Body;
    return F != NoFunction && C.isCoroutineRoot(F) ? F : NoFunction;
  }

  // Tasks in variables. One that has had several is not followed.
  void keep(const facts::Event &E) {
    if (E.kind() == EventKind::Call || !E.place() || E.place()->path())
      return;
    auto Task = taskOf(E.value());
    if (Task == Called.end())
      return;
    auto [It, New] =
        InPlace.try_emplace({E.place()->root(), E.place()->id()}, Task->first);
    if (!New && It->second != Task->first)
      It->second = 0;
  }

  std::map<std::uint32_t, std::pair<FunctionId, Place>>::iterator
  taskOf(const facts::Value *V) {
    if (!V || !V->place() || V->place()->path())
      return Called.end();
    if (V->place()->root() == PlaceRoot::CallResult)
      return Called.find(V->place()->id());
    auto In = InPlace.find({V->place()->root(), V->place()->id()});
    return In == InPlace.end() ? Called.end() : Called.find(In->second);
  }

  // Tasks and callables that are arguments, and callables that go elsewhere.
  void handOver(FunctionId F, std::uint32_t Block, const facts::Event &E,
                Classifier &Classify) {
    std::uint32_t Unit = P.function(F).Unit;
    bool Judged = false, Away = false;
    for (const facts::Value *Arg : each(E.args())) {
      auto Task = taskOf(Arg);
      FunctionId Callable = Arg->kind() == facts::ValueKind::Callable
                                ? coroutine(Unit, Arg->symbol())
                                : NoFunction;
      if (Task == Called.end() && Callable == NoFunction)
        continue;
      if (!Judged) {
        Judged = true;
        for (const Applied &A : Classify.classify(Block, E))
          Away |= runsElsewhere(A) || (A.does(Effect::RunsCallable) &&
                                       runsOnPool(Calls.callables(), F, E));
      }
      Place At = Away ? Place::Elsewhere : Place::Unknown;
      if (Task != Called.end())
        Task->second.second = At;
      else
        Uses[Callable].push_back({F, At});
    }
    if (E.kind() != EventKind::Construct && E.value() &&
        E.value()->kind() == facts::ValueKind::Callable)
      if (FunctionId G = coroutine(Unit, E.value()->symbol()); G != NoFunction)
        Uses[G].push_back({F, Place::Unknown});
  }

  void awaits(FunctionId F) {
    std::set<const facts::Event *> WithEntry;
    C.forEachOnLoop(F, [&](std::uint32_t, const facts::Event &E) {
      if (E.kind() == EventKind::Suspend)
        WithEntry.insert(&E);
    });
    bool Returns = C.switchesToLoop(F);
    for (const facts::Block *B : each(P.function(F).Fact->blocks()))
      for (const facts::Event *E : each(B->events())) {
        if (E->kind() != EventKind::Suspend)
          continue;
        auto Task = taskOf(E->value());
        if (Task == Called.end())
          continue;
        if (!WithEntry.contains(E))
          Task->second.second = Place::Elsewhere;
        else if (!Returns)
          Task->second.second = Place::WithUser;
      }
  }

  const Program &P;
  const CallGraph &Calls;
  const Contexts &C;
  std::vector<std::vector<Use>> Uses;
  std::map<std::uint32_t, std::pair<FunctionId, Place>> Called; // by event
  std::map<std::pair<PlaceRoot, std::uint32_t>, std::uint32_t> InPlace;
};

} // namespace

std::vector<bool> offloadedCoroutines(const Program &P, const CallGraph &Calls,
                                      const Contexts &C) {
  UseScan Scan(P, Calls, C);
  std::vector<FunctionId> Candidates;
  for (FunctionId F = 0; F < P.functions().size(); ++F) {
    Scan.scan(F);
    // Calls of a virtual method name the one that it overrides.
    if (C.isCoroutineRoot(F) &&
        each(P.symbol(P.function(F).Symbol).Fact->overrides()).empty())
      Candidates.push_back(F);
  }
  std::vector<bool> Result(P.functions().size(), false);
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (FunctionId F : Candidates)
      if (!Result[F] && !Scan.of(F).empty() &&
          std::all_of(Scan.of(F).begin(), Scan.of(F).end(), [&](const Use &U) {
            return U.At == Place::Elsewhere ||
                   (U.At == Place::WithUser && Result[U.User]);
          }))
        Changed = Result[F] = true;
  }
  return Result;
}

} // namespace gridlock
