// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/UserCallbacks.h"

#include "checks/engine/QualifiedNames.h"
#include "checks/engine/Trace.h"
#include "checks/locks/LockText.h"

#include <algorithm>
#include <cctype>

namespace gridlock {

using facts::Dispatch;
using facts::StepKind;
using facts::TypeKind;

namespace {

// Types whose call is a call of whatever the user put in.
bool holdsCallable(std::string_view Operator) {
  constexpr std::string_view Call = "::operator()";
  if (!Operator.ends_with(Call))
    return false;
  Operator.remove_suffix(Call.size());
  constexpr std::string_view Types[] = {
      "::function",          "::move_only_function",
      "::copyable_function", "::function_ref",
      "::Function",          "::AnyInvocable",
      "::any_invocable",     "::signal",
      "::packaged_task",     "::unique_function"};
  return std::any_of(std::begin(Types), std::end(Types),
                     [&](std::string_view T) { return Operator.ends_with(T); });
}

// Containers, by their usual names: others hold one callable.
bool isList(std::string_view Type) {
  const std::string Name =
      lowerCase(lastComponent(Type.substr(0, Type.find('<'))));
  constexpr std::string_view Words[] = {"vector", "list", "deque", "map",
                                        "hash",   "set",  "array"};
  return std::any_of(std::begin(Words), std::end(Words), [&](auto Word) {
    return Name.find(Word) != std::string::npos;
  });
}

class Judge {
public:
  Judge(const LockModel &Model, FunctionId Id, const facts::Event &E,
        const HeldSite &Site)
      : Model(Model), P(Model.program()), Calls(Model.calls()), Id(Id),
        F(P.function(Id)), E(E), Site(Site),
        Callee(P.resolve(F.Unit, E.symbol())) {}
  std::optional<UserCallback> judge() const;

private:
  std::optional<UserCallback> invoked() const;
  bool tellsOrMakes() const;
  bool hasContext() const;
  bool isHook() const;
  std::string_view classOf(FunctionId Body) const;
  bool isUsers(const std::vector<CallEdge> &Targets) const;
  bool isTold() const;
  std::vector<std::string_view> ownLists() const;
  bool isSubscribed(const std::vector<CallEdge> &Targets) const;
  std::string quoteCallback(const AccessPath &Path) const;

  const LockModel &Model;
  const Program &P;
  const CallGraph &Calls;
  FunctionId Id;
  const ProgramFunction &F;
  const facts::Event &E;
  const HeldSite &Site;
  SymbolId Callee;
};

// A member's or global's own name, else the list that it is one of: a local, an
// iterator or what the compiler made for a loop, says less.
std::string Judge::quoteCallback(const AccessPath &Path) const {
  std::string Name = quoteLock(P, Id, Path);
  if (hasName(Path))
    return "callback " + Name;
  if (const std::vector<std::string_view> Lists = ownLists(); Lists.size() == 1)
    return "a callback of list '" + std::string(classOf(Id)) +
           "::" + std::string(Lists.front()) + "'";
  return Name.starts_with("'") && !Name.starts_with("'__")
             ? "callback " + Name
             : "a callback of a list";
}

// std::invoke and its like of what a member or global holds.
std::optional<UserCallback> Judge::invoked() const {
  for (const rules::Entry *Entry : P.entries(Callee)) {
    if (!does(*Entry, rules::Effect::RunsCallable) ||
        Entry->where() != rules::Where::Now)
      continue;
    const facts::Value *V = argument(E, Entry->callable());
    if (!V)
      continue;
    AccessPath Path = AccessPath::of(P.unit(F.Unit), V);
    std::string Type(
        P.typeName(F.Unit, P.withoutReference(F.Unit, typeOf(*V))));
    if (!nameOf(Path).Text.empty() && holdsCallable(Type + "::operator()") &&
        bodiesIn(Calls, Id, V).empty())
      return UserCallback{quoteCallback(Path),
                          Calls.callables().mayBeForeign(Id, V) &&
                              tellsOrMakes(),
                          Precision::Medium};
  }
  return std::nullopt;
}

// Whether it gives nothing, or an object: it is told of something or makes
// something. Numbers and truth values are given by comparators and the like,
// times by clocks.
bool Judge::tellsOrMakes() const {
  const facts::Type *Result = P.type(F.Unit, E.type());
  std::string_view Name = P.text(F.Unit, Result->name());
  switch (Result->kind()) {
  case TypeKind::Enum:
    return false;
  case TypeKind::Builtin:
  case TypeKind::Other:
    return Name == "void" || Name.empty();
  default:
    return !Name.starts_with("std::chrono::");
  }
}

// A function pointer that is called with what its owner keeps for it: a user's
// data.
bool Judge::hasContext() const {
  const FactsFile &File = P.unit(F.Unit);
  AccessPath Pointer = AccessPath::of(File, E.receiver());
  auto LastField = [](const AccessPath &Path) -> const PathStep * {
    for (auto S = Path.Steps.rbegin(); S != Path.Steps.rend(); ++S)
      if (S->Kind == StepKind::Field)
        return &*S;
    return nullptr;
  };
  const PathStep *Own = LastField(Pointer);
  auto Args = each(E.args());
  return std::any_of(Args.begin(), Args.end(), [&](const facts::Value *V) {
    AccessPath Data = AccessPath::of(File, V);
    std::uint32_t Type = P.withoutReference(F.Unit, typeOf(*V));
    std::uint32_t To = P.type(F.Unit, Type)->pointee();
    bool IsUntyped = P.type(F.Unit, Type)->kind() == TypeKind::Pointer &&
                     P.typeName(F.Unit, To) == "void";
    const PathStep *Field = LastField(Data);
    // Where both are globals, they have no owner.
    return IsUntyped && V->kind() == facts::ValueKind::Place &&
           (Own ? Field && Field->Owner == Own->Owner
                : Data.Root == facts::PlaceRoot::Global);
  });
}

// A virtual function that tells an observer of something.
bool Judge::isHook() const {
  if (!hasFlag(P.symbol(Callee).Fact->flags(), facts::SymbolFlag::Pure) ||
      P.typeName(F.Unit, E.type()) != "void")
    return false;
  AccessPath Object = AccessPath::of(P.unit(F.Unit), E.receiver());
  std::string_view Method = lastComponent(P.qualifiedName(Callee));
  if (Method.size() > 2 &&
      (Method.starts_with("on") || Method.starts_with("On")) &&
      (Method[2] == '_' || std::isupper(static_cast<unsigned char>(Method[2]))))
    return true;
  const std::string Name = lowerCase(P.qualifiedName(Callee));
  constexpr std::string_view Words[] = {"listener", "observer",   "callback",
                                        "delegate", "subscriber", "watcher",
                                        "notif",    "handler"};
  return std::any_of(std::begin(Words), std::end(Words), [&](auto Word) {
    return Name.find(Word) != std::string::npos;
  });
}

std::string_view Judge::classOf(FunctionId Body) const {
  const ProgramSymbol &S = P.symbol(P.enclosing(P.function(Body).Symbol));
  return S.Fact->record() == 0 ? std::string_view()
                               : P.typeName(S.Unit, S.Fact->record());
}

// Whether code of another class is called that has to do with locks.
bool Judge::isUsers(const std::vector<CallEdge> &Targets) const {
  auto File = [&](FunctionId Body) {
    return P.locate(P.function(Body).Unit, P.function(Body).Fact->begin()).File;
  };
  const std::string_view Own = classOf(Id);
  return std::any_of(Targets.begin(), Targets.end(), [&](const CallEdge &Edge) {
    return Model.takes(Edge.Target) &&
           (Own.empty() ? File(Edge.Target) != File(Id)
                        : classOf(Edge.Target) != Own);
  });
}

// Whether it gets the object that has the lock: it is meant to call it.
bool Judge::isTold() const {
  if (Site.Function != Id)
    return false;
  const FactsFile &File = P.unit(F.Unit);
  auto WithoutEnd = [](AccessPath Path, StepKind End) {
    while (!Path.Steps.empty() && Path.Steps.back().Kind == End)
      Path.Steps.pop_back();
    return Path;
  };
  auto Args = each(E.args());
  return std::any_of(
      Site.Locks.begin(), Site.Locks.end(), [&](const HeldLockAt &Held) {
        if (Held.Lock.Root == facts::PlaceRoot::Global)
          return false;
        const AccessPath Owner =
            WithoutEnd(WithoutEnd(Held.Lock, StepKind::Field), StepKind::Deref);
        return std::any_of(Args.begin(), Args.end(), [&](const auto *Arg) {
          return Owner && Owner.Steps.size() < Held.Lock.Steps.size() &&
                 WithoutEnd(AccessPath::of(File, Arg), StepKind::Deref) ==
                     Owner;
        });
      });
}

// The lists, members of the function's own class, that what it calls may be one
// of.
std::vector<std::string_view> Judge::ownLists() const {
  const ProgramSymbol &S = P.symbol(P.enclosing(F.Symbol));
  if (S.Fact->record() == 0 || !E.receiver())
    return {};
  const CallableFlow &Flow = Calls.callables();
  const std::vector<CallableFlow::NodeId> Holders =
      Flow.origins(Id, E.receiver()).Holders;
  std::vector<std::string_view> Found;
  for (const facts::Field *Field :
       each(P.type(S.Unit, S.Fact->record())->fields())) {
    const std::string_view Name = P.text(S.Unit, Field->name());
    if (isList(P.typeName(S.Unit, Field->type())) &&
        std::find(Holders.begin(), Holders.end(),
                  Flow.holderOf(S.Unit, S.Fact->record(), Name)) !=
            Holders.end())
      Found.push_back(Name);
  }
  return Found;
}

// Whether code of other classes adds to such a list what it likes.
bool Judge::isSubscribed(const std::vector<CallEdge> &Targets) const {
  const std::string_view Own = classOf(Id);
  return !Own.empty() &&
         std::any_of(Targets.begin(), Targets.end(),
                     [&](const CallEdge &Edge) {
                       return classOf(Edge.Target) != Own;
                     }) &&
         !ownLists().empty();
}

std::optional<UserCallback> Judge::judge() const {
  std::vector<CallEdge> Targets;
  if (E.kind() != facts::EventKind::Call)
    return std::nullopt;
  Resolution Known = Calls.follow(Id, E, Targets);
  if (Known == Resolution::Classified)
    return invoked();
  const bool Through = CallableFlow::callsThrough(P, Id, E);
  const bool IsForeign =
      Through && Calls.callables().mayBeForeign(Id, E.receiver());
  const bool IsKnown =
      !IsForeign && (Known != Resolution::Unresolved || !Targets.empty());
  // What is only passed is told to who calls.
  const bool IsKept =
      Through && !Calls.callables().origins(Id, E.receiver()).Holders.empty();
  const bool IsUsers =
      IsKnown &&
      ((E.dispatch() == Dispatch::Virtual && isUsers(Targets)) ||
       (IsKept && (isUsers(Targets) || isTold() || isSubscribed(Targets))));
  if (IsKnown && !IsUsers)
    return std::nullopt;
  AccessPath Path = AccessPath::of(P.unit(F.Unit), E.receiver());
  if (E.dispatch() == Dispatch::Indirect)
    return UserCallback{Path ? "function pointer " + quoteLock(P, Id, Path)
                             : std::string("a function pointer"),
                        (IsForeign || IsUsers) && tellsOrMakes() &&
                            hasContext(),
                        Precision::Low, IsKnown};
  if (Path && holdsCallable(P.qualifiedName(Callee)))
    return UserCallback{quoteCallback(Path),
                        (IsForeign || IsUsers) && tellsOrMakes(),
                        Precision::Medium, IsKnown};
  if (E.dispatch() == Dispatch::Virtual)
    return UserCallback{"virtual function " + describe(P, Callee), isHook(),
                        Precision::Low, IsKnown};
  return std::nullopt;
}

} // namespace

std::optional<UserCallback> userCallback(const LockModel &Model, FunctionId F,
                                         const facts::Event &E,
                                         const HeldSite &Site) {
  std::optional<UserCallback> C = Judge(Model, F, E, Site).judge();
  return C && (C->IsRegistered || !C->IsKnown) ? C : std::nullopt;
}

} // namespace gridlock
