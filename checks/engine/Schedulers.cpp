// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Schedulers.h"

#include "checks/engine/BlockLoops.h"
#include "checks/engine/CallGraph.h"
#include "checks/engine/Classify.h"
#include "checks/locks/ThreadNames.h"

#include <algorithm>
#include <span>
#include <unordered_map>

namespace gridlock {

using rules::Effect;

namespace {

// A wait with a point in time or a span of it.
bool waitsForTime(const Program &P, FunctionId F, const CallEvent &C) {
  Program::EntryList Entries = P.entries(C.Callee);
  if (!does(Entries, Effect::Blocks) && !does(Entries, Effect::WaitsReleasing))
    return false;
  std::uint32_t Unit = P.function(F).Unit;
  auto Args = each(C.Event->args());
  return std::any_of(Args.begin(), Args.end(), [&](const facts::Value *V) {
    std::uint32_t Type = P.withoutReference(Unit, typeOf(*V));
    if (std::uint32_t To = P.type(Unit, Type)->pointee(); To != 0)
      Type = To;
    std::string_view Name = P.typeName(Unit, Type);
    return Name == "timespec" || Name.starts_with("std::chrono::");
  });
}

constexpr std::size_t MaxReached = 5000; // functions that one thread runs

// What one thread runs from a function on.
class Thread {
public:
  Thread(const Program &P, FunctionId Start, const auto &Callees) {
    reach(Start, false);
    while (!Pending.empty() && Reached.size() < MaxReached) {
      auto [F, InLoop] = Pending.back();
      Pending.pop_back();
      std::unordered_map<std::uint32_t, bool> GoesRound; // by block
      for (const CallEvent &C : P.callEvents(F)) {
        Timed |= waitsForTime(P, F, C);
        bool Again = InLoop;
        if (!Again) {
          auto [It, New] = GoesRound.try_emplace(C.Block, false);
          if (New && P.has(F, Has::BackEdge))
            It->second = !loopOf(*P.function(F).Fact, C.Block).empty();
          Again = It->second;
        }
        if (Again && CallableFlow::resumes(P, F, *C.Event))
          Resuming.push_back(F);
        for (FunctionId To : Callees(F, C))
          if (!P.isCoroutine(To))
            reach(To, Again);
      }
    }
  }

  std::vector<FunctionId> Resuming;             // one coroutine after the other
  std::unordered_map<FunctionId, bool> Reached; // in a loop of the thread
  bool Timed = false;

private:
  void reach(FunctionId F, bool InLoop) {
    auto [It, New] = Reached.try_emplace(F, InLoop);
    if (!New && (It->second || !InLoop))
      return;
    It->second = InLoop;
    Pending.emplace_back(F, InLoop);
  }
  std::vector<std::pair<FunctionId, bool>> Pending;
};

} // namespace

bool startsOneThread(const Program &P, FunctionId F, std::uint32_t Block,
                     const facts::Event &E) {
  const ProgramFunction &Fn = P.function(F);
  return startsThread(P.qualifiedName(P.resolve(Fn.Unit, E.symbol()))) &&
         loopOf(*Fn.Fact, Block).empty();
}

std::vector<bool> findSchedulers(
    const Program &P, const std::vector<RunElsewhere> &Starts, bool HasLoops,
    const std::function<std::vector<FunctionId>(FunctionId, const CallEvent &)>
        &Callees) {
  std::vector<bool> Result(P.functions().size(), false);
  std::unordered_map<FunctionId, unsigned> Times;
  for (const RunElsewhere &S : Starts)
    Times[S.Function] += S.OneThread ? 1 : 2;
  std::unordered_map<const CallEvent *, std::vector<FunctionId>> Known;
  auto Follow = [&](FunctionId F, const CallEvent &C) {
    auto [It, New] = Known.try_emplace(&C);
    if (New)
      It->second = Callees(F, C);
    return std::span<const FunctionId>(It->second);
  };
  std::vector<FunctionId> Found;
  std::vector<FunctionId> Shared; // run by several threads
  for (const auto &[Start, Count] : Times) {
    Thread T(P, Start, Follow);
    if (Count > 1)
      for (auto [F, InLoop] : T.Reached)
        Shared.push_back(F);
    else if (T.Timed || !HasLoops)
      Found.insert(Found.end(), T.Resuming.begin(), T.Resuming.end());
  }
  for (FunctionId F : Found)
    Result[F] = true;
  for (FunctionId F : Shared)
    Result[F] = false;
  return Result;
}

void CallGraph::findSchedulersAmong(const std::vector<RunElsewhere> &Starts) {
  bool Resumes = false, HasLoops = !Loops.empty() || !Own.all().empty();
  for (FunctionId F = 0; F < P.functions().size(); ++F) {
    Resumes |= OnThreads[F] && P.calls(F, Callee::Resumes);
    HasLoops |= P.calls(F, callsEffect(Effect::EntersLoop));
  }
  if (Resumes)
    Schedules = findSchedulers(P, Starts, HasLoops,
                               [&](FunctionId F, const CallEvent &C) {
                                 std::vector<CallEdge> Targets;
                                 findEdges(F, *C.Event, Targets);
                                 std::vector<FunctionId> Result;
                                 for (const CallEdge &To : Targets)
                                   Result.push_back(To.Target);
                                 return Result;
                               });
}

} // namespace gridlock
