// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lock-set analysis of one function: runs the transfer functions over its event
// graph with the summaries of its callees, and yields its own summary, the
// order edges that come together in it, and pairs of instances.
#ifndef GRIDLOCK_LOCKS_LOCKFLOW_H
#define GRIDLOCK_LOCKS_LOCKFLOW_H

#include "checks/engine/Guards.h"
#include "checks/locks/LockModel.h"

namespace gridlock {

class LockFlow {
public:
  LockFlow(LockModel &Model, FunctionId F);
  void run(const LockObserver &Watch = {});

  LockSummary Summary;
  std::vector<OrderEdge> Edges;
  std::vector<InstancePair> Pairs;
  std::vector<LockRepeat> Repeats;
  std::vector<std::pair<FunctionId, std::vector<LockId>>> HeldCalls;

private:
  using Acquisition = LockSummary::Acquisition;

  void findCallables();
  void event(const facts::Event &E, LockState &State);
  void callLike(const facts::Event &E, LockState &State);
  bool guardEvent(const facts::Event &E, LockState &State);
  void lockEntries(const facts::Event &E, LockState &State);
  void applyTargets(const facts::Event &E, LockState &State);
  void applySummary(const LockSummary &Callee, const Substitution &Sub,
                    const facts::Event &E, EdgeKind Kind, bool OnlyTarget,
                    LockState &State);
  void initialise(const facts::Event &E, LockState &State);
  void edge(const facts::Edge &E, LockState &State);
  void acquire(const std::vector<AccessPath> &Locks, rules::LockMode Mode,
               const facts::Event &E, LockState &State);
  void record(const LockState &State, Acquisition A,
              const std::set<AccessPath> &Except);
  void finish();
  /// The locks that a path stands for: those of a known guard, or itself.
  std::vector<AccessPath> locksOf(const AccessPath &Path,
                                  const LockState &State) const;
  const facts::Value *callableOf(const facts::Event &E, FunctionId Target,
                                 bool &Passed) const;

  struct Try {
    std::vector<AccessPath> Locks;
    rules::LockMode Mode;
    const facts::Event *Site;
    bool ZeroIsSuccess;
  };

  LockModel &Model;
  const Program &P;
  FunctionId Id;
  const ProgramFunction &F;
  const FactsFile &File;
  std::map<AccessPath, const facts::Value *>
      Callables;                          // by the local they are in
  std::map<AccessPath, Try> Tries;        // by the result that tells
  std::map<AccessPath, AccessPath> Asked; // result of owns_lock() -> guard
  std::vector<std::optional<LockState>> In;
  std::optional<Binding> Returned;
  bool ReturnsVary = false;
  bool Recording = false;
};

} // namespace gridlock

#endif
