// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tasks that only a reference keeps (declared in TaskFlow.h).
#include "checks/tasks/TaskFlow.h"

#include <map>
#include <set>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;
using facts::ValueKind;

namespace {

class Uses {
public:
  Uses(const Program &P, std::uint32_t Unit) : P(P), Unit(Unit) {}

  void add(const facts::Value *V) {
    if (!V)
      return;
    // What a conditional or an initialiser list refers to is not told.
    if (V->kind() == ValueKind::Unknown &&
        taskType(P, Unit, P.withoutReference(Unit, V->type())))
      SomeUnknown = true;
    add(V->place());
    for (const facts::CapturedValue *C : each(V->captures()))
      add(C->value());
  }
  void add(const facts::Place *Place) {
    if (Place && Place->root() == PlaceRoot::CallResult)
      Results.insert(Place->id());
  }

  bool SomeUnknown = false;
  std::set<std::uint32_t> Results;

private:
  const Program &P;
  const std::uint32_t Unit;
};

} // namespace

std::vector<const facts::Event *> findUnusedTasks(const Program &P,
                                                  FunctionId Id) {
  const ProgramFunction &F = P.function(Id);
  Uses Used(P, F.Unit);
  std::vector<const facts::Event *> Made;
  std::set<std::uint32_t> Ended;
  for (const facts::Block *B : each(F.Fact->blocks())) {
    for (const facts::Event *E : each(B->events())) {
      if (E->kind() == EventKind::Call && !E->discarded() &&
          E->implicit() == facts::ImplicitKind::None &&
          taskType(P, F.Unit, E->type()))
        Made.push_back(E);
      if (E->kind() == EventKind::LifetimeEnd) {
        if (E->place() && E->place()->root() == PlaceRoot::CallResult &&
            !E->place()->path())
          Ended.insert(E->place()->id());
        continue;
      }
      if (E->implicit() == facts::ImplicitKind::Destructor ||
          E->implicit() == facts::ImplicitKind::Copy)
        continue;
      Used.add(E->receiver());
      Used.add(E->value());
      Used.add(E->place());
      for (const facts::Value *Arg : each(E->args()))
        Used.add(Arg);
    }
    for (const facts::Edge *E : each(B->edges()))
      if (E->predicate()) {
        Used.add(E->predicate()->left());
        Used.add(E->predicate()->right());
      }
  }
  if (Used.SomeUnknown)
    return {};
  std::erase_if(Made, [&](const facts::Event *E) {
    return Used.Results.contains(E->id()) || !Ended.contains(E->id());
  });
  return Made;
}

} // namespace gridlock
