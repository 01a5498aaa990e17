// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Access paths as lock identities: rewriting a callee's path to its caller's
// places, following pointers and references that are known to name another
// place, and the name of a lock in the order graph.
//
// In the order graph a lock is a global, or a field of a class with all
// instances merged: `Account::mutex_`. What stands before the last pointer or
// container element of a path says only which instance it is.
#ifndef GRIDLOCK_LOCKS_LOCKPATHS_H
#define GRIDLOCK_LOCKS_LOCKPATHS_H

#include "checks/engine/AccessPath.h"
#include "checks/engine/FlatMap.h"
#include "checks/engine/Program.h"
#include "checks/engine/QualifiedNames.h"

#include <optional>
#include <string>

namespace gridlock {

/// A place that is known to hold the address of, or to refer to, another place.
struct Binding {
  AccessPath To;
  bool Address; // the key is a pointer to To; else it stands for To itself
  bool operator==(const Binding &) const = default;
};
using Bindings = FlatMap<AccessPath, Binding>;

/// The binding that a value makes when it is stored; empty if it names no
/// place.
std::optional<Binding> bindingOf(const FactsFile &File,
                                 const facts::Value *Value);

/// Replaces the longest bound prefix of PATH, repeatedly (bounded).
AccessPath canonical(AccessPath Path, const Bindings &Known);

/// What a pointer that is bound to B holds, as far as that is KNOWN.
Binding pointedTo(Binding B, const Bindings &Known);

/// PATH, rooted at what B names: B's place with the rest of PATH's steps. Empty
/// if the two do not fit or the result grows too long.
std::optional<AccessPath> rebase(const AccessPath &Path, const Binding &B);

/// Rewrites callee paths at one call: `this` to the receiver (or what is
/// constructed), parameters to arguments, captures to what the callable
/// captured.
class Substitution {
public:
  /// CALLABLE is the lambda that is called, if one is; PASSED means that it was
  /// only handed over, so that its parameters are not the arguments of CALL;
  /// where CALL is one of std::call_once or its like, they follow it there.
  Substitution(const Program &P, FunctionId Caller, const facts::Event &Call,
               const Bindings &Known, const facts::Value *Callable,
               bool Passed);
  /// The callee's `this` is the part of the receiver that STEPS lead to.
  void setPart(const std::vector<PathStep> &Steps) { Part = &Steps; }
  /// A path whose root means nothing to the caller keeps its name in the order
  /// graph, without an instance.
  std::optional<AccessPath> apply(const AccessPath &Path) const;
  /// What a callee's place is bound to, in the caller's places.
  std::optional<Binding> apply(const Binding &B) const;

private:
  std::optional<Binding> argument(const AccessPath &Path) const;
  void findForwarded(const Program &P, std::uint32_t Unit);

  const FactsFile &File;
  const facts::Event &Call;
  const Bindings &Known;
  const facts::Value *Callable;
  const std::vector<PathStep> *Part = nullptr;
  bool Passed;
  /// While it is passed: where the arguments for it begin, and whether the
  /// first of them is the object of a method.
  std::optional<std::uint32_t> Forwarded;
  bool ForwardsObject = false;
};

/// What function CALLEE returns, at one call in CALLER: an element by one of
/// its parameters is one by the argument.
AccessPath withArguments(const Program &P, FunctionId Caller,
                         const facts::Event &Call, FunctionId Callee,
                         AccessPath Path);

/// The lock that an entry's `lock` index means at a call, as a path to the
/// object.
AccessPath lockArgument(const Program &P, FunctionId F, const facts::Event &E,
                        int Index);

/// Whether a path from here means something that lasts: no temporary, no
/// result of a call.
bool isLasting(facts::PlaceRoot Root);

/// Whether a path means the same object all through function F: no element of a
/// container by a variable, and no pointer on it that F changes.
bool isOneObject(const Program &P, FunctionId F, const AccessPath &Path);

/// The first step of the part that names the lock within its object.
std::size_t nameStart(const AccessPath &Path);

/// PATH's part that names the lock, without a root: some instance's.
AccessPath withoutInstance(const AccessPath &Path);

/// Whether a caller can know the object by this path.
bool isVisible(const AccessPath &Path);

/// The call in F at whose result PATH begins; null if there is none.
const facts::Event *callOf(const facts::Function &F, const AccessPath &Path);

struct LockName {
  std::string Text; // empty: it has no name beyond this function
  bool IsGlobal = false;
  std::size_t GlobalLength = 0; // of the global's own name in Text
  bool IsElement = false; // one of many: an element of an array or container
  /// What methods of the objects that it is part of call it: `Registry::lock`
  /// of `Server::registry.lock`, from the outermost on.
  std::vector<std::string> Inner;
};
/// Whether the two may be names of one lock: they are the same, or one is what
/// methods of an object call it that the other contains.
bool mayBeSame(const LockName &A, const LockName &B);
LockName nameOf(const AccessPath &Path);
/// Whether nameOf gives one.
bool hasName(const AccessPath &Path);
/// Hash and equality of what nameOf looks at.
struct NameHash {
  std::size_t operator()(const AccessPath &Path) const;
};
/// ... and of which object the path means.
inline std::size_t hashOf(const AccessPath &Path) {
  return NameHash()(Path) * 31 + Path.Id;
}
struct SameName {
  bool operator()(const AccessPath &A, const AccessPath &B) const {
    return A.Root == B.Root && sameText(A.Global, B.Global) &&
           A.Steps == B.Steps;
  }
};

} // namespace gridlock

#endif
