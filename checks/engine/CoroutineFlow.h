// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the coroutines go that the program makes: from the call that makes one
// through variables, members, containers, parameters, captures and results to
// what is done with it. Kept apart are fields of classes, globals and what is
// local to a function, but neither instances of a class nor elements of a
// container, nor the order of assignments. The handle in a task is the task.
//
// Threads: immutable after construction. Cost: linear in the events of the
// functions that make, take or resume coroutines.
#ifndef GRIDLOCK_ENGINE_COROUTINEFLOW_H
#define GRIDLOCK_ENGINE_COROUTINEFLOW_H

#include "checks/engine/CallGraph.h"
#include "checks/engine/Classify.h"

#include <map>
#include <string_view>
#include <vector>

namespace gridlock {

class CoroutineFlow {
public:
  using NodeId = std::uint32_t;
  enum class Way : std::uint8_t {
    Elsewhere, // a rule says that it runs elsewhere
    Awaited,
    Resumed,
    WaitedFor, // a rule says that the thread runs it and waits for its end
    Unknown
  };
  struct Use {
    Way How;
    FunctionId User;
    const facts::Event *At;
  };
  /// What is in one holder gets into another.
  struct Edge {
    NodeId To;
    FunctionId Caller;        // NoFunction: not as an argument
    const facts::Event *Call; // ... of this call
    bool Leaves;              // the function: kept, captured or returned
  };
  struct Holder {
    std::vector<Edge> To;
    std::vector<Use> Uses;
    std::vector<FunctionId> Coroutines; // that it may hold
    bool Foreign = false;               // ... and others than those
  };
  struct Made {
    FunctionId Maker;
    const facts::Event *At;
    NodeId Result;
  };

  /// TASKS says which functions are coroutines of task kind.
  CoroutineFlow(const Program &P, const CallGraph &Calls,
                const std::vector<bool> &Tasks);

  const Holder &holder(NodeId N) const { return Holders[N]; }
  /// The calls that make coroutine F.
  const std::vector<Made> &madeOf(FunctionId F) const;
  /// What is done with F as a callable.
  const std::vector<Use> &usesOf(FunctionId F) const;
  /// What the suspension E of F awaits; null: no coroutine that is followed.
  const Holder *awaited(FunctionId F, const facts::Event &E) const;
  /// The result of the call E in F; null as above.
  const Holder *result(FunctionId F, const facts::Event &E) const;

private:
  enum class Kind : std::uint8_t { Local, This, Member, Global, Result };
  struct Key {
    Kind What;
    FunctionId Function;
    std::uint64_t Id;
    std::string_view Owner, Name;
    auto operator<=>(const Key &) const = default;
  };

  bool isTask(std::uint32_t Unit, std::uint32_t Type) const;
  bool holds(std::uint32_t Unit, std::uint32_t Type, int Depth = 0) const;
  bool mayHold(FunctionId F) const;
  NodeId make(const Key &K);
  Key keyOf(FunctionId F, const facts::Place &Place) const;
  static Key local(FunctionId F, facts::PlaceRoot Root, std::uint64_t Id) {
    return {Kind::Local, F, Id * 16 + static_cast<std::uint64_t>(Root), {}, {}};
  }
  Key resultOf(FunctionId F, const facts::Event &E) const;
  void use(FunctionId F, const facts::Value *V, Way How, const facts::Event &E);
  void flow(FunctionId F, const facts::Value *V, NodeId To, bool Leaves,
            const facts::Event *Call = nullptr);
  void scan(FunctionId F, const std::vector<bool> &Tasks);
  void capture(FunctionId F, const facts::Value &V, const facts::Event &E,
               const std::vector<bool> &Tasks);
  void call(FunctionId F, std::size_t Call, Classifier &Classify,
            const std::vector<bool> &Tasks);
  void programCall(FunctionId F, const facts::Event &E, FunctionId Body);
  bool knownCall(FunctionId F, std::uint32_t Block, const facts::Event &E,
                 Classifier &Classify);
  void libraryCall(FunctionId F, const facts::Event &E);
  void propagate();

  const Program &P;
  const CallGraph &Calls;
  std::vector<Holder> Holders;
  std::map<Key, NodeId> Ids;
  std::map<FunctionId, std::vector<Made>> MadeOf;
  std::map<FunctionId, std::vector<Use>> UsesOf;
};

} // namespace gridlock

#endif
