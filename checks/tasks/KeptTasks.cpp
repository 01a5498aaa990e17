// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/tasks/KeptTasks.h"

#include <map>
#include <set>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;
using facts::StepKind;

namespace {

class Members {
public:
  explicit Members(const Program &P) : P(P) {}
  std::vector<KeptTask> run();

private:
  using Event = facts::Event;
  std::string name(std::uint32_t Unit, const facts::Step &S) const;
  void store(FunctionId F, const Event &E,
             const std::map<std::uint32_t, const Event *> &Calls);
  void use(std::uint32_t Unit, const facts::Value *V);
  void use(std::uint32_t Unit, const facts::Place *Place);
  void uses(std::uint32_t Unit, const Event &E);

  const Program &P;
  std::vector<KeptTask> Stored;
  std::set<std::string> Names, Used;
};

std::string Members::name(std::uint32_t Unit, const facts::Step &S) const {
  return std::string(P.text(Unit, S.owner())) +
         "::" + std::string(P.text(Unit, S.name()));
}

// The result of a call goes into a member of task type.
void Members::store(FunctionId F, const Event &E,
                    const std::map<std::uint32_t, const Event *> &Calls) {
  if (E.kind() != EventKind::Assign || !E.place() || !E.value() ||
      !E.value()->place() || E.value()->place()->path() ||
      E.value()->place()->root() != PlaceRoot::CallResult)
    return;
  auto Steps = each(E.place()->path());
  auto Call = Calls.find(E.value()->place()->id());
  std::uint32_t Unit = P.function(F).Unit;
  if (Steps.size() == 0 || Call == Calls.end() ||
      Steps[Steps.size() - 1]->kind() != StepKind::Field ||
      !taskType(P, Unit, Call->second->type()) ||
      !taskType(P, Unit, Steps[Steps.size() - 1]->type()))
    return;
  std::string Name = name(Unit, *Steps[Steps.size() - 1]);
  Names.insert(Name);
  Stored.push_back({F, Call->second, std::move(Name)});
}

void Members::use(std::uint32_t Unit, const facts::Value *V) {
  if (!V)
    return;
  use(Unit, V->place());
  for (const facts::CapturedValue *C : each(V->captures()))
    use(Unit, C->value());
}

void Members::use(std::uint32_t Unit, const facts::Place *Place) {
  for (const facts::Step *S : each(Place ? Place->path() : nullptr))
    if (S->kind() == StepKind::Field)
      if (std::string Name = name(Unit, *S); Names.contains(Name))
        Used.insert(std::move(Name));
}

void Members::uses(std::uint32_t Unit, const Event &E) {
  if (E.implicit() == facts::ImplicitKind::Destructor ||
      E.implicit() == facts::ImplicitKind::Copy)
    return;
  bool OnlyStores =
      E.kind() == EventKind::Assign || E.kind() == EventKind::Write ||
      E.kind() == EventKind::Construct || E.kind() == EventKind::LifetimeEnd;
  if (!OnlyStores)
    use(Unit, E.place());
  use(Unit, E.receiver());
  use(Unit, E.value());
  for (const facts::Value *Arg : each(E.args()))
    use(Unit, Arg);
}

std::vector<KeptTask> Members::run() {
  for (FunctionId F = 0; F < P.functions().size(); ++F) {
    if (P.isSystem(F) || !P.has(F, Has::Task) ||
        !P.has(F, hasEvent(EventKind::Assign)))
      continue;
    std::map<std::uint32_t, const Event *> Calls;
    for (const facts::Block *B : each(P.function(F).Fact->blocks()))
      for (const Event *E : each(B->events())) {
        if (E->kind() == EventKind::Call)
          Calls[E->id()] = E;
        store(F, *E, Calls);
      }
  }
  if (Stored.empty())
    return {};
  for (const ProgramFunction &F : P.functions())
    for (const facts::Block *B : each(F.Fact->blocks()))
      for (const Event *E : each(B->events()))
        uses(F.Unit, *E);
  std::erase_if(Stored,
                [&](const KeptTask &T) { return Used.contains(T.Member); });
  return std::move(Stored);
}

} // namespace

std::vector<KeptTask> findKeptTasks(const Program &P) {
  return Members(P).run();
}

} // namespace gridlock
