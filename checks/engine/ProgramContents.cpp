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

// What there is in a value or a place.
enum Part : std::uint8_t {
  Holds = MayHold,
  OfLoop = IsOfLoop,
  OfLock = IsOfLock,
  IsCallable = 32,
  MayPass = 64, // as an argument
  Looked = 128  // all of it is known
};
static_assert((MayHold | IsOfLoop | IsOfLock) < IsCallable);

// Collects the bits of one function.
class BodyScan {
public:
  explicit BodyScan(const std::vector<std::uint8_t> &Types) : Types(Types) {}

  // What was seen in one unit is nothing to another.
  void enter(const FactsFile &File) {
    Start = File.bytes().data();
    Seen.assign(File.bytes().size() / Grain + 1, 0);
  }

  void event(const facts::Event &E) {
    // All that is read of the event first: it is one object for as long as
    // nothing is written.
    const EventKind Kind = E.kind();
    const bool InMacro = E.macro() != 0;
    std::uint8_t Here = of(E.type());
    const facts::Value *Receiver = E.receiver(), *Value = E.value();
    const facts::Place *Place = E.place();
    if (Receiver)
      Here |= value(*Receiver);
    if (Value)
      Here |= value(*Value);
    if (Place)
      Here |= place(*Place);
    Bits |= (Kind <= EventKind::MAX ? hasEvent(Kind) : Has::UnknownEvent) |
            (InMacro ? Has::Macro : 0u);
    Parts |= Here;
  }

  // Whether the arguments may pass a callable.
  bool arguments(
      const flatbuffers::Vector<flatbuffers::Offset<facts::Value>> *Args) {
    std::uint8_t All = 0;
    for (const facts::Value *Arg : each(Args))
      All |= value(*Arg);
    Parts |= All;
    return (All & MayPass) != 0;
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

  void start() { Bits = Parts = 0; }
  std::uint32_t bits() const {
    return Bits | (Parts & IsCallable ? Has::Callable : 0u) |
           (Parts & Holds ? Has::HoldsCallable : 0u) |
           (Parts & OfLoop ? Has::OfLoop : 0u) |
           (Parts & OfLock ? Has::OfLock : 0u);
  }
  void add(std::uint32_t More) { Bits |= More; }

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

  // Equal values and places of a file are one thing (FactsShare.h): each is
  // looked at once.
  template <typename Table> std::uint8_t &seen(const Table &At) {
    return Seen[static_cast<std::size_t>(
                    reinterpret_cast<const std::uint8_t *>(&At) - Start) /
                Grain];
  }

  std::uint8_t place(const facts::Place &Place) {
    std::uint8_t &Known = seen(Place);
    if (Known == 0) {
      Known = Looked | of(Place.type());
      for (const facts::Step *Step : each(Place.path()))
        Known |= of(Step->type());
    }
    return Known;
  }

  std::uint8_t value(const facts::Value &V) {
    if (const std::uint8_t Known = seen(V))
      return Known;
    std::uint8_t Here = Looked | of(V.type());
    if (const facts::Place *Place = V.place())
      Here |= place(*Place);
    if (V.kind() == facts::ValueKind::Callable)
      Here |= IsCallable | Holds;
    for (const facts::CapturedValue *C : each(V.captures()))
      if (C->value())
        Here |= value(*C->value());
    for (const facts::Value *Choice : each(V.choices()))
      Here |= value(*Choice);
    Here &= ~(IsTask | IsObject | MayPass); // of parts: nothing to the whole
    if (mayPass(V))
      Here |= MayPass;
    return seen(V) = Here;
  }

  static constexpr std::size_t Grain = alignof(flatbuffers::uoffset_t);
  const std::vector<std::uint8_t> &Types;
  const std::uint8_t *Start = nullptr;
  std::vector<std::uint8_t> Seen; // Part, by place in the file
  std::uint32_t Bits = 0;
  std::uint8_t Parts = 0;
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
      Scan.enter(unit(Fn.Unit));
    }
    Scan.start();
    auto Blocks = each(Fn.Fact->blocks());
    for (std::uint32_t B = 0; B < Blocks.size(); ++B)
      for (const facts::Event *E : each(Blocks[B]->events())) {
        Scan.event(*E);
        const bool Passes = Scan.arguments(E->args());
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
        if (!each(E->args()).empty())
          Flags |= CallEvent::Arguments;
        if (Passes)
          Flags |= CallEvent::MayPass;
        if (!Constructs && (Scan.of(E->type()) & IsTask) != 0)
          Scan.add(Has::Task);
        Scan.add(
            (Flags & CallEvent::Virtual ? Has::VirtualCall : 0u) |
            (Flags & CallEvent::ThroughPointer ? Has::ThroughPointer : 0u) |
            (Flags & CallEvent::Known ? Has::KnownCall : 0u) |
            (Bits & Callee::AwaitSuspend ? Has::AwaitSuspend : 0u));
        Called[F] |= Bits;
        Sites.push_back({E, S, B, Flags});
      }
    Scan.blocks(*Fn.Fact);
    Contents[F] = Scan.bits();
  }
  FirstSite.push_back(Sites.size());
}

} // namespace gridlock
