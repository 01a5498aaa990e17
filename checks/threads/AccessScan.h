// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Accesses to what threads can share (members, what pointers lead to, globals)
// and calls, each with the locks that are held there: one look at every event
// of the program's own functions.
//
// Calls of library classes count as accesses to the object they are made on: a
// `const` method or one that only gives an iterator or reference reads, others
// write. Objects that synchronise themselves give no accesses.
#ifndef GRIDLOCK_THREADS_ACCESSSCAN_H
#define GRIDLOCK_THREADS_ACCESSSCAN_H

#include "checks/locks/LockModel.h"

#include <deque>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace gridlock {

/// A lock that is known in one function only: it may be any.
inline constexpr LockId UnnamedLock = ~LockId(0);

struct LockAt {
  AccessPath Path;
  LockId Lock;
  bool Must, Shared;
};
using LocksAt = std::vector<LockAt>;

struct Access {
  const facts::Event *Site;
  const AccessPath *Path; // the same for the same path in one file
  FunctionId Function;
  std::uint32_t Locks : 31; // index into AccessScan::locks
  std::uint32_t Write : 1;
};

struct SharedCall {
  const facts::Event *Site;
  FunctionId Caller, Callee;
  /// Objects that nobody else knows yet: what it is called on (bit 31), what
  /// its arguments are or point to.
  std::uint32_t Fresh;
  std::uint32_t Locks : 31; // index into AccessScan::locks
  std::uint32_t OnSelf : 1; // on the caller's `this`, or a lambda that it keeps
};

inline constexpr std::uint32_t FreshThis = 1u << 31;

/// Whether values of the type need no lock: atomics, locks, condition
/// variables, threads and the like, and what is made for several threads.
bool isSynchronised(const Program &P, std::uint32_t Unit, std::uint32_t Type);

class AccessScan {
public:
  explicit AccessScan(LockModel &Model);

  const std::deque<Access> &accesses() const { return Accesses; }
  const std::vector<SharedCall> &calls() const { return Calls; }
  /// Of one function, in the order of its events.
  std::span<const SharedCall> callsOf(FunctionId Caller) const {
    return std::span(Calls).subspan(FirstCall[Caller],
                                    FirstCall[Caller + 1] - FirstCall[Caller]);
  }
  /// THEN(call) for all calls of a function.
  template <typename Use> void eachCallTo(FunctionId Callee, Use Then) const {
    for (std::uint32_t I : CallsTo[Callee])
      Then(Calls[I]);
  }
  bool isCalled(FunctionId F) const { return !CallsTo[F].empty(); }
  /// Whether F holds the lock somewhere, and calls what gives a lock back and
  /// takes it again: it may hold it where it seems not to.
  bool mayHold(FunctionId F, LockId Lock) const {
    return Regains[F] && HeldIn.contains({F, Lock});
  }
  const LocksAt &locks(std::uint32_t Index) const { return Sets[Index]; }

private:
  void scan(FunctionId F);
  void event(const facts::Event &E, const LockState *State);
  const AccessPath *pathOf(const facts::Place &Place);
  void access(const facts::Event &E, const facts::Place *Place, bool Write,
              const LockState *State);
  void value(const facts::Event &E, const facts::Value *V,
             const LockState *State);
  void call(const facts::Event &E, SymbolId Callee, const LockState *State);
  void libraryCall(const facts::Event &E, SymbolId Callee,
                   const LockState *State);
  bool findFresh(FunctionId F);
  void findMakers();
  bool findGiven(FunctionId F);
  struct Given;
  void give(const facts::Event &E, const facts::Place &Place, bool AsValue);
  void giveAt(FunctionId F, const CallEvent &C);
  void giveKept(const Given &Owner, std::span<const CallEvent> Calls);
  bool keeps(FunctionId F, std::uint32_t Arg, bool IsAddress,
             unsigned Depth) const;
  bool isAfter(const facts::Event &E, const facts::Event &At);
  bool isGiven(facts::PlaceRoot Root, std::uint32_t Id, bool Target) {
    return !Gives.empty() && isGivenNow(Root, Id, Target);
  }
  bool isGivenNow(facts::PlaceRoot Root, std::uint32_t Id, bool Target);
  void findGivers();
  bool mayAllocate(FunctionId F) const;
  bool mayHandOn(FunctionId F);
  bool callsAny(FunctionId F, const std::vector<bool> &Bodies) const;
  std::uint8_t giving(SymbolId Callee);
  bool runsNow(SymbolId Callee) const;
  bool needsNone(std::uint32_t Type);
  bool isFresh(const AccessPath &Path);
  bool isFresh(facts::PlaceRoot Root, std::uint32_t Id, bool IsPointer);
  struct Object {
    bool IsThis, IsFresh;
  };
  Object objectAt(const facts::Place &Place, bool Target,
                  const LockState *State);
  void followed(const facts::Event &E, const LockState *State);
  std::uint32_t locksOf(const LockState *State);

  // Texts by where they are: within one file that tells them apart.
  struct PathHash {
    std::size_t operator()(const AccessPath &Path) const;
  };
  struct SamePath {
    bool operator()(const AccessPath &A, const AccessPath &B) const;
  };

  LockModel &Model;
  const Program &P;
  std::unordered_set<AccessPath, PathHash, SamePath> Paths;
  struct SeenPlace {
    const facts::Place *Place = nullptr;
    const AccessPath *Path = nullptr;
  };
  std::vector<SeenPlace> SeenPlaces; // by a part of their addresses
  std::deque<Access> Accesses;
  std::vector<SharedCall> Calls;
  std::vector<std::uint32_t> FirstCall; // by caller, into Calls
  Adjacency CallsTo;                    // by callee, indices into Calls
  std::vector<LocksAt> Sets;
  std::vector<bool> Regains; // by function
  std::set<std::pair<FunctionId, LockId>> HeldIn;
  // By type of one unit: asked, and needs no lock.
  std::vector<std::uint8_t> Synchronised;
  std::uint32_t SynchronisedIn = ~0u;
  std::vector<CallEdge> Targets; // of the call that is looked at
  // Of the function that is being scanned.
  FunctionId Id = NoFunction;
  const facts::Event *Now = nullptr;
  std::vector<bool> FreshLocals;
  // What a local pointer was made to lead to.
  struct HeldObject {
    std::uint32_t Local;
    facts::PlaceRoot Root;
    std::uint32_t Id;
  };
  std::vector<HeldObject> Held;
  // An object, or what a local leads to, that others know from an event on.
  struct Given {
    facts::PlaceRoot Root;
    std::uint32_t Id;
    bool Target;
    const facts::Event *At;
  };
  std::vector<Given> Gives;
  std::unordered_map<const facts::Event *,
                     std::pair<std::uint32_t, std::uint32_t>>
      Positions;                                    // block, number in it
  std::map<std::uint32_t, std::vector<bool>> After; // blocks, by block
  std::vector<std::uint32_t> Allocations; // calls, by their event's id
  std::vector<bool> Allocates; // by symbol: of a library, the result is new
  std::vector<bool> Makers;    // functions of which the result is new
  std::vector<bool> GivesThis;
  std::vector<bool> MayMake, MayGive; // by function: it needs a closer look
  std::vector<std::uint8_t> Giving;   // by symbol, once asked
};

} // namespace gridlock

#endif
