// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Threads that the program starts, and which of them a call waits for: by the
// variable or member that the thread or its future is kept in.
//
// Threads: immutable after construction. Cost: linear in events; a look-up is
// linear in the handles of one function.
#ifndef GRIDLOCK_LOCKS_THREADSTARTS_H
#define GRIDLOCK_LOCKS_THREADSTARTS_H

#include "checks/engine/CallGraph.h"

#include <optional>
#include <string>
#include <unordered_map>

namespace gridlock {

struct ThreadStart {
  FunctionId Starter;
  const facts::Event *Site;
  FunctionId Body;
  const facts::Value *Callable; // null: not known as a value
  std::uint32_t Argument;       // of Site, that is the callable
  bool OneThread;               // a thread of its own, which runs the body once
  bool InContainer;
};

class ThreadStarts {
public:
  ThreadStarts(const Program &P, const CallGraph &Calls);

  const std::vector<ThreadStart> &all() const { return Starts; }
  bool hasWaits(FunctionId F) const { return Waiting.contains(F); }
  /// The threads that E starts: several, if it is not known which body it runs.
  std::vector<const ThreadStart *> startedAt(const facts::Event &E) const;
  /// The threads of which E of function F waits for the end.
  std::vector<const ThreadStart *> waitedFor(FunctionId F,
                                             const facts::Event &E) const;
  /// The threads that HANDLE of function F may be of.
  std::vector<const ThreadStart *> startsOf(FunctionId F,
                                            const facts::Value *Handle) const;
  /// A path of a thread's function in the places of the function that starts
  /// it; empty if it is not known to name the same object.
  std::optional<AccessPath> atStart(const ThreadStart &T,
                                    const AccessPath &Path) const;
  /// A path of a thread's function in the places of the function FROM which
  /// waits for it at E; empty if it is not known to name the same object.
  std::optional<AccessPath> atWait(const ThreadStart &T, FunctionId F,
                                   const facts::Event &E,
                                   const AccessPath &Path) const;

private:
  std::string keyOf(FunctionId F, const AccessPath &Path) const;
  bool isOfInterest(SymbolId Callee);
  void scan(FunctionId F, const CallGraph &Calls);
  void start(FunctionId F, const facts::Event &E, std::uint32_t Argument,
             bool OneThread, bool InContainer, const CallGraph &Calls);
  void findAliases(FunctionId F);
  const facts::Value *callableIn(FunctionId F, const facts::Value *V) const;

  const Program &P;
  std::vector<std::uint8_t> Asked; // by symbol, while threads are looked for
  std::vector<ThreadStart> Starts;
  std::unordered_map<const facts::Event *, std::vector<std::uint32_t>> BySite;
  std::unordered_map<std::string, std::vector<std::uint32_t>> ByKey;
  std::unordered_map<std::string, std::vector<std::string>> From; // aliases
  std::unordered_map<FunctionId, bool> Waiting;
};

/// Bodies of what a value may hold.
std::vector<FunctionId> bodiesIn(const CallGraph &Calls, FunctionId F,
                                 const facts::Value *V);

/// The handle that E waits for, if it is a wait on a thread or a future.
const facts::Value *waitedHandle(const Program &P, FunctionId F,
                                 const facts::Event &E);

} // namespace gridlock

#endif
