// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/OwnLocks.h"

#include "checks/engine/AccessPath.h"
#include "checks/engine/BlockLoops.h"
#include "checks/engine/Classify.h"
#include "checks/engine/QualifiedNames.h"

#include <algorithm>
#include <set>

namespace gridlock {

using facts::AtomicOp;
using facts::EventKind;
using rules::Effect;

namespace {

std::string_view methodOf(const Program &P, SymbolId S) {
  return lastComponent(P.qualifiedName(S));
}

// A method's body, and what it does to parts of its object.
class Body {
public:
  Body(const Program &P, FunctionId Id)
      : P(P), F(P.function(Id)), File(P.unit(F.Unit)) {}

  /// Repeats an exchange: whoever has the lock does not get past.
  bool spins() const {
    const Blocks Found = blocksWith([&](const facts::Event &E) {
      return isAtomic(E, {AtomicOp::Exchange, AtomicOp::CompareExchange,
                          AtomicOp::FetchModify});
    });
    return anyInLoop(Found) && alwaysPasses(Found);
  }

  /// The atomics that it looks at again and again after it has drawn a number
  /// from another.
  std::set<AccessPath> turns() const {
    std::set<AccessPath> Drawn, Result;
    for (const AccessPath &Atomic : atomics({AtomicOp::FetchModify}))
      if (alwaysPasses(blocksWith([&](const facts::Event &E) {
            return isAtomic(E, {AtomicOp::FetchModify}) && path(E) == Atomic;
          })))
        Drawn.insert(Atomic);
    if (Drawn.empty())
      return Result;
    for (const AccessPath &Atomic : atomics({AtomicOp::Load})) {
      const Blocks Looks = blocksWith([&](const facts::Event &E) {
        return isAtomic(E, {AtomicOp::Load}) && path(E) == Atomic;
      });
      if (!Drawn.contains(Atomic) && anyInLoop(Looks) && alwaysPasses(Looks))
        Result.insert(Atomic);
    }
    return Result;
  }

  /// The fields that it sets, if it always comes to a wait on a condition
  /// variable, or to the loop around one, and does not ask who it is.
  std::set<AccessPath>
  setAfterWait(const std::function<bool(SymbolId)> &IsWait) const {
    bool AsksWho = false;
    const Blocks Waits = blocksWith([&](const facts::Event &E) {
      if (E.kind() != EventKind::Call)
        return false;
      const SymbolId Callee = P.resolve(F.Unit, E.symbol());
      const std::string_view Name = methodOf(P, Callee);
      AsksWho |= Name == "get_id" || Name == "pthread_self" || Name == "gettid";
      return IsWait(Callee);
    });
    Blocks Around = Waits;
    for (std::uint32_t B : Waits) {
      const Blocks Loop = loopOf(*F.Fact, B);
      Around.insert(Around.end(), Loop.begin(), Loop.end());
    }
    std::set<AccessPath> Result;
    if (!asksWho(F) && alwaysPasses(Around))
      for (const AccessPath &Field : written())
        if (alwaysPasses(blocksWith([&](const facts::Event &E) {
              return isWrite(E) && path(E) == Field;
            })))
          Result.insert(Field);
    return Result;
  }

  /// The plain fields that it writes.
  std::set<AccessPath> written() const {
    return paths([&](const facts::Event &E) { return isWrite(E); });
  }
  /// The atomics that it changes.
  std::set<AccessPath> changed() const {
    return atomics({AtomicOp::Exchange, AtomicOp::CompareExchange,
                    AtomicOp::FetchModify, AtomicOp::Store});
  }

private:
  using Blocks = std::vector<std::uint32_t>;
  using Test = std::function<bool(const facts::Event &)>;

  // Whether a function, or a lambda that it hands to what it calls, asks for
  // the thread that it runs on.
  bool asksWho(const ProgramFunction &In) const {
    for (const facts::Block *B : each(In.Fact->blocks()))
      for (const facts::Event *E : each(B->events())) {
        const std::string_view Name =
            methodOf(P, P.resolve(In.Unit, E->symbol()));
        if (Name == "get_id" || Name == "pthread_self" || Name == "gettid")
          return true;
        if (&In == &F)
          for (const facts::Value *Arg : each(E->args()))
            if (FunctionId Lambda = callableBody(P, F.Unit, Arg);
                Lambda != NoFunction && asksWho(P.function(Lambda)))
              return true;
      }
    return false;
  }
  AccessPath path(const facts::Event &E) const {
    return AccessPath::of(File, *E.place());
  }
  static bool isOfObject(const facts::Event &E) {
    return E.place() && E.place()->root() == facts::PlaceRoot::This;
  }
  static bool isWrite(const facts::Event &E) {
    return E.kind() == EventKind::Write && isOfObject(E);
  }
  static bool isAtomic(const facts::Event &E,
                       std::initializer_list<AtomicOp> Operations) {
    return E.kind() == EventKind::Atomic && isOfObject(E) &&
           std::find(Operations.begin(), Operations.end(), E.atomic()) !=
               Operations.end();
  }
  std::set<AccessPath> paths(const Test &IsOne) const {
    std::set<AccessPath> Result;
    for (const facts::Block *B : each(F.Fact->blocks()))
      for (const facts::Event *E : each(B->events()))
        if (IsOne(*E))
          Result.insert(path(*E));
    return Result;
  }
  std::set<AccessPath>
  atomics(std::initializer_list<AtomicOp> Operations) const {
    return paths(
        [&](const facts::Event &E) { return isAtomic(E, Operations); });
  }
  Blocks blocksWith(const Test &IsOne) const {
    Blocks Result;
    auto All = each(F.Fact->blocks());
    for (std::uint32_t B = 0; B < All.size(); ++B)
      for (const facts::Event *E : each(All[B]->events()))
        if (IsOne(*E)) {
          Result.push_back(B);
          break;
        }
    return Result;
  }
  bool anyInLoop(const Blocks &Of) const {
    return std::any_of(Of.begin(), Of.end(), [&](std::uint32_t B) {
      return !loopOf(*F.Fact, B).empty();
    });
  }
  // Whether each way through goes through one of these.
  bool alwaysPasses(const Blocks &These) const {
    auto All = each(F.Fact->blocks());
    std::vector<bool> Seen(All.size());
    Blocks Pending{0};
    while (!Pending.empty() && All.size() > 0) {
      std::uint32_t B = Pending.back();
      Pending.pop_back();
      if (Seen[B] || std::find(These.begin(), These.end(), B) != These.end())
        continue;
      Seen[B] = true;
      if (B == F.Fact->exit())
        return false;
      for (const facts::Edge *E : each(All[B]->edges()))
        Pending.push_back(E->to());
    }
    return true;
  }

  const Program &P;
  const ProgramFunction &F;
  const FactsFile &File;
};

bool meet(const std::set<AccessPath> &A, const std::set<AccessPath> &B) {
  return std::any_of(A.begin(), A.end(),
                     [&](const AccessPath &Path) { return B.contains(Path); });
}

enum class Form { None, Spins, Waits };

Form formOf(const Body &Lock, const Body &Unlock,
            const std::function<bool(SymbolId)> &IsWait) {
  if ((Lock.spins() && !Unlock.changed().empty()) ||
      meet(Lock.turns(), Unlock.changed()))
    return Form::Spins;
  return meet(Lock.setAfterWait(IsWait), Unlock.written()) ? Form::Waits
                                                           : Form::None;
}

// What the class of S, a method with a body and no parameters, is; IS_SHARED:
// for its readers.
Form formOfClass(const Program &P, SymbolId S, bool IsShared,
                 const std::function<bool(SymbolId)> &IsWait) {
  const ProgramSymbol &Symbol = P.symbol(S);
  if (Symbol.Body == NoFunction || !Symbol.Fact || Symbol.Fact->record() == 0 ||
      each(Symbol.Fact->params()).size() != 0)
    return Form::None;
  FunctionId Lock = NoFunction, Unlock = NoFunction;
  for (std::uint32_t M :
       each(P.type(Symbol.Unit, Symbol.Fact->record())->methods())) {
    const SymbolId Method = P.resolve(Symbol.Unit, M);
    const FunctionId Body = P.symbol(Method).Body;
    if (Body == NoFunction || each(P.symbol(Method).Fact->params()).size() != 0)
      continue;
    const std::string_view Name = methodOf(P, Method);
    if (Name == (IsShared ? "lock_shared" : "lock"))
      Lock = Body;
    else if (Name == (IsShared ? "unlock_shared" : "unlock"))
      Unlock = Body;
  }
  return Lock == NoFunction || Unlock == NoFunction
             ? Form::None
             : formOf(Body(P, Lock), Body(P, Unlock), IsWait);
}

std::unique_ptr<rules::EntryT> entryFor(std::string_view Name, Form Is) {
  auto Entry = std::make_unique<rules::EntryT>();
  Entry->name = Name;
  Entry->op = Is == Form::Waits ? "program/lock" : "program/spin-lock";
  Entry->library = OwnLockLibrary;
  return Entry;
}

} // namespace

std::unique_ptr<rules::EntryT>
ownLockMethod(const Program &P, SymbolId S,
              const std::function<bool(SymbolId)> &IsWait) {
  constexpr std::string_view Shared = "_shared";
  std::string_view Method = methodOf(P, S);
  const bool IsShared = Method.ends_with(Shared);
  if (IsShared)
    Method.remove_suffix(Shared.size());
  if (Method != "lock" && Method != "unlock" && Method != "try_lock")
    return nullptr;
  const Form Is = formOfClass(P, S, IsShared, IsWait);
  if (Is == Form::None)
    return nullptr;
  auto Entry = entryFor(P.qualifiedName(S), Is);
  Entry->effects = {Method == "lock"     ? Effect::Acquires
                    : Method == "unlock" ? Effect::Releases
                                         : Effect::TryAcquires};
  if (Is == Form::Waits && Method == "lock") {
    Entry->effects.push_back(Effect::Blocks);
    Entry->category = rules::Category::Lock;
    Entry->cost = rules::Cost::Brief;
  }
  Entry->lock = -1;
  Entry->mode = IsShared ? rules::LockMode::Shared : rules::LockMode::Exclusive;
  return Entry;
}

std::unique_ptr<rules::EntryT> ownLockType(std::string_view Name) {
  auto Entry = entryFor(Name, Form::Spins);
  Entry->kind = rules::EntryKind::Mutex;
  return Entry;
}

} // namespace gridlock
