// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether two steps of a lock cycle can run at the same time, by the threads
// that run them: one thread does not run beside itself, and what the program
// does before it starts a thread, or after it has waited for the thread's end,
// does not run beside that thread.
//
// A function that is called from outside can be called by any thread at any
// time. Where only a second call of it at the same time would bring the two
// together, that is unlikely.
//
// Threads: one user. Cost: nothing without threads; else linear in calls, and
// once more for each thread start that a question is about (bounded).
#ifndef GRIDLOCK_LOCKS_THREADORDER_H
#define GRIDLOCK_LOCKS_THREADORDER_H

#include "checks/locks/StartPhases.h"

#include <memory>

namespace gridlock {

class ThreadOrder {
public:
  explicit ThreadOrder(const LockModel &Model);

  Beside overlap(const OrderEdge &A, const OrderEdge &B);

private:
  /// Who runs a function: `main`, callers from outside, threads' bodies.
  struct Runners {
    bool Main = false, Outside = false;
    std::vector<std::uint32_t> Starts; // of threads
  };

  const Runners &runners(FunctionId F);
  void findFromOutside();
  const StartPhases &phases(std::uint32_t Start);
  std::optional<std::uint32_t> ownStart(const OrderEdge &E) const;
  Beside runsAt(const Runners &Threads, const OrderEdge &E);
  Beside runsAtStarts(const Runners &Threads, const Runners &Others);

  const LockModel &Model;
  std::unique_ptr<ThreadCalls> Calls; // made when first asked for
  std::vector<bool> FromOutside;      // by function: some caller is outside
  std::unordered_map<FunctionId, Runners> Known;
  std::unordered_map<std::uint32_t, std::unique_ptr<StartPhases>> Phases;
};

} // namespace gridlock

#endif
