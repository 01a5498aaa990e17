// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockOperations.h"

#include "checks/engine/Classify.h"
#include "checks/engine/Guards.h"
#include "checks/engine/OwnLocks.h"

#include <optional>

namespace gridlock {

using facts::EventKind;
using facts::ImplicitKind;
using facts::PlaceRoot;
using rules::Effect;

namespace {

// Whether a method only takes, or only releases, one lock in its object.
std::optional<bool> takesOwn(const LockSummary &S, bool Takes) {
  auto IsOwn = [](const AccessPath &Lock) {
    return Lock.Root == PlaceRoot::This;
  };
  if (!S.Guards.empty())
    return std::nullopt;
  // A wait adopts a lock that the caller took, and leaves it held.
  if (S.LeftHeld.size() == 1 && S.Released.empty() && Takes &&
      IsOwn(S.LeftHeld.begin()->first))
    return true;
  if (S.LeftHeld.empty() && S.Released.size() == 1 && !Takes &&
      IsOwn(*S.Released.begin()))
    return false;
  return std::nullopt;
}

GuardSupply guardsFor(const rules::Entry &Method) {
  if (Method.lock() != -1)
    return GuardSupply::None;
  return Method.library() && Method.library()->string_view() == OwnLockLibrary
             ? GuardSupply::Own
             : GuardSupply::Library;
}

} // namespace

std::map<const facts::Event *, LockOperation>
lockOperations(const LockModel &Model, FunctionId Id) {
  const Program &P = Model.program();
  const ProgramFunction &F = P.function(Id);
  const FactsFile &File = P.unit(F.Unit);
  std::map<const facts::Event *, LockOperation> Result;
  auto Event = [&](const CallEvent &C) {
    const facts::Event &E = *C.Event;
    const SymbolId Callee = C.Callee;
    const ProgramSymbol &S = P.symbol(Callee);
    const LockSummary *Summary =
        S.Body == NoFunction ? nullptr : Model.summary(S.Body);
    Program::EntryList Entries = P.entries(Callee);
    if (Callee == 0 || (Entries.empty() && !Summary) ||
        C.is(CallEvent::Constructs) ||
        E.implicit() == ImplicitKind::Destructor ||
        (S.Fact->record() != 0 && guardType(P, S.Unit, S.Fact->record())))
      return;
    for (const rules::Entry *Entry : Entries) {
      bool Takes =
          does(*Entry, Effect::Acquires) && !does(*Entry, Effect::TryAcquires);
      if (Entry->async() || Entry->lock() < -1 ||
          (!Takes && !does(*Entry, Effect::Releases)))
        continue;
      if (AccessPath Lock = lockArgument(P, Id, E, Entry->lock()))
        Result.emplace(&E, LockOperation{Lock, Takes, guardsFor(*Entry)});
    }
    if (!Summary || P.isCoroutine(S.Body))
      return;
    AccessPath Object = AccessPath::of(File, E.receiver());
    bool IsThis = Object.Root == PlaceRoot::This && Object.Steps.empty();
    // A method of a lock class, not one that locks a part of a larger object.
    if (Object && !IsThis)
      if (auto Takes = takesOwn(*Summary, Model.takes(S.Body)))
        Result.emplace(&E, LockOperation{Object, *Takes, GuardSupply::Own});
  };
  for (const CallEvent &C : P.callEvents(Id))
    Event(C);
  return Result;
}

bool zeroIsTaken(const Program &P, std::uint32_t Unit, const facts::Event &E,
                 const rules::Entry &Entry) {
  std::string_view Result;
  if (const rules::Monitor *M = Entry.monitor(); M && M->signature())
    Result = M->signature()->string_view();
  Result = Result.substr(0, Result.find('('));
  return P.typeName(Unit, E.type()).find("ool") == std::string_view::npos &&
         Result.find("ool") == std::string_view::npos;
}

bool tellsError(const Program &P, std::uint32_t Unit, const facts::Event &E,
                const rules::Entry &Entry) {
  return E.kind() == EventKind::Call && does(Entry, Effect::Acquires) &&
         !does(Entry, Effect::TryAcquires) && Entry.lock() >= 0 &&
         P.typeName(Unit, E.type()) == "int";
}

} // namespace gridlock
