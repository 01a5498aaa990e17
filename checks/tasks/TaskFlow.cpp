// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/tasks/TaskFlow.h"

#include "checks/engine/AccessPath.h"
#include "checks/engine/Dataflow.h"

#include <map>
#include <set>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;

namespace {

// Of the task in a local: what may be true of it on the paths to here.
enum : std::uint8_t { Pending = 1, Consumed = 2 };

struct TaskState {
  std::map<std::uint32_t, std::uint8_t> Locals;
  bool join(const TaskState &Other) {
    bool Changed = false;
    for (auto [Local, Bits] : Other.Locals) {
      std::uint8_t &Mine = Locals[Local];
      Changed |= (Mine | Bits) != Mine;
      Mine |= Bits;
    }
    return Changed;
  }
};

class TaskFlow {
public:
  TaskFlow(const Program &P, FunctionId Id) : P(P), F(P.function(Id)) {}

  std::vector<LostTask> run() {
    findCreations();
    if (Created.empty())
      return {};
    auto In = solveForward(
        *F.Fact, TaskState(),
        [&](const facts::Event &E, TaskState &State) { event(E, State); },
        [&](const facts::Edge &E, const facts::Block &B, TaskState &) {
          return E.kind() != facts::EdgeKind::Handler &&
                 E.kind() != facts::EdgeKind::Unwind && !throws(B);
        });
    Recording = true;
    auto Blocks = each(F.Fact->blocks());
    for (std::uint32_t B = 0; B < Blocks.size(); ++B) {
      if (!In[B])
        continue;
      TaskState State = *In[B];
      for (const facts::Event *E : each(Blocks[B]->events()))
        event(*E, State);
      if (B == F.Fact->exit() || Blocks[B]->edges() == nullptr)
        if (!Blocks[B]->no_return() && !throws(*Blocks[B]))
          for (auto [Local, Bits] : State.Locals)
            AtEnd[Local] |= Bits;
    }
    std::vector<LostTask> Result;
    for (auto [Local, Bits] : AtEnd)
      if (Bits & Pending) {
        const Creation &C = Created.at(Local);
        Result.push_back({C.Call, C.Type, Local, !(Bits & Consumed),
                          static_cast<unsigned>(Sites[Local].size())});
      }
    return Result;
  }

private:
  struct Creation {
    const facts::Event *Call;
    TaskType Type;
  };

  static bool throws(const facts::Block &B) {
    for (const facts::Event *E : each(B.events()))
      if (E->kind() == EventKind::Throw)
        return true;
    return false;
  }

  // Locals that are initialised with the result of a call that returns a task.
  void findCreations() {
    std::map<std::uint32_t, const facts::Event *> Calls;
    for (const facts::Block *B : each(F.Fact->blocks()))
      for (const facts::Event *E : each(B->events())) {
        if (E->kind() == EventKind::Call)
          Calls[E->id()] = E;
        if (E->kind() != EventKind::Construct || !E->place() || !E->value() ||
            !E->value()->place() || E->place()->root() != PlaceRoot::Local ||
            E->place()->path() ||
            E->value()->place()->root() != PlaceRoot::CallResult)
          continue;
        auto Call = Calls.find(E->value()->place()->id());
        if (Call == Calls.end())
          continue;
        std::uint32_t Local = E->place()->id();
        auto Type = taskType(P, F.Unit, Call->second->type());
        // A static local is not dropped at the end of the block.
        if (Type && !(*F.Fact->locals())[Local]->is_static())
          Created.emplace(Local, Creation{Call->second, *Type});
        Makers[E] = Local;
      }
  }

  void consume(const facts::Value *V, const facts::Event &E, TaskState &State) {
    if (!V)
      return;
    if (V->place())
      consume(*V->place(), E, State);
    for (const facts::CapturedValue *C : each(V->captures()))
      consume(C->value(), E, State);
  }
  void consume(const facts::Place &Place, const facts::Event &E,
               TaskState &State) {
    if (Place.root() != PlaceRoot::Local)
      return;
    if (auto It = State.Locals.find(Place.id()); It != State.Locals.end()) {
      // What follows the first use of an await is part of the same consumption.
      if (It->second & Pending)
        Sites[Place.id()].insert(&E);
      It->second = Consumed;
    }
  }

  void event(const facts::Event &E, TaskState &State) {
    if (auto It = Makers.find(&E);
        It != Makers.end() && Created.contains(It->second)) {
      State.Locals[It->second] = Pending;
      return;
    }
    switch (E.kind()) {
    case EventKind::Throw:
      State.Locals.clear(); // what follows is unwinding
      return;
    case EventKind::LifetimeEnd:
      if (E.place() && E.place()->root() == PlaceRoot::Local &&
          !E.place()->path())
        if (auto It = State.Locals.find(E.place()->id());
            It != State.Locals.end()) {
          if (Recording)
            AtEnd[It->first] |= It->second;
          State.Locals.erase(It);
        }
      return;
    case EventKind::Call:
      if (E.implicit() == facts::ImplicitKind::Destructor)
        return;
      break;
    case EventKind::Assign:
    case EventKind::AddressTaken:
    case EventKind::Swap:
      if (E.place())
        consume(*E.place(), E, State);
      break;
    default:
      break;
    }
    consume(E.receiver(), E, State);
    consume(E.value(), E, State);
    for (const facts::Value *Arg : each(E.args()))
      consume(Arg, E, State);
  }

  const Program &P;
  const ProgramFunction &F;
  std::map<std::uint32_t, Creation> Created;            // by local
  std::map<const facts::Event *, std::uint32_t> Makers; // initialisations
  std::map<std::uint32_t, std::set<const facts::Event *>> Sites;
  std::map<std::uint32_t, std::uint8_t> AtEnd;
  bool Recording = false;
};

} // namespace

std::vector<LostTask> findLostTasks(const Program &P, FunctionId F) {
  return TaskFlow(P, F).run();
}

} // namespace gridlock
