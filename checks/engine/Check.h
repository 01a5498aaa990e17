// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a check is and what it gets: the program's analyses, each computed when
// a check first asks for it, and a sink for findings. One Analysis serves one
// run on one thread.
#ifndef GRIDLOCK_ENGINE_CHECK_H
#define GRIDLOCK_ENGINE_CHECK_H

#include "checks/engine/Engine.h"
#include "checks/engine/Reachability.h"

#include <memory>

namespace gridlock {

class HeldLocks;
class LockKinds;
class LockModel;

class Analysis {
public:
  explicit Analysis(const Program &P);
  ~Analysis();

  const Program &program() const { return P; }
  const CallGraph &calls() const;
  const Contexts &contexts() const;
  /// What runs synchronously from coroutine roots.
  const Reachability &fromCoroutines() const;
  /// What runs synchronously from callbacks on a loop and from functions that
  /// are annotated as such.
  const Reachability &fromCallbacks() const;
  const CallSites &callSites() const;
  /// Checks may have it look at single functions again (LockModel::watch).
  LockModel &locks() const;
  /// Calls that are made with locks held.
  const HeldLocks &heldLocks() const;
  /// Which locks may be taken twice.
  const LockKinds &lockKinds() const;
  /// See AnalysisCounts::CutLocks.
  std::uint64_t cutLocks() const;

private:
  const Program &P;
  mutable std::unique_ptr<CallGraph> TheCalls;
  mutable std::unique_ptr<Contexts> TheContexts;
  mutable std::unique_ptr<Reachability> Coroutines;
  mutable std::unique_ptr<Reachability> Callbacks;
  mutable std::unique_ptr<LockModel> TheLocks;
  mutable std::unique_ptr<HeldLocks> Held;
  mutable std::unique_ptr<LockKinds> Kinds;
};

class FindingSink {
public:
  virtual ~FindingSink() = default;
  /// Rule and fingerprint are filled in by the engine.
  virtual void report(Finding F) = 0;
};

class Check {
public:
  virtual ~Check() = default;
  virtual void run(const Analysis &A, FindingSink &Sink) const = 0;
};

} // namespace gridlock

#endif
