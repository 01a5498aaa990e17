// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which lock guards which member or global: by what most of the program does,
// or by a `guarded_by` attribute; and the places that do without it.
//
// A lock guards a member if it is part of the same object, or a global. A
// function that its callers call with the lock held is guarded; where some do
// and others don't, the callers that don't are what is wrong.
//
// Cost: linear in accesses times the locks that come into question for a
// member, and in the callers of helpers (bounded).
#ifndef GRIDLOCK_THREADS_FIELDGUARDS_H
#define GRIDLOCK_THREADS_FIELDGUARDS_H

#include "checks/threads/Phases.h"

#include <array>
#include <map>
#include <set>
#include <string>
#include <unordered_map>

namespace gridlock {

struct Unguarded {
  const Access *Use;
  FunctionId Root;                      // which does not take the lock
  std::vector<const SharedCall *> Path; // from there to the function of Use
  enum class Why : std::uint8_t {
    NoLock,
    OtherObject, // the lock of another instance is held
    ReaderLock   // a write, and the lock is held in shared mode
  } Reason;
  bool OtherLock; // callers hold another lock
};

/// What is known of one member under one lock.
struct GuardEvidence {
  std::string Field; // for messages
  bool SameObject;   // the lock and the member are parts of one object
  bool IsElement;    // one of an array of locks
  LockId Lock;
  bool Declared = false; // by an attribute
  bool Awaited = false;  // a condition variable's wait is for its value
  std::vector<const Access *> Guarded;
  std::set<FunctionId> GuardedIn, UnguardedIn;
  unsigned GuardedUses = 0, GuardedWrites = 0;
  std::vector<Unguarded> Without;
  Phases::Mask Users = 0, Writers = 0;

  std::size_t functions() const {
    return GuardedIn.size() + UnguardedIn.size();
  }
  /// Whether U changes what a thread waits for, so that it may miss it.
  bool mayMiss(const Unguarded &U) const {
    return Awaited && U.Use->Write && U.Reason == Unguarded::Why::NoLock &&
           U.Path.empty();
  }
};

class FieldGuards {
public:
  FieldGuards(LockModel &Model, const AccessScan &Scan, const Phases &When);
  /// One for each member that a lock guards somewhere and that is used without
  /// it elsewhere.
  std::vector<GuardEvidence> findings();

private:
  struct Use {
    const Access *Of;
    AccessPath Base; // the object; root None for globals
  };
  struct Context {
    FunctionId Root;
    std::vector<const SharedCall *> Path;
    bool OtherLock = false; // some other lock is held on the way
  };
  struct Callers {
    std::vector<Context> Bare;
    std::vector<FunctionId> Holding;
  };
  struct Field {
    LockName Name;
    std::vector<Use> Uses;
    std::set<LockId> Candidates;
  };

  void add(const Access &A);
  void addUse(const LockName &Name, const Access &A, AccessPath Base);
  void readDeclared();
  void findAwaited();
  void findAbove();
  GuardEvidence judge(const Field &F, LockId Lock);
  void judgeUse(const Use &U, LockId Lock, GuardEvidence &E);
  const Callers &callers(FunctionId F, LockId Lock, unsigned Depth);
  bool isSameObject(const LockAt &Held, const Use &U) const;
  bool mayGuardAll(LockId Global, bool IsGlobalField) const;
  bool mayGuard(LockId Lock, const Field &F) const;
  bool alwaysCalledLocked(FunctionId F) const;
  bool isCallersDuty(FunctionId F);
  bool isNamedForCallers(FunctionId F) const;

  LockModel &Model;
  const Program &P;
  const AccessScan &Scan;
  const Phases &When;
  std::map<std::string, Field> Fields;
  std::map<std::string, std::string> Declared; // lock of a field, by names
  // Conditions of waits: functions, and uses around a wait.
  std::set<FunctionId> Conditions;
  std::set<const facts::Event *> AwaitedAt;
  static constexpr std::size_t MaxAbove = 16;
  struct FewLocks {
    std::uint32_t Size = 0;
    std::array<LockId, MaxAbove> Locks; // sorted
    void add(LockId L);
    auto begin() const { return Locks.begin(); }
    auto end() const { return Locks.begin() + Size; }
  };
  std::vector<FewLocks> Above; // held by callers, at any height
  std::unordered_map<std::uint64_t, Callers> Known; // by function and lock
  Callers OnlyHere;                                 // of the last one asked for
  std::vector<std::uint8_t> Duty; // by function: asked, and is callers' duty
};

} // namespace gridlock

#endif
