// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/tasks/TaskFlow.h"

#include "checks/engine/AccessPath.h"
#include "checks/engine/Dataflow.h"
#include "checks/engine/QualifiedNames.h"

#include <algorithm>
#include <map>
#include <set>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;

namespace {

// Of the task: what may be true of it on the paths to here.
enum : std::uint8_t { Pending = 1, Consumed = 2 };

// Which local, and the call that made the task in it.
using Key = std::pair<std::uint32_t, const facts::Event *>;

struct TaskState {
  std::map<Key, std::uint8_t> Tasks;
  bool join(const TaskState &Other) {
    bool Changed = false;
    for (auto [Task, Bits] : Other.Tasks) {
      std::uint8_t &Mine = Tasks[Task];
      Changed |= (Mine | Bits) != Mine;
      Mine |= Bits;
    }
    return Changed;
  }
};

bool throws(const facts::Block &B) {
  for (const facts::Event *E : each(B.events()))
    if (E->kind() == EventKind::Throw)
      return true;
  return false;
}

class TaskFlow {
public:
  TaskFlow(const Program &P, FunctionId Id) : P(P), F(P.function(Id)) {}
  std::vector<LostTask> run();

private:
  struct Creation {
    const facts::Event *Call;
    TaskType Type;
    std::uint32_t Local;
    TaskPlace Where;
  };

  void findCreations();
  const facts::Event *taskCall(const facts::Value *V) const;
  bool isContainer(std::uint32_t Local) const;
  void consume(const facts::Value *V, const facts::Event &E, TaskState &State);
  void consume(const facts::Place &Place, const facts::Event &E,
               TaskState &State);
  void event(const facts::Event &E, TaskState &State);

  const Program &P;
  const ProgramFunction &F;
  std::map<std::uint32_t, const facts::Event *> Calls;
  std::map<const facts::Event *, Creation> Makers; // by what puts it there
  std::map<Key, std::set<const facts::Event *>> Sites;
  std::map<Key, std::uint8_t> AtEnd;
  std::set<Key> Overwritten;
  bool Recording = false;
};

const facts::Event *TaskFlow::taskCall(const facts::Value *V) const {
  if (!V || !V->place() || V->place()->path() ||
      V->place()->root() != PlaceRoot::CallResult)
    return nullptr;
  auto It = Calls.find(V->place()->id());
  return It != Calls.end() && taskType(P, F.Unit, It->second->type())
             ? It->second
             : nullptr;
}

// A container of the standard library, of tasks.
bool TaskFlow::isContainer(std::uint32_t Local) const {
  std::uint32_t Type = (*F.Fact->locals())[Local]->type();
  auto Args = each(P.type(F.Unit, Type)->args());
  return P.typeName(F.Unit, Type).starts_with("std::") && Args.size() > 0 &&
         taskType(P, F.Unit, Args[0]);
}

bool isOneOf(std::string_view Name, std::initializer_list<const char *> List) {
  return std::find(List.begin(), List.end(), lastComponent(Name)) != List.end();
}

// Where the result of a call that returns a task is put into a local: as its
// first or new value, or added to it.
void TaskFlow::findCreations() {
  auto Locals = each(F.Fact->locals());
  for (const facts::Block *B : each(F.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      if (E->kind() == EventKind::Call)
        Calls[E->id()] = E;
      bool Adds = E->kind() == EventKind::Call && E->receiver() &&
                  isOneOf(P.qualifiedName(P.resolve(F.Unit, E->symbol())),
                          {"push_back", "emplace_back", "push_front",
                           "emplace_front", "push", "emplace", "insert"});
      bool Sets =
          E->kind() == EventKind::Construct || E->kind() == EventKind::Assign;
      const facts::Place *Place = Adds   ? E->receiver()->place()
                                  : Sets ? E->place()
                                         : nullptr;
      if (!Place || Place->root() != PlaceRoot::Local || Place->path() ||
          // A static local is not dropped at the end of the block.
          Locals[Place->id()]->is_static())
        continue;
      bool Contains = isContainer(Place->id());
      auto Args = each(E->args());
      const facts::Event *Call =
          taskCall(Adds ? (Args.size() > 0 ? Args[Args.size() - 1] : nullptr)
                        : E->value());
      if (!Call || (Adds && !Contains))
        continue;
      Makers.emplace(
          E, Creation{Call, *taskType(P, F.Unit, Call->type()), Place->id(),
                      Contains ? TaskPlace::Container : TaskPlace::Local});
    }
}

std::vector<LostTask> TaskFlow::run() {
  findCreations();
  if (Makers.empty())
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
        for (auto [Task, Bits] : State.Tasks)
          AtEnd[Task] |= Bits;
  }
  std::vector<LostTask> Result;
  for (const auto &[Maker, C] : Makers) {
    Key Task{C.Local, C.Call};
    std::uint8_t Bits = AtEnd[Task];
    bool IsAll = !(Bits & Consumed);
    // On some paths only it may be a default, and with containers a rest.
    if (!(Bits & Pending) || (!IsAll && (C.Where == TaskPlace::Container ||
                                         Overwritten.contains(Task))))
      continue;
    TaskPlace Where =
        Overwritten.contains(Task) ? TaskPlace::Overwritten : C.Where;
    Result.push_back({C.Call, C.Type, Where, C.Local, IsAll,
                      static_cast<unsigned>(Sites[Task].size())});
  }
  return Result;
}

void TaskFlow::consume(const facts::Value *V, const facts::Event &E,
                       TaskState &State) {
  if (!V)
    return;
  if (V->place())
    consume(*V->place(), E, State);
  for (const facts::CapturedValue *C : each(V->captures()))
    consume(C->value(), E, State);
}

void TaskFlow::consume(const facts::Place &Place, const facts::Event &E,
                       TaskState &State) {
  if (Place.root() != PlaceRoot::Local)
    return;
  for (auto &[Task, Bits] : State.Tasks) {
    if (Task.first != Place.id())
      continue;
    // What follows the first use of an await is part of the same consumption.
    if (Bits & Pending)
      Sites[Task].insert(&E);
    Bits = Consumed;
  }
}

void TaskFlow::event(const facts::Event &E, TaskState &State) {
  if (auto It = Makers.find(&E); It != Makers.end()) {
    const Creation &C = It->second;
    if (C.Where == TaskPlace::Local || E.kind() == EventKind::Assign)
      std::erase_if(State.Tasks, [&](const auto &Item) {
        if (Item.first.first != C.Local)
          return false;
        if (Recording) {
          AtEnd[Item.first] |= Item.second;
          if (Item.second & Pending && Item.first.second != C.Call)
            Overwritten.insert(Item.first);
        }
        return true;
      });
    State.Tasks[{C.Local, C.Call}] = Pending;
    return;
  }
  switch (E.kind()) {
  case EventKind::Throw:
    State.Tasks.clear(); // what follows is unwinding
    return;
  case EventKind::LifetimeEnd:
    if (E.place() && E.place()->root() == PlaceRoot::Local &&
        !E.place()->path())
      std::erase_if(State.Tasks, [&](const auto &Item) {
        if (Item.first.first != E.place()->id())
          return false;
        if (Recording)
          AtEnd[Item.first] |= Item.second;
        return true;
      });
    return;
  case EventKind::Call:
    if (E.implicit() == facts::ImplicitKind::Destructor ||
        E.implicit() == facts::ImplicitKind::Copy)
      return;
    if (E.receiver() && E.receiver()->place() &&
        E.receiver()->place()->root() == PlaceRoot::Local &&
        isContainer(E.receiver()->place()->id()) &&
        isOneOf(P.qualifiedName(P.resolve(F.Unit, E.symbol())),
                {"size", "empty", "reserve", "capacity", "max_size", "clear",
                 "reset", "has_value"}))
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

} // namespace

std::vector<LostTask> findLostTasks(const Program &P, FunctionId F) {
  return TaskFlow(P, F).run();
}

} // namespace gridlock
