// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which of the program's destructors a library's function runs: `erase`,
// `clear`, `reset` and the like, and the ends of containers and smart pointers,
// end the elements and what is pointed to. What was moved out before, or has
// another owner in the function, does not end there.
//
// Threads: immutable after construction. Cost: one look at each symbol;
// afterwards, for a call that may end something, at each event of its function.
#ifndef GRIDLOCK_ENGINE_OWNEDOBJECTS_H
#define GRIDLOCK_ENGINE_OWNEDOBJECTS_H

#include "checks/engine/AccessPath.h"
#include "checks/engine/Program.h"

#include <unordered_map>
#include <vector>

namespace gridlock {

enum class Owner : std::uint8_t {
  None,
  Container, // of its elements, and what has parts of its arguments' types
  Unique,
  Shared
};
/// How an object of a library's class TYPE owns others.
Owner ownerKind(std::string_view Type);

class OwnedObjects {
public:
  struct Owned {
    SymbolId Destructor;
    bool IsPointedTo;           // may be of a derived class
    bool IsShared;              // may have another owner
    std::vector<PathStep> Path; // from the owner
  };

  explicit OwnedObjects(const Program &P);

  /// Whether calls of S may end objects of the program's classes.
  bool mayEnd(SymbolId S) const { return Ended.contains(S); }
  /// What E ends, a call in F; SURE tells whether it does so whenever there is
  /// something to end.
  const std::vector<Owned> &endedBy(FunctionId F, const facts::Event &E,
                                    bool &Sure) const;
  /// Where from the receiver of a call of S the object is that DESTRUCTOR, one
  /// of those which the call runs, is given.
  const std::vector<PathStep> &pathTo(SymbolId S, FunctionId Destructor) const;

private:
  class Rescue;

  void find(std::uint32_t Unit, std::uint32_t Type, Owned At,
            std::vector<Owned> &Found, unsigned Depth) const;

  const Program &P;
  std::unordered_map<SymbolId, std::vector<Owned>> Ended; // by library function
  std::unordered_map<std::string_view, SymbolId> ByClass; // destructors
};

} // namespace gridlock

#endif
