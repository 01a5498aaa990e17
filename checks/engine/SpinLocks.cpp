// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/SpinLocks.h"

#include "checks/engine/AccessPath.h"
#include "checks/engine/BlockLoops.h"
#include "checks/engine/QualifiedNames.h"

#include <algorithm>

namespace gridlock {

using facts::AtomicOp;
using facts::EventKind;

namespace {

std::string_view methodOf(const Program &P, SymbolId S) {
  return lastComponent(P.qualifiedName(S));
}

enum class Use { None, Exchange, Write };

// What E does to an atomic of the object.
Use useOf(const Program &P, const ProgramFunction &F, const facts::Event &E) {
  const FactsFile &File = P.unit(F.Unit);
  if (E.kind() == EventKind::Atomic && E.place() &&
      E.place()->root() == facts::PlaceRoot::This)
    switch (E.atomic()) {
    case AtomicOp::Exchange:
    case AtomicOp::CompareExchange:
    case AtomicOp::FetchModify:
      return Use::Exchange;
    case AtomicOp::Store:
      return Use::Write;
    default:
      return Use::None;
    }
  if (E.kind() != EventKind::Call ||
      AccessPath::of(File, E.receiver()).Root != facts::PlaceRoot::This)
    return Use::None;
  SymbolId Callee = P.resolve(F.Unit, E.symbol());
  if (!P.qualifiedName(Callee).starts_with("std::atomic_flag::"))
    return Use::None;
  std::string_view Method = methodOf(P, Callee);
  return Method == "test_and_set" ? Use::Exchange
         : Method == "clear"      ? Use::Write
                                  : Use::None;
}

std::vector<std::uint32_t> blocksWith(const Program &P, FunctionId Id,
                                      bool OrWrite) {
  const ProgramFunction &F = P.function(Id);
  std::vector<std::uint32_t> Result;
  auto Blocks = each(F.Fact->blocks());
  for (std::uint32_t B = 0; B < Blocks.size(); ++B)
    for (const facts::Event *E : each(Blocks[B]->events())) {
      Use Found = useOf(P, F, *E);
      if (Found == Use::Exchange || (OrWrite && Found == Use::Write)) {
        Result.push_back(B);
        break;
      }
    }
  return Result;
}

// Whether each way through F goes through one of BLOCKS: whoever owns the lock
// already does not get past.
bool alwaysPasses(const facts::Function &F,
                  const std::vector<std::uint32_t> &Blocks) {
  auto All = each(F.blocks());
  std::vector<bool> Seen(All.size());
  std::vector<std::uint32_t> Pending{0};
  while (!Pending.empty()) {
    std::uint32_t B = Pending.back();
    Pending.pop_back();
    if (Seen[B] || std::find(Blocks.begin(), Blocks.end(), B) != Blocks.end())
      continue;
    Seen[B] = true;
    if (B == F.exit())
      return false;
    for (const facts::Edge *E : each(All[B]->edges()))
      Pending.push_back(E->to());
  }
  return true;
}

bool spins(const Program &P, FunctionId Id) {
  const facts::Function &F = *P.function(Id).Fact;
  std::vector<std::uint32_t> Blocks = blocksWith(P, Id, false);
  return std::any_of(Blocks.begin(), Blocks.end(),
                     [&](std::uint32_t B) { return !loopOf(F, B).empty(); }) &&
         alwaysPasses(F, Blocks);
}

// Whether the class of S, a method with a body, is such a lock.
bool isOfSpinLock(const Program &P, SymbolId S) {
  const ProgramSymbol &Symbol = P.symbol(S);
  if (Symbol.Body == NoFunction || !Symbol.Fact || Symbol.Fact->record() == 0 ||
      each(Symbol.Fact->params()).size() != 0)
    return false;
  bool Locks = false, Unlocks = false;
  for (std::uint32_t M :
       each(P.type(Symbol.Unit, Symbol.Fact->record())->methods())) {
    SymbolId Method = P.resolve(Symbol.Unit, M);
    FunctionId Body = P.symbol(Method).Body;
    if (Body == NoFunction || each(P.symbol(Method).Fact->params()).size() != 0)
      continue;
    Locks |= methodOf(P, Method) == "lock" && spins(P, Body);
    Unlocks |=
        methodOf(P, Method) == "unlock" && !blocksWith(P, Body, true).empty();
  }
  return Locks && Unlocks;
}

std::unique_ptr<rules::EntryT> entryFor(std::string_view Name) {
  auto Entry = std::make_unique<rules::EntryT>();
  Entry->name = Name;
  Entry->op = "program/spin-lock";
  Entry->library = "program";
  return Entry;
}

} // namespace

std::unique_ptr<rules::EntryT> spinLockMethod(const Program &P, SymbolId S) {
  std::string_view Method = methodOf(P, S);
  if ((Method != "lock" && Method != "unlock" && Method != "try_lock") ||
      !isOfSpinLock(P, S))
    return nullptr;
  auto Entry = entryFor(P.qualifiedName(S));
  Entry->effects = {Method == "lock"     ? rules::Effect::Acquires
                    : Method == "unlock" ? rules::Effect::Releases
                                         : rules::Effect::TryAcquires};
  Entry->lock = -1;
  return Entry;
}

std::unique_ptr<rules::EntryT> spinLockType(std::string_view Name) {
  auto Entry = entryFor(Name);
  Entry->kind = rules::EntryKind::Mutex;
  return Entry;
}

} // namespace gridlock
