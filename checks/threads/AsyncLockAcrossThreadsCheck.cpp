// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/threads/AsyncLockAcrossThreadsCheck.h"

#include "checks/engine/Trace.h"
#include "checks/locks/LockModel.h"
#include "checks/threads/LoopBound.h"
#include "checks/threads/ThreadRoots.h"

#include <algorithm>
#include <map>
#include <set>

namespace gridlock {

using facts::EventKind;
using rules::Effect;

namespace {

class Finder {
public:
  Finder(const Analysis &A, const LoopBoundUses &Uses)
      : A(A), P(A.program()), Uses(Uses), Threads(P, A.calls()),
        Search(P.functions().size()) {}
  void run(FindingSink &Sink);

private:
  void search();
  bool entersLoop(FunctionId F) const;
  bool isOnLoop(FunctionId F) const {
    return A.fromCoroutines().reaches(F) || A.fromCallbacks().reaches(F);
  }
  bool isAround(FunctionId Outer, FunctionId F) const;
  bool holdsLock(const LoopBoundUse &U) const;
  const LoopBoundUse *
  onLoop(const ThreadRoot &Root,
         const std::vector<const LoopBoundUse *> &Same) const;
  Finding report(const LoopBoundUse &U, const ThreadRoot &Root,
                 const LoopBoundUse &Loop) const;

  const Analysis &A;
  const Program &P;
  const LoopBoundUses &Uses;
  ThreadRoots Threads;
  PathSearch Search;
};

// A thread that runs a loop is that loop's.
bool Finder::entersLoop(FunctionId F) const {
  const ProgramFunction &Fn = P.function(F);
  for (const facts::Block *B : each(Fn.Fact->blocks()))
    for (const facts::Event *E : each(B->events()))
      for (const rules::Entry *Entry :
           P.entries(P.resolve(Fn.Unit, E->symbol())))
        if (does(*Entry, Effect::EntersLoop))
          return true;
  return false;
}

// What runs on threads before it returns, but for threads that run a loop.
void Finder::search() {
  std::vector<CallEdge> Targets;
  std::set<std::uint32_t> Loops;
  for (bool Final : {false, true}) {
    Search = PathSearch(P.functions().size());
    for (std::uint32_t I = 0; I < Threads.all().size(); ++I)
      if (!Loops.contains(I) && !P.isCoroutine(Threads.all()[I].Function))
        Search.start(Threads.all()[I].Function, I);
    Search.run([&](FunctionId F) {
      if (!Final && entersLoop(F))
        Loops.insert(Search.seedOf(F));
      for (const facts::Block *B : each(P.function(F).Fact->blocks()))
        for (const facts::Event *E : each(B->events())) {
          if (E->kind() != EventKind::Call && E->kind() != EventKind::Construct)
            continue;
          Targets.clear();
          A.calls().follow(F, *E, Targets);
          for (const CallEdge &Edge : Targets)
            if (!P.isCoroutine(Edge.Target))
              Search.edge(F, *E, Edge);
        }
    });
  }
}

bool Finder::isAround(FunctionId Outer, FunctionId F) const {
  for (int Depth = 0; Depth < 8 && F != NoFunction; ++Depth)
    if ((F = Uses.madeIn(F)) == Outer)
      return true;
  return false;
}

// Whoever takes a lock for it has thought of threads.
bool Finder::holdsLock(const LoopBoundUse &U) const {
  if (!A.locks().isRelevant(U.Function))
    return false;
  bool Holds = false;
  A.locks().watch(U.Function, [&](const facts::Event &E,
                                  const LockState &Before, const LockState &) {
    Holds |= &E == U.Site && !Before.Held.empty();
  });
  return Holds;
}

// A use of the same object on a loop, or one that has a loop complete it, which
// is not over when the thread starts.
const LoopBoundUse *
Finder::onLoop(const ThreadRoot &Root,
               const std::vector<const LoopBoundUse *> &Same) const {
  const LoopBoundUse *Best = nullptr;
  for (const LoopBoundUse *Other : Same) {
    FunctionId F = Other->Function;
    // What led to the handler that starts the thread is over by then.
    if (Search.reaches(F) || isAround(F, Root.Starter) ||
        (F == Root.Starter && isOnLoop(F)))
      continue;
    if (!Other->Starts && !isOnLoop(F))
      continue;
    if (!Best || (Other->Starts && !Best->Starts))
      Best = Other;
  }
  return Best;
}

Finding Finder::report(const LoopBoundUse &U, const ThreadRoot &Root,
                       const LoopBoundUse &Loop) const {
  auto Where = [&](FunctionId F, const facts::Event &E) {
    return P.locate(P.function(F).Unit, E.loc());
  };
  auto Name = [&](FunctionId F) { return describe(P, P.function(F).Symbol); };
  std::string Type = std::string(U.Type->name()->string_view());
  std::string Advice = adviceFor(
      *U.Type, U.Type->framework() ? U.Type->framework()->string_view() : "");
  Trace Way = traceAlong(P, Search.pathTo(U.Function), U.Function, *U.Site,
                         "'" + U.Display + "'");
  Finding Result;
  Result.Where = Way.Where;
  Result.Function = findingFunction(P, Way.User);
  Result.Operation = U.Display;
  Result.Message =
      "'" + U.Display + "', a '" + Type +
      "' that belongs to an event loop, is used by " + Name(U.Function) +
      " on another thread: it is not safe for threads, and the loop may use it "
      "at the same time; instead: " +
      (Advice.empty() ? "hand the call over to its loop, or use what is made "
                        "for threads"
                      : Advice);
  Result.Notes.push_back(
      {Where(Root.Starter, *Root.Site),
       Name(Root.Function) + " is handed to another thread here"});
  Result.Notes.insert(Result.Notes.end(), Way.Notes.begin(), Way.Notes.end());
  Result.Notes.push_back(
      {Where(Loop.Function, *Loop.Site),
       "it is used for the event loop here, in " + Name(Loop.Function)});
  PathShape Shape = Search.shapeOf(U.Function);
  Result.Confidence = std::min(precisionOf(Shape), Precision::High);
  return Result;
}

void Finder::run(FindingSink &Sink) {
  search();
  std::map<std::string, std::vector<const LoopBoundUse *>> ByObject;
  for (const LoopBoundUse &U : Uses.all())
    ByObject[U.Object].push_back(&U);
  std::set<std::pair<FunctionId, std::string>> Done;
  for (const LoopBoundUse &U : Uses.all()) {
    if (!Search.reaches(U.Function) || P.isSystem(U.Function))
      continue;
    const ThreadRoot &Root = Threads.all()[Search.seedOf(U.Function)];
    const LoopBoundUse *Loop = onLoop(Root, ByObject[U.Object]);
    if (Loop && !holdsLock(U) && Done.insert({U.Function, U.Object}).second)
      Sink.report(report(U, Root, *Loop));
  }
}

} // namespace

void AsyncLockAcrossThreadsCheck::run(const Analysis &A,
                                      FindingSink &Sink) const {
  LoopBoundUses Uses(A.program());
  if (!Uses.all().empty())
    Finder(A, Uses).run(Sink);
}

} // namespace gridlock
