// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lock-set analysis of one function: runs the transfer functions over its event
// graph with the summaries of its callees. First, for all functions, to yield
// its own summary and what LockNeeds is told; then, where that is needed, to
// follow what is taken, and yield the order edges that come together in it and
// pairs of instances.
#ifndef GRIDLOCK_LOCKS_LOCKFLOW_H
#define GRIDLOCK_LOCKS_LOCKFLOW_H

#include "checks/engine/Guards.h"
#include "checks/locks/LockModel.h"

namespace gridlock {

/// What the destructor of METHOD's class does.
const LockSummary *endOf(const Program &P, const LockModel &Model,
                         FunctionId Method);

class LockFlow {
public:
  LockFlow(LockModel &Model, FunctionId F);
  /// Summary, HeldCalls, Written, Takes and HasState, from the callees'
  /// summaries; and RECORD, if there is one.
  void summarise(LockTimeline::Recorder *Record = nullptr);
  /// Only what calls with these values do to the state.
  void summariseWith(const KnownArguments &Of);
  /// Taken, Edges, Pairs and Repeats, from what the callees take.
  void order();
  /// Taken of a function that touches no locks and knows no more about places
  /// than its parameters.
  void passOnAll();
  void watch(const LockObserver &Watch);
  void record(LockTimeline::Recorder &Record);

  LockSummary Summary;
  std::vector<LockSummary::Acquisition> Taken; // what matters to callers
  std::uint64_t Cut = 0;                       // of Taken, what is left out
  bool Takes = false; // something that callers can know
  std::vector<OrderEdge> Edges;
  std::vector<InstancePair> Pairs;
  std::vector<LockRepeat> Repeats;
  std::vector<std::pair<FunctionId, std::vector<GateId>>> HeldCalls;
  std::set<LockId> Written; // taken in a mode other than shared
  std::set<LockId> TakenHere;
  bool HasState = false; // at some point locks are held, or were given back

private:
  using Acquisition = LockSummary::Acquisition;
  using Gate = LockSummary::Gate;
  using How = LockSummary::How;
  using Bare = LockSummary::Bare;

  struct Try {
    std::vector<AccessPath> Locks;
    rules::LockMode Mode;
    const facts::Event *Site;
    bool ZeroIsSuccess;
    bool Awaited;
  };

  void prepare();
  LockState atEntry();
  void noteReturn(const facts::Event &E, const LockState &State);
  void findTold(const LockState &Exit);
  void findLent(const LockState &Exit);
  void run(LockTimeline::Recorder *Record, const LockObserver *Watch);
  std::map<std::uint32_t, PathSet> movedInLoops() const;
  void solve();
  // What LockNeeds is told.
  std::vector<LockClass> classesHeld(const LockState &State);
  void tellTaken(const LockState &State, const AccessPath &Lock);
  void tellBound(const AccessPath &Place, const AccessPath &To);
  void tellRuns(const LockState &State, FunctionId Callee);
  void bareAt(const Bare &B, const AccessPath &Lock,
              const std::vector<LockClass> &Others, FunctionId Target,
              const LockState &State);
  void noteBare(const AccessPath &Lock, const std::vector<LockClass> &Under,
                const std::vector<LockClass> &Alias);
  void noteFirst(Acquisition A);
  void event(const facts::Event &E, LockState &State);
  void callLike(const facts::Event &E, LockState &State);
  bool guardEvent(const facts::Event &E, LockState &State);
  void deferRelease(const facts::Event &E, LockState &State);
  bool endDeferred(const facts::Event &E, LockState &State);
  bool holderEvent(const facts::Event &E, LockState &State);
  void startGuard(const AccessPath &Place, const GuardConstruction &Guard,
                  const facts::Event &E, LockState &State);
  void startReversed(const AccessPath &Place, const GuardConstruction &Guard,
                     LockState &State);
  void endReversed(const AccessPath &Place, const facts::Event &E,
                   LockState &State);
  void lockEntries(const facts::Event &E, LockState &State);
  void semaphoreCall(const facts::Event &E, LockState &State);
  void waitAgain(const std::vector<AccessPath> &Locks, const facts::Event &E,
                 LockState &State);
  void awaited(const facts::Event &E, LockState &State);
  void givenBackBy(const facts::Value *Awaitable, LockState &State);
  void awaitTask(const facts::Value *Task, LockState &State);
  void joined(const facts::Event &E, const LockState &State);
  void findAwaited(const std::vector<const facts::Event *> &Suspensions);
  void startCoroutine(const facts::Event &E, FunctionId Target,
                      const LockState &State);
  void startThreads(const facts::Event &E, const LockState &State);
  bool endsPart(const facts::Event &E, FunctionId Target,
                Substitution &Sub) const;
  void applyTargets(const facts::Event &E, LockState &State);
  void applyTaken(FunctionId Target, const LockSummary *Callee,
                  const Substitution &Sub, const facts::Event &E, EdgeKind Kind,
                  const LockState &State);
  using LockMap = std::function<std::optional<AccessPath>(const AccessPath &)>;
  void applyBares(const LockSummary &Callee, FunctionId Target,
                  const LockState &State, const LockMap &Map);
  void started(FunctionId Target, const facts::Event &E, const LockState &State,
               bool Beside, const LockMap &Map);
  bool runsBeside(const facts::Event &E) const;
  FunctionId runnerOf(const Acquisition &A) const;
  void applySummary(const LockSummary &Callee, FunctionId Target,
                    const Substitution &Sub, const facts::Event &E,
                    bool OnlyTarget, LockState &State);
  void applyState(const LockSummary &Callee, FunctionId Target,
                  const Substitution &Sub, const facts::Event &E,
                  LockState &State);
  void keptCallable(FunctionId Target, const facts::Event &E,
                    const LockState &State);
  void noteInvocations(const facts::Event &E, const LockState &State);
  void applyInvocations(const LockSummary &Callee, FunctionId Target,
                        const Substitution &Sub, const facts::Event &E,
                        const LockState &State);
  void initialise(const facts::Event &E, LockState &State);
  void learn(const facts::Value &Left, const AccessPath &Place, bool IsZero,
             LockState &State);
  bool edge(const facts::Edge &E, LockState &State);
  void tried(const Try &T, bool IsTaken, LockState &State);
  bool isRuledOut(const facts::Edge &E) const;
  std::uint32_t choosing() const;
  const LockSummary &chosenBy(const facts::Event &E, FunctionId Target,
                              const LockSummary &Callee);
  void findKept();
  void findAsked();
  void applyKept(const LockSummary &Callee, FunctionId Target,
                 const Substitution &Sub, const facts::Event &E,
                 LockState &State);
  void mayOwn(GuardState &Guard, rules::LockMode Mode, const facts::Event &E,
              LockState &State);
  bool isTold(const AccessPath &Result) const {
    return Tries.contains(Result) || Lends.contains(Result);
  }
  /// A lock as it is given to a guard or the like.
  struct Given {
    AccessPath Lock;
    ChainId Inside = 0; // where the object's own lock() takes it
  };
  Given given(const facts::Value &Lock, AccessPath Path, rules::LockMode Mode,
              const LockState &State) const;
  void acquire(const std::vector<Given> &Locks, rules::LockMode Mode,
               const facts::Event &E, LockState &State, bool Awaited = false);
  void takeOneOf(const std::vector<Given> &Locks, rules::LockMode Mode,
                 const facts::Event &E, LockState &State);
  std::size_t indexOf(std::size_t Hash, const AccessPath &Lock,
                      const Acquisition &A,
                      const std::vector<Gate> &Gates) const;
  void keep(Acquisition A, std::size_t Same);
  void passOn(const Acquisition &A, const Substitution &Sub,
              const facts::Event &E, EdgeKind Kind);
  void repeatInside(const Acquisition &A, const AccessPath &Lock,
                    const std::vector<Gate> &Gates, const facts::Event &E);
  void meet(const LockState &State, const Acquisition &A, LockId To,
            const PathSet &Except);
  void record(const LockState &State, Acquisition A, const PathSet &Except,
              bool Kept = false);
  std::vector<Gate> gatesIn(const LockState &State, bool OnlyVisible) const;
  void finish();
  /// The locks that a path stands for: those of a known guard, or itself.
  std::vector<AccessPath> locksOf(const AccessPath &Path,
                                  const LockState &State) const;
  const facts::Value *callableOf(const facts::Event &E, FunctionId Target,
                                 bool &Passed) const;

  void noteTry(const AccessPath &Result, Try T);

  LockModel &Model;
  const Program &P;
  FunctionId Id;
  const ProgramFunction &F;
  const FactsFile &File;
  std::map<AccessPath, const facts::Value *>
      Callables;                   // by the local they are in
  std::map<AccessPath, Try> Tries; // by the result that tells
  // By the result that tells whether a callee has given back what is held.
  std::map<AccessPath, std::vector<LockSummary::Lent>> Lends;
  std::map<AccessPath, AccessPath> Asked; // result of owns_lock() -> guard
  // Coroutines: events by id, results of calls that a local has, and what an
  // await gives.
  std::map<std::uint32_t, const facts::Event *> Results;
  std::map<AccessPath, std::uint32_t> ResultIn;
  std::map<const facts::Event *, const facts::Event *> Resumed;
  std::set<const facts::Event *> AwaitedCalls;
  std::vector<std::optional<LockState>> In;
  std::optional<Binding> Returned;
  struct ReturnPoint {
    const facts::Value *Value;
    std::optional<Binding> Object; // that it is or leads to, if locks are held
    HeldMap Held;
    PathSet Lacking;
    std::optional<bool> Zero; // whether the value is, if that is known
  };
  AccessPath asReturned(const AccessPath &Lock) const;
  std::optional<Try> tryOf(const ReturnPoint &R) const;
  std::optional<Try> tryAskedBy(const facts::Value &V) const;
  std::vector<ReturnPoint> Returns; // while summarising
  bool ReturnsVary = false;
  bool Summarising = false, Ordering = false; // and neither: watching
  bool NotesReturns = false;
  KnownArguments Values;         // that are taken for known
  std::vector<std::size_t> Kept; // hashes of the locks in Taken
};

} // namespace gridlock

#endif
