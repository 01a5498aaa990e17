// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What Program keeps of types, symbols and bodies so that passes need not read
// them (Contents.h).
#include "checks/engine/CallableTypes.h"
#include "checks/engine/Dataflow.h"
#include "checks/engine/Program.h"
#include "checks/engine/QualifiedNames.h"

#include <algorithm>
#include <map>

namespace gridlock {

using facts::EventKind;

namespace {

// Fits beside CallEvent's flags; the reader refuses functions with more.
static_assert(sizeof(CallEvent) == 16);

enum TypeBit : std::uint8_t {
  MayHold = 1,
  IsTask = 2,
  IsOfLoop = 4,
  IsOfLock = 8,
  IsObject = 16 // of a class, or refers or points to such
};

std::uint32_t bitsOf(std::uint8_t Type) {
  return (Type & MayHold ? Has::HoldsCallable : 0u) |
         (Type & IsOfLoop ? Has::OfLoop : 0u) |
         (Type & IsOfLock ? Has::OfLock : 0u);
}

// Collects the bits of one function.
class BodyScan {
public:
  explicit BodyScan(const std::vector<std::uint8_t> &Types) : Types(Types) {}

  void event(const facts::Event &E) {
    Bits |= E.kind() <= EventKind::MAX ? hasEvent(E.kind()) : Has::UnknownEvent;
    if (E.macro() != 0)
      Bits |= Has::Macro;
    type(E.type());
    value(E.receiver());
    for (const facts::Value *Arg : each(E.args()))
      value(Arg);
    value(E.value());
    place(E.place());
  }

  // As CallableFlow sees it; what has no type may be anything, and classes may
  // hide what they keep.
  bool mayPass(const facts::Value &Arg) const {
    if (Arg.kind() == facts::ValueKind::Callable || Arg.choices())
      return true;
    if (!Arg.place())
      return false;
    auto Steps = each(Arg.place()->path());
    std::uint32_t Own =
        Steps.empty() ? Arg.place()->type() : Steps[Steps.size() - 1]->type();
    if (Own == 0)
      Own = Arg.type();
    return Own == 0 || (of(Own) & (MayHold | IsObject)) != 0;
  }

  void blocks(const facts::Function &F) {
    auto Blocks = each(F.blocks());
    for (const facts::Block *B : Blocks) {
      if (B->no_return())
        Bits |= Has::Unreached;
      for (const facts::Edge *E : each(B->edges()))
        if (E->back())
          Bits |= Has::BackEdge;
    }
    if (!isReachedForward(F) && reachableBlocks(F).size() != Blocks.size())
      Bits |= Has::Unreached;
  }

  std::uint8_t of(std::uint32_t Type) const {
    return Type < Types.size() ? Types[Type] : 0;
  }

  std::uint32_t Bits = 0;

private:
  // Whether edges from block to later block reach all of them: so it is for
  // most, and known without the general search. Few blocks: one bit for each.
  static bool isReachedForward(const facts::Function &F) {
    auto Blocks = each(F.blocks());
    if (Blocks.empty() || Blocks.size() > 64)
      return false;
    std::uint64_t Reached = 1;
    for (std::uint32_t B = 0; B < Blocks.size(); ++B) {
      if ((Reached >> B & 1) == 0)
        return false;
      if (!Blocks[B]->no_return())
        for (const facts::Edge *E : each(Blocks[B]->edges()))
          Reached |= std::uint64_t(1) << E->to();
    }
    return true;
  }

  void type(std::uint32_t Type) { Bits |= bitsOf(of(Type)); }
  void place(const facts::Place *Place) {
    if (!Place)
      return;
    type(Place->type());
    for (const facts::Step *Step : each(Place->path()))
      type(Step->type());
  }
  void value(const facts::Value *V) {
    if (!V)
      return;
    type(V->type());
    place(V->place());
    if (V->kind() == facts::ValueKind::Callable)
      Bits |= Has::Callable | Has::HoldsCallable;
    for (const facts::CapturedValue *C : each(V->captures()))
      value(C->value());
    for (const facts::Value *Choice : each(V->choices()))
      value(Choice);
  }

  const std::vector<std::uint8_t> &Types;
};

} // namespace

void Program::noteTypes() {
  std::map<std::vector<const rules::Entry *>, std::uint32_t> Lists;
  TypeLists.emplace_back();
  Lists.emplace(TypeLists.front(), 0);
  for (std::uint32_t U = 0; U < Units.size(); ++U) {
    auto Types = each(unit(U).root().types());
    UnitData &Unit = Units[U];
    Unit.TypeList.assign(Types.size(), 0);
    for (std::uint32_t T = 1; T < Types.size(); ++T) {
      auto It = EntriesByName.find(typeName(U, T));
      if (It == EntriesByName.end())
        continue;
      std::vector<const rules::Entry *> Found;
      for (const rules::Entry *E : It->second)
        if (E->kind() != rules::EntryKind::Function)
          Found.push_back(E);
      auto [List, New] = Lists.try_emplace(
          Found, static_cast<std::uint32_t>(TypeLists.size()));
      if (New)
        TypeLists.push_back(std::move(Found));
      Unit.TypeList[T] = List->second;
    }
  }
}

// Needs the bodies and entries of symbols.
void Program::noteSymbols() {
  constexpr std::string_view Operator = "operator()";
  for (SymbolId S = 1; S < Symbols.size(); ++S) {
    ProgramSymbol &Symbol = Symbols[S];
    std::uint64_t Bits = 0;
    for (const rules::Entry *E : entries(S)) {
      Bits |= Callee::KnownEntry;
      for (auto Effect : each(E->effects()))
        Bits |= callsEffect(static_cast<rules::Effect>(Effect));
    }
    if (std::uint32_t Record = Symbol.Fact->record())
      for (const rules::Entry *E : typeEntries(Symbol.Unit, Record))
        Bits |= E->kind() == rules::EntryKind::Guard   ? Callee::OfGuard
                : E->kind() == rules::EntryKind::Mutex ? Callee::OfMutex
                                                       : Callee::OfKnown;
    if (hasFlag(Symbol.Flags, facts::SymbolFlag::CopyOrMove))
      Bits |= Callee::CopyOrMove;
    if (Symbol.Body != NoFunction && isCoroutine(Symbol.Body))
      Bits |= Callee::MakesTask;
    std::string_view Name = Symbol.Qualified;
    std::string_view Last = lastComponent(Name);
    if (Last.starts_with("emplace") || Last.starts_with("make_") ||
        Last.starts_with("allocate_") || Last == "try_emplace")
      Bits |= Callee::MakesInPlace;
    if (Last.size() != Name.size()) {
      bool OfHandle = CallableTypes::isCoroutineHandle(
          Name.substr(0, Name.size() - Last.size() - 2));
      if (OfHandle && (Last == Operator || Last == "resume"))
        Bits |= Callee::Resumes;
      if (Last == Operator && !OfHandle && Symbol.Body == NoFunction)
        Bits |= Callee::CallsHeld;
      if (Last == "await_suspend")
        Bits |= Callee::AwaitSuspend;
    }
    if (Symbol.Body != NoFunction)
      Bits |= Callee::HasBody;
    Symbol.Bits = Bits;
  }
}

// What the bits say of each type of a unit, in order.
std::vector<std::uint8_t> Program::typeBits(std::uint32_t Unit) const {
  auto Types = each(unit(Unit).root().types());
  std::vector<std::uint8_t> Result(Types.size(), 0);
  for (std::uint32_t T = 1; T < Types.size(); ++T) {
    std::uint8_t &Bits = Result[T];
    if (Callables->holds(Unit, T) || Callables->executor(Unit, T) != 0)
      Bits |= MayHold;
    std::uint32_t Behind = withoutReference(Unit, T);
    if (type(Unit, Behind)->kind() == facts::TypeKind::Pointer)
      Behind = type(Unit, Behind)->pointee();
    if (type(Unit, Behind)->kind() == facts::TypeKind::Record)
      Bits |= IsObject;
    if (isOfLoop(typeName(Unit, Behind)))
      Bits |= IsOfLoop;
    for (const rules::Entry *E : typeEntries(Unit, Behind))
      if (E->kind() == rules::EntryKind::Guard ||
          E->kind() == rules::EntryKind::Mutex)
        Bits |= IsOfLock;
    if (Types[T]->promise())
      Bits |= IsTask;
    for (const rules::Entry *E : typeEntries(Unit, T))
      if (E->kind() == rules::EntryKind::Task)
        Bits |= IsTask;
  }
  return Result;
}

void Program::scanBodies() {
  Contents.assign(Functions.size(), 0);
  Called.assign(Functions.size(), 0);
  FirstSite.reserve(Functions.size() + 1);
  // More than there are: what isn't written takes no memory, and growing would
  // copy all of them each time.
  constexpr std::size_t LeastOfCall = 64; // bytes in a facts file
  std::size_t Bytes = 0;
  for (std::uint32_t U = 0; U < Units.size(); ++U)
    Bytes += Units[U].Facts->mappedSize();
  Sites.reserve(Bytes / LeastOfCall);
  std::vector<std::uint8_t> Types;
  std::uint32_t TypesOf = ~0u;
  BodyScan Scan(Types);
  for (FunctionId F = 0; F < Functions.size(); ++F) {
    FirstSite.push_back(Sites.size());
    const ProgramFunction &Fn = function(F);
    if (Fn.Unit != TypesOf) {
      Types = typeBits(Fn.Unit);
      TypesOf = Fn.Unit;
    }
    Scan.Bits = 0;
    auto Blocks = each(Fn.Fact->blocks());
    for (std::uint32_t B = 0; B < Blocks.size(); ++B)
      for (const facts::Event *E : each(Blocks[B]->events())) {
        Scan.event(*E);
        bool Constructs = E->kind() == EventKind::Construct;
        if (E->kind() != EventKind::Call && !Constructs)
          continue;
        SymbolId S = resolve(Fn.Unit, E->symbol());
        const std::uint64_t Bits = Symbols[S].Bits;
        std::uint8_t Flags = Constructs ? CallEvent::Constructs : 0;
        if (E->dispatch() == facts::Dispatch::Virtual)
          Flags |= CallEvent::Virtual;
        if (!Constructs && E->receiver() &&
            (E->dispatch() == facts::Dispatch::Indirect ||
             (Bits & Callee::CallsHeld) != 0))
          Flags |= CallEvent::ThroughPointer;
        if (E->implicit() != facts::ImplicitKind::None)
          Flags |= CallEvent::Implicit;
        if ((Bits & (Callee::KnownEntry | Callee::OfGuard | Callee::OfMutex |
                     Callee::OfKnown)) != 0)
          Flags |= CallEvent::Known;
        auto Args = each(E->args());
        if (!Args.empty())
          Flags |= CallEvent::Arguments;
        for (const facts::Value *Arg : Args)
          if (Scan.mayPass(*Arg))
            Flags |= CallEvent::MayPass;
        if (!Constructs && (Scan.of(E->type()) & IsTask) != 0)
          Scan.Bits |= Has::Task;
        Scan.Bits |=
            (Flags & CallEvent::Virtual ? Has::VirtualCall : 0u) |
            (Flags & CallEvent::ThroughPointer ? Has::ThroughPointer : 0u) |
            (Flags & CallEvent::Known ? Has::KnownCall : 0u) |
            (Bits & Callee::AwaitSuspend ? Has::AwaitSuspend : 0u);
        Called[F] |= Bits;
        Sites.push_back({E, S, B, Flags});
      }
    Scan.blocks(*Fn.Fact);
    Contents[F] = Scan.Bits;
  }
  FirstSite.push_back(Sites.size());
}

} // namespace gridlock
