// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The state of the lock-set analysis at one point of a function: locks held,
// guards and what they own, and pointers that are known to name a lock.
#ifndef GRIDLOCK_LOCKS_LOCKSTATE_H
#define GRIDLOCK_LOCKS_LOCKSTATE_H

#include "checks/locks/LockNeeds.h"

#include <utility>
#include <vector>

namespace gridlock {

/// Index of a chain of places that led to an acquisition, see LockModel::chain.
using ChainId = std::uint32_t;

struct HeldLock {
  rules::LockMode Mode;
  ChainId Chain;
  bool Must;               // on every path to here
  bool FromCaller = false; // adopted: who calls took it
  bool Chosen = false;     // not Must, but one of those that `?:` chooses from
  bool operator==(const HeldLock &) const = default;
};

struct GuardState {
  std::vector<AccessPath> Locks;
  rules::LockMode Mode;
  bool Owns;            // on some path
  bool Sure;            // ... and then on every path; or on none
  bool Awaited = false; // a guard of locks that are awaited
  /// Its end takes the locks, by the guard OF if they had one.
  bool Reversed = false;
  AccessPath Of = {};
  bool operator==(const GuardState &) const = default;
};

using HeldMap = FlatMap<AccessPath, HeldLock>;
using GuardMap = FlatMap<AccessPath, GuardState>;
using PathSet = FlatSet<AccessPath>;

struct LockState {
  HeldMap Held;
  HeldMap Awaited; // locks that block no thread
  GuardMap Guards;
  Bindings Known;
  PathSet Released; // given back on a path without it taken here
  PathSet Lacking;  // ... and not taken again since
  /// Places that are known to be zero or null here, or not to be.
  FlatMap<AccessPath, bool> Zero;

  bool operator==(const LockState &) const = default;
  bool join(const LockState &Other);
  /// Whether no lock is held, guarded or was given back.
  bool isIdle() const {
    return Held.empty() && Awaited.empty() && Guards.empty() &&
           Released.empty();
  }

  /// PLACE is zero or null, or is not. A lock behind a null pointer is none.
  void learn(const AccessPath &Place, bool IsZero);
  /// PLACE may have another value from here on.
  void forget(const AccessPath &Place);
  /// A call may change all but what is this function's own.
  void forgetShared();
  void take(const AccessPath &Lock, rules::LockMode Mode, ChainId Chain);
  void giveBack(const AccessPath &Lock);
  /// Ends a guard: what it owns is given back.
  void endGuard(const AccessPath &Guard);
  /// Whether HOLDER, which is no guard itself, holds some.
  bool holdsGuards(const AccessPath &Holder) const;
  /// Ends the guard HOLDER and those that it holds or contains.
  void endGuardsIn(const AccessPath &Holder);
  void moveGuard(const AccessPath &From, const AccessPath &To);
};

/// What a call of a function does to the locks of its caller, in the function's
/// own paths.
struct LockSummary {
  /// A lock that is held on every path to something.
  struct Gate {
    AccessPath Lock;
    rules::LockMode Mode;
    ChainId Chain;
  };
  enum class How : std::uint8_t {
    Taken,
    TakenAgain, // by a wait on a condition variable, which gave it back
    Joined,     // by a thread that is waited for
    Started     // by a thread or coroutine that is not: at some other time
  };
  struct Acquisition {
    AccessPath Lock;
    rules::LockMode Mode;
    ChainId Chain;
    unsigned Calls = 0;     // length of the chain beyond the acquisition itself
    bool Uncertain = false; // over a virtual call with several overrides
    bool Awaited = false;   // the lock blocks no thread
    How By = How::Taken;
    bool AfterRelease = false; // the function may have given it back before
    std::vector<Gate> Gates;   // sorted by lock
    std::size_t Hash = 0;      // of the lock, once it is kept
  };
  /// A call of what a parameter holds, made with locks held.
  struct Invocation {
    std::uint32_t Parameter;
    std::vector<std::pair<FunctionId, const facts::Event *>> Path; // to it
    std::vector<Gate> Held;
  };
  /// A lock without a class (LockNeeds.h) that is taken, or that a member may
  /// be bound to, at any depth: callers know which one it is.
  struct Bare {
    AccessPath Lock;
    std::vector<LockClass> Under, Alias; // held there; maybe the same lock
  };
  /// A lock that is held when it returns if its result is zero, or is not.
  struct Told {
    AccessPath Lock;
    rules::LockMode Mode;
    bool ZeroIsSuccess;
  };
  std::vector<Told> Tells;
  /// ... if a member of what a constructor made is zero, or is not.
  struct Kept {
    AccessPath Member;
    Told Of;
  };
  std::vector<Kept> Keeps;
  /// The guard of which the result says whether it owns its locks.
  std::optional<AccessPath> Asks;
  /// The parameters of which the values choose what it does, a bit for each.
  std::uint32_t Choosing = 0;
  /// Of Lacking: given back if the result is zero, or is not, and else not.
  struct Lent {
    AccessPath Lock;
    bool ZeroIsGone;
  };
  std::vector<Lent> Lends;
  std::optional<Acquisition> First; // of the blocking ones, at any depth
  std::vector<Bare> Bares;
  std::vector<Invocation> Invokes;
  HeldMap LeftHeld;
  GuardMap Guards; // alive when it returns
  PathSet Released;
  PathSet Lacking; // of these, not taken again on some path
  /// Behind members, held on some paths: a guard's that was told to lock again.
  HeldMap MayHold;
  Bindings Known; // members that were bound
  std::optional<Binding> Result;

  bool empty() const { return !First && isPlain(); }
  /// Whether callers that touch no locks themselves need not look at it.
  bool isPlain() const {
    return Invokes.empty() && Bares.empty() && !changesState();
  }
  /// Whether a call changes what is known about locks behind it.
  bool changesState() const;
};

/// Whether a function that takes these takes the two in one order and in the
/// other: it orders them by something.
bool inBothOrders(const std::vector<LockSummary::Acquisition> &Taken,
                  const AccessPath &A, const AccessPath &B);

} // namespace gridlock

#endif
