// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where callables go in the whole program: a points-to analysis that keeps
// fields of classes, globals, parameters, captures, results and locals apart,
// but neither instances of a class nor elements of a container, nor the order
// of assignments. A function of a library that has no body lets callables flow
// from its arguments to its receiver and result, and from its receiver to its
// result: so do containers, smart pointers and makers of pairs.
//
// A lambda and an object with a call operator need no flow, their type says
// what they run; what is followed are function pointers, pointers to members,
// std::function and its like, and whatever holds such.
//
// Type-erased executors flow in the same way, for where callables run, and so
// do the handles of coroutines, for where those go on.
//
// Threads: immutable after construction. Cost: one look at each event, then
// linear in the flows between holders of callables times at most MaxTargets.
#ifndef GRIDLOCK_ENGINE_CALLABLEFLOW_H
#define GRIDLOCK_ENGINE_CALLABLEFLOW_H

#include "checks/engine/CallableTypes.h"
#include "checks/engine/Program.h"

#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace gridlock {

class CallableFlow {
public:
  using NodeId = std::uint32_t;
  /// A holder with more callables than this is as good as unknown.
  static constexpr std::size_t MaxTargets = 256;

  explicit CallableFlow(const Program &P);

  /// Where a value of a function may have come from within that function.
  struct Origins {
    std::vector<FunctionId> Callables;     // bodies, put there by the function
    std::vector<std::uint32_t> Parameters; // of the function
    std::vector<NodeId> Holders; // members, globals, captures, other results
    void normalise();
  };
  Origins origins(FunctionId F, const facts::Value *V) const;

  /// All that the value may be, whoever put it there.
  std::vector<FunctionId> anyTargets(FunctionId F, const facts::Value *V) const;

  /// What a holder may hold: bodies, sorted.
  const std::vector<FunctionId> &targets(NodeId Holder) const {
    return Nodes[Holder].Targets;
  }

  /// What holds the member FIELD of the class RECORD; no holder if nothing
  /// flows there.
  NodeId holderOf(std::uint32_t Unit, std::uint32_t Record,
                  std::string_view Field) const;

  /// Whether TARGET gets there in a sure way: not only as an argument of a
  /// virtual call that another override may have been meant to take.
  bool isSure(NodeId Holder, FunctionId Target) const;

  /// Whether the value may be a callable that the program didn't put there: one
  /// that a function which the program doesn't call was given and kept, or what
  /// is in a member that nothing is put into.
  bool mayBeForeign(FunctionId F, const facts::Value *V) const;

  /// Whether values of the type can hold a callable.
  bool holds(std::uint32_t Unit, std::uint32_t Type) const {
    return Types.holds(Unit, Type);
  }

  /// What executors a value may be (CallableTypes), by its type or by what
  /// flows into it.
  std::uint8_t executors(FunctionId F, const facts::Value &V) const;

  /// What the parameter of a function holds that only libraries call, handed to
  /// them beside it; null if the program calls F.
  const std::vector<FunctionId> *givenByLibrary(FunctionId F,
                                                std::uint32_t Parameter) const;

  /// Constructors of the program's classes that a library function runs with
  /// its last arguments: make_shared, emplace and the like.
  std::vector<FunctionId> constructors(FunctionId F,
                                       const facts::Event &E) const;

  /// Functions that resume what awaits by AWAITSUSPEND, the await_suspend of an
  /// awaiter: whose `resume` is called on a handle that has come from there.
  const std::vector<FunctionId> &resumersOf(FunctionId AwaitSuspend) const;
  bool knowsResumers() const { return !Resumers.empty(); }

  /// Whether E calls what its receiver holds: a function pointer, or a class
  /// like std::function whose call operator has no body in the program.
  static bool callsThrough(const Program &P, FunctionId F,
                           const facts::Event &E);
  /// Whether E resumes a coroutine.
  static bool resumes(const Program &P, FunctionId F, const facts::Event &E);

private:
  enum class Kind : std::uint8_t {
    Field,
    Global,
    Param,
    Capture,
    Return,
    Inner // locals, temporaries and results in one function
  };
  struct Key {
    Kind What;
    FunctionId Function = NoFunction;
    std::uint64_t Id = 0;
    std::string_view Owner, Name;
    bool operator==(const Key &) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key &K) const;
  };
  struct Node {
    Kind What;
    FunctionId Function;
    std::uint32_t Id;                // of parameters
    std::vector<FunctionId> Own;     // put in directly
    std::vector<FunctionId> Targets; // all
    std::vector<FunctionId> Unsure;  // of Own
    std::vector<FunctionId> Sure;    // of Targets
    std::vector<NodeId> From, To;
    std::vector<std::pair<FunctionId, const facts::Event *>> CalledAt;
    bool Queued = false;
    bool Foreign = false; // what the program doesn't know may get here
    std::uint8_t Executors = 0;
  };
  static constexpr NodeId NoNode = ~NodeId(0);

  NodeId find(const Key &K) const;
  NodeId make(const Key &K);
  Key keyOf(FunctionId F, const facts::Place &Place) const;
  static Key inner(FunctionId F, facts::PlaceRoot Root, std::uint64_t Id) {
    return {Kind::Inner, F, Id * 16 + static_cast<std::uint64_t>(Root), {}, {}};
  }
  static Key parameter(FunctionId F, std::uint32_t I) {
    return {Kind::Param, F, I, {}, {}};
  }
  bool holds(FunctionId F, const facts::Value &V) const;
  bool holdsPlace(FunctionId F, const facts::Place &Place) const;
  std::uint8_t executorType(FunctionId F, const facts::Value &V) const;
  void findResumers();
  std::vector<FunctionId> bodiesOf(SymbolId S) const;
  std::vector<FunctionId> byType(FunctionId F, const facts::Value &V) const;
  void scan(FunctionId F);
  void call(FunctionId F, const facts::Event &E);
  void libraryCall(FunctionId F, const facts::Event &E, SymbolId Callee);
  void programCall(FunctionId F, const facts::Event &E,
                   const std::vector<FunctionId> &Bodies);
  void bind(FunctionId F, const facts::Value &V);
  void list(FunctionId F, const facts::Event &E);
  bool isUserData(FunctionId F, const facts::Value &V) const;
  void passUserData(FunctionId F, const facts::Event &E);
  void pass(FunctionId F, const facts::Event &E, FunctionId Body);
  void flow(NodeId To, FunctionId F, const facts::Value *V);
  void edge(NodeId From, NodeId To);
  void propagate();
  void findForeign();
  void noteCalled(FunctionId F);
  bool isKept(NodeId Param) const;
  void add(NodeId N, FunctionId Target, bool IsSure,
           std::vector<NodeId> &Pending);
  bool isWeak(NodeId From, NodeId To) const {
    return !Weak.empty() && Weak.contains(std::uint64_t(From) << 32 | To);
  }

  const Program &P;
  const CallableTypes &Types;
  std::vector<Node> Nodes;
  std::unordered_map<Key, NodeId, KeyHash> Ids;
  std::unordered_map<std::string_view, std::vector<FunctionId>> Constructors;
  std::vector<std::pair<FunctionId, const facts::Event *>> Resumes;
  std::unordered_map<FunctionId, std::vector<FunctionId>> Resumers;
  std::vector<bool> Called; // by function: by the program, with arguments
  std::vector<const facts::Value *>
      Listed;                             // what the next braced list may hold
  std::vector<NodeId> *Changed = nullptr; // while propagating
  std::unordered_set<std::uint64_t> Late; // edges found while propagating
  std::unordered_set<std::uint64_t> Weak; // edges into one of several overrides
  bool AreWeak = false;                   // those that are added now
};

} // namespace gridlock

#endif
