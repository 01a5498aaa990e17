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
#include <functional>
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
  FieldGuards(LockModel &Model, const AccessScan &Scan);
  /// Whether there is anything that `findings` would look at.
  bool hasQuestions() const { return !Questions.empty(); }
  /// One for each member that a lock guards somewhere and that is used without
  /// it elsewhere, by name; those that WANTED is true of.
  std::vector<GuardEvidence>
  findings(const Phases &When,
           const std::function<bool(const GuardEvidence &)> &Wanted);

private:
  struct Use {
    const Access *Of;
    std::uint32_t Base; // the number of steps to the object
    bool OfGlobal;      // there is no object
    facts::PlaceRoot root() const {
      return OfGlobal ? facts::PlaceRoot::None : Of->Path->Root;
    }
  };
  /// A way to a function on which the lock is not held: the calls from ROOT,
  /// the last one and those before it.
  struct Context {
    FunctionId Root;
    const SharedCall *Call; // null: ROOT is the function itself
    std::uint32_t Before;   // index of the context that Call is made in
    bool OtherLock;         // some other lock is held on the way
  };
  /// Ranges of Contexts and of Holders.
  struct Callers {
    std::uint32_t Bare = 0, BareEnd = 0, Holding = 0, HoldingEnd = 0;
  };
  using ClassId = std::uint32_t; // of texts of classes, for quick comparison
  struct Field {
    LockName Name;
    ClassId Class;
    std::vector<Use> Uses;
    std::set<LockId> Candidates;
    bool IsWritten, IsKept; // kept: its uses, for itself or for a part of it
  };
  /// A use of a path is one of each object on it.
  struct Part {
    std::uint32_t Field, Base;
    bool OfGlobal;
  };

  void addCandidates(const Access &A);
  void findQuestions();
  /// THEN(part) for what is named as a part of a field.
  template <typename Visit> void eachPartOf(std::uint32_t Whole, Visit Then);
  std::vector<Part> partsOf(const AccessPath &Path);
  std::uint32_t fieldOf(LockName Name);
  ClassId classOf(std::string_view Name);
  ClassId classOfLock(LockId Lock);
  bool isKnownIn(std::uint32_t Unit, LockId Lock);
  void readDeclared();
  void findAwaited();
  void findAbove();
  bool isOfInterest(const Use &U) const;
  GuardEvidence judge(const Field &F, const std::vector<const Use *> &Uses,
                      LockId Lock);
  bool givesLock(const Use &U, LockId Lock) const;
  void judgeUse(const Use &U, LockId Lock, GuardEvidence &E);
  Callers callers(FunctionId F, LockId Lock, unsigned Depth);
  Callers onlyHere(FunctionId F);
  Callers keep(const std::vector<Context> &Bare,
               const std::vector<FunctionId> &Holding);
  std::vector<const SharedCall *> pathOf(const Context &C) const;
  void forgetCallers();
  bool isSameObject(const LockAt &Held, const Use &U) const;
  bool isHeld(const LockAt &Held, LockId Lock, const Use &U) const;
  bool isOfObject(const LockAt &Held, const Use &U) const;
  bool mayGuardAll(LockId Global, bool IsGlobalField) const;
  bool mayGuard(LockId Lock, const Field &F);
  bool alwaysCalledLocked(FunctionId F) const;
  bool isCallersDuty(FunctionId F);
  bool isNamedForCallers(FunctionId F) const;

  LockModel &Model;
  const Program &P;
  const AccessScan &Scan;
  const Phases *When = nullptr;
  std::vector<Field> Fields;
  std::unordered_map<std::string, std::uint32_t> FieldIds;
  std::vector<std::uint32_t> ByName, Questions; // fields, sorted
  std::unordered_map<const AccessPath *, std::vector<Part>> Parts;
  std::unordered_map<std::string, ClassId> Classes;
  std::vector<ClassId> LockClasses; // by lock, as far as it was asked for
  std::map<std::pair<std::uint32_t, LockId>, bool> LockKnownIn; // by unit
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
  const FewLocks &above(FunctionId F) const { return Above[AboveOf[F]]; }
  /// Held by callers, at any height; the first is empty.
  std::vector<FewLocks> Above;
  std::vector<std::uint32_t> AboveOf;               // by function, into Above
  std::unordered_map<std::uint64_t, Callers> Known; // by function and lock
  std::vector<Context> Contexts;
  std::vector<FunctionId> Holders;
  std::unordered_map<FunctionId, std::uint32_t> OnlyHere; // into Contexts
  std::vector<std::uint8_t> Duty; // by function: asked, and is callers' duty
};

} // namespace gridlock

#endif
