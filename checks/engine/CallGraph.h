// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which bodies a call may run before it returns: the function itself, every
// override seen in the program, callables kept anywhere and called through what
// keeps them (CallableFlow.h), and callables handed to something that runs them
// at once, and destructors of what a library's function ends (OwnedObjects.h).
// A function that the catalogue knows is not followed; a callable that it hands
// elsewhere or to a loop is not either.
//
// A callable that comes as a parameter is resolved where it is passed, so that
// two callers of one function do not get each other's. What is kept in a member
// or the like is everything that was ever put into that member of any object;
// if several callables are and threads besides the loops call it, they are
// uncertain edges.
//
// Threads: one at a time. Cost: construction reads the calls that may pass a
// callable; `edges` is a look-up, `follow` linear in the targets of one call.
#ifndef GRIDLOCK_ENGINE_CALLGRAPH_H
#define GRIDLOCK_ENGINE_CALLGRAPH_H

#include "checks/engine/CallSites.h"
#include "checks/engine/CallableFlow.h"
#include "checks/engine/Classify.h"
#include "checks/engine/OwnLoops.h"
#include "checks/engine/OwnedObjects.h"
#include "checks/engine/Program.h"
#include "checks/engine/Schedulers.h"
#include "checks/engine/WorkerLoops.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace gridlock {

enum class EdgeKind : std::uint8_t {
  Static,
  OneOverride,
  SeveralOverrides,
  Callable
};

struct CallEdge {
  FunctionId Target;
  EdgeKind Kind;
};

enum class Resolution : std::uint8_t {
  Followed,   // every target is known and has a body
  Classified, // the catalogue knows the function
  Library, // a library function without a body that the catalogue doesn't know
  Unresolved // a target is unknown
};

/// A callable handed to something that runs it on an event loop, or to a
/// function of the program that hands it on to such.
struct LoopCallable {
  FunctionId Callable;
  FunctionId Registrar; // the function that hands it over
  const facts::Event *Site;
  const rules::Entry *Entry;
  bool Certain; // false: the executor may be another than a loop
};

class EventKinds;

class CallGraph {
public:
  explicit CallGraph(const Program &P);
  ~CallGraph();

  /// Adds the bodies that E of function F runs synchronously. E is a Call or a
  /// Construct.
  Resolution follow(FunctionId F, const facts::Event &E,
                    std::vector<CallEdge> &Targets) const;
  /// The same for a call by its number (Program::callEvents).
  std::span<const CallEdge> edges(std::size_t Call) const {
    return edgesIn(ListOf[Call]);
  }
  Resolution resolution(std::size_t Call) const { return Resolutions[Call]; }
  /// Calls of equal number here have equal edges: those of one function, with
  /// nothing passed that the function calls.
  std::uint32_t edgeList(std::size_t Call) const { return ListOf[Call]; }
  std::size_t edgeLists() const { return ListStart.size() - 1; }
  /// THEN(event, edge) for every call of F that is followed.
  template <typename Use> void eachEdge(FunctionId F, Use Then) const {
    std::size_t Call = P.firstCall(F);
    for (const CallEvent &C : P.callEvents(F))
      for (const CallEdge &Edge : edges(Call++))
        Then(*C.Event, Edge);
  }

  const std::vector<LoopCallable> &loopCallables() const { return Loops; }

  /// Whether what awaits by AWAITSUSPEND, a function of an awaiter, goes on in
  /// threads that are no loops, and nowhere else; or on loops only.
  bool resumesElsewhere(FunctionId AwaitSuspend) const;
  bool resumesOnLoop(FunctionId AwaitSuspend) const;

  /// Whether METHOD is one of an object that the program moves to a thread of
  /// its own.
  bool belongsToThread(FunctionId Method) const;

  /// Whether threads that are no loops run F, which is no coroutine.
  bool runsOnThreads(FunctionId F) const { return OnThreads[F]; }
  /// Whether F resumes coroutines as the only one on its thread (Schedulers.h).
  bool isScheduler(FunctionId F) const {
    return !Schedules.empty() && Schedules[F];
  }

  const Program &program() const { return P; }
  const CallableFlow &callables() const { return Flow; }
  const OwnLoops &ownLoops() const { return Own; }
  const OwnedObjects &ownedObjects() const { return Owned; }
  /// Made when first asked for.
  const CallSites &callSites() const;

private:
  using Parameter = std::pair<FunctionId, std::uint32_t>;

  Resolution findEdges(FunctionId F, const facts::Event &E,
                       std::vector<CallEdge> &Targets) const;

  void scan(FunctionId F, std::vector<RunElsewhere> &Away);
  void keepCallback(FunctionId F, const facts::Event &E);
  void scanSink(FunctionId F, const facts::Event &E, const rules::Entry &Sink,
                Verdict OnLoop, bool OneThread,
                std::vector<RunElsewhere> &Away);
  void propagate();
  void propagateLoops();
  void keepEdges();
  std::optional<Resolution> runsNothing(const CallEvent &C) const;
  std::uint32_t addList(std::span<const CallEdge> List);
  std::span<const CallEdge> edgesIn(std::uint32_t List) const {
    return std::span(Edges).subspan(ListStart[List],
                                    ListStart[List + 1] - ListStart[List]);
  }
  template <typename Use> void eachForwarding(Parameter To, Use Then) const;
  void addTarget(FunctionId F, SymbolId S, bool Virtual,
                 std::vector<CallEdge> &Targets) const;
  void addEnded(FunctionId F, const facts::Event &E,
                std::vector<CallEdge> &Targets) const;
  bool addCallable(FunctionId F, const facts::Value *V,
                   std::vector<CallEdge> &Targets) const;
  std::vector<FunctionId> runnable(FunctionId F, const facts::Value *V) const;
  void addPassed(FunctionId F, const facts::Event &E, std::size_t From,
                 std::vector<CallEdge> &Targets) const;
  void handToLoop(FunctionId F, const facts::Event &E, const facts::Value *V,
                  const rules::Entry &Sink, bool Certain);
  void findWhatThreadsRun(const std::vector<RunElsewhere> &Starts);
  void findSchedulersAmong(const std::vector<RunElsewhere> &Starts);
  void findWhatLoopsRun();

  const Program &P;
  CallableFlow Flow;
  OwnLoops Own;
  OwnedObjects Owned;
  std::unique_ptr<const WorkerLoops> Workers; // null: there are none
  std::vector<bool> OnThreads; // by function: threads run it as well
  std::vector<bool> OnLoops;   // ... or an event loop; empty if nobody asks
  std::vector<bool> Schedules; // by function; empty if nothing is resumed
  std::set<CallableFlow::NodeId> CalledOnThreads; // holders
  std::vector<LoopCallable> Loops;
  std::vector<bool> Invokes; // by function: whether it has some of these
  std::unique_ptr<const EventKinds> Kinds;
  std::set<Parameter> Invoked; // functions that call what this parameter holds
  /// ... that have it called by a loop; the sink, and whether that is certain.
  std::map<Parameter, std::pair<const rules::Entry *, bool>> Looped;
  std::vector<std::uint32_t> ListOf; // by call
  std::vector<Resolution> Resolutions;
  std::vector<std::uint32_t> ListStart{0}; // by list, into Edges
  std::vector<CallEdge> Edges;
  mutable std::unique_ptr<const CallSites> Sites;
};

} // namespace gridlock

#endif
