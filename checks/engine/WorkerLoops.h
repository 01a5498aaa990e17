// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Event loops that are worker threads: a loop object in a member which runs on
// threads only and is used for nothing but handing callables to it. No socket
// or timer belongs to it, so that what blocks in it holds up other work of the
// same kind only, as it is meant to. Whoever gets the loop otherwise, as an
// argument or from a getter, makes it a loop as others are. So are objects of
// Qt that are moved to a thread.
//
// Cost: one look at each event.
#ifndef GRIDLOCK_ENGINE_WORKERLOOPS_H
#define GRIDLOCK_ENGINE_WORKERLOOPS_H

#include "checks/engine/Program.h"

#include <map>
#include <set>
#include <utility>
#include <vector>

namespace gridlock {

class WorkerLoops {
public:
  /// ONTHREADS says of each function whether threads that are no loops run it.
  WorkerLoops(const Program &P, const std::vector<bool> &OnThreads);
  /// Whether the program knows a function that moves objects to threads.
  static bool movesObjects(const Program &P);
  /// Whether E, in function F, is given such a loop as its executor.
  bool isExecutorOf(FunctionId F, const facts::Event &E) const;
  /// Whether CALLABLE, which E in function F hands over, is run in the thread
  /// of an object that the program moves to a thread of its own (Qt): a method
  /// of its class, or a lambda in whose context it stands.
  bool isMoved(FunctionId F, const facts::Event &E, FunctionId Callable) const;
  /// Whether METHOD is one of such an object's class.
  bool isOfMoved(FunctionId Method) const;

private:
  using Member = std::pair<std::string_view, std::string_view>; // class, name
  struct Uses {
    bool RunByThread = false, Otherwise = false;
  };
  Uses *member(FunctionId F, const facts::Value *V);
  void scan(FunctionId F, std::uint32_t Block, const facts::Event &E,
            bool OnThread);
  std::string_view objectType(FunctionId F, const facts::Value &V) const;
  bool entersLoop(FunctionId F, std::uint32_t Symbol) const;

  const Program &P;
  std::map<Member, Uses> Members;
  std::set<std::string_view> Moved; // classes of objects
  std::set<std::uint32_t> Guarded;  // in the function that is scanned
};

} // namespace gridlock

#endif
