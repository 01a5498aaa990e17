// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/ValueFlow.h"

#include "checks/engine/Awaiters.h"
#include "checks/engine/Classify.h"
#include "checks/engine/Dataflow.h"
#include "checks/engine/DeadBlocks.h"
#include "checks/engine/EmptyEnds.h"
#include "checks/engine/ModeFunctions.h"

#include <algorithm>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;
using facts::ValueKind;
using rules::Effect;

namespace {

// Linux values; O_NONBLOCK, SOCK_NONBLOCK, EFD_NONBLOCK and their like are one
// bit.
constexpr std::int64_t NonBlockBit = 04000;
constexpr std::int64_t SetFlags = 4;         // F_SETFL
constexpr std::int64_t SetNonBlock = 0x5421; // FIONBIO
constexpr std::int64_t SetBioMode = 102;     // BIO_C_SET_NBIO

// 0 if all parts are, 1 if one surely isn't. What a name or a text makes of an
// object is not told by its number.
std::optional<std::int64_t> numberOfParts(const facts::Event &E) {
  bool AllZero = true;
  for (const facts::Value *Part : each(E.args())) {
    bool IsConstant = Part->kind() == ValueKind::Constant &&
                      (E.value() || (Part->text() == 0 && !Part->flags()));
    if (IsConstant && Part->integer() != 0)
      return 1;
    AllZero &= IsConstant || Part->kind() == ValueKind::Null;
  }
  return AllZero ? std::optional<std::int64_t>(0) : std::nullopt;
}

Mark modeOfFlag(std::string_view Name) {
  const bool IsCleared = Name.ends_with("=0");
  if (IsCleared)
    Name.remove_suffix(2);
  if (!Name.ends_with("_NONBLOCK") && !Name.ends_with("_NDELAY"))
    return Mark::Unknown;
  return IsCleared ? Mark::Blocking : Mark::NonBlocking;
}

// What is moved away is another's, and who is given a future may ask it.
void forgetGiven(const Program &P, std::uint32_t Unit, const facts::Event &E,
                 Marks &State) {
  auto Forget = [&](const facts::Value *V) {
    if (!V)
      return;
    if (V->moved() || isFuture(P, Unit, typeOf(*V)))
      State.forget(AccessPath::of(P.unit(Unit), V));
    for (const facts::CapturedValue *C : each(V->captures()))
      if (C->value() && (C->mode() == facts::CaptureMode::ByMove ||
                         isFuture(P, Unit, typeOf(*C->value()))))
        State.forget(AccessPath::of(P.unit(Unit), C->value()));
  };
  for (const facts::Value *Arg : each(E.args()))
    Forget(Arg);
  if (E.value() &&
      (E.value()->moved() || E.value()->kind() == ValueKind::Callable))
    Forget(E.value());
}

// Whether the arguments of E are those that ENTRY is for, all constants.
bool isCertainlyFor(const rules::Entry &Entry, const facts::Event &E) {
  auto When = each(Entry.when());
  return std::all_of(When.begin(), When.end(), [&](const auto *C) {
    const facts::Value *V = argument(E, C->arg());
    return C->kind() != rules::ConditionKind::Equals ||
           (V && V->kind() == ValueKind::Constant &&
            V->integer() == C->value());
  });
}

// Whether the call waits until its receiver is ready.
bool waitsForReceiver(const rules::Entry &Entry) {
  if (!does(Entry, Effect::Blocks) || does(Entry, Effect::TellsReady))
    return false;
  auto Unless = each(Entry.unless());
  return std::any_of(Unless.begin(), Unless.end(), [](const auto *C) {
    return C->kind() == rules::ConditionKind::ReadyFuture && C->arg() == -1;
  });
}

} // namespace

ValueFlow::ValueFlow(const Program &P, FunctionId Id,
                     const DescriptorModes *Modes, const Assumed *Given)
    : P(P), F(P.function(Id)), File(P.unit(F.Unit)), Modes(Modes) {
  noteWaits();
  Marks Start = atEntry();
  if (isResumedWhenDone(P, Id))
    for (const CallEvent &C : P.callEvents(Id))
      if (AccessPath Path = AccessPath::of(File, C.Event->receiver());
          Path.Root == PlaceRoot::This)
        for (const rules::Entry *Entry : P.entries(C.Callee))
          if (waitsForReceiver(*Entry))
            Start.Known[Path] = Mark::Ready;
  std::vector<bool> Dead;
  if (Given) {
    AccessPath Parameter;
    Parameter.Root = PlaceRoot::Param;
    Parameter.Id = Given->Parameter;
    Start.Numbers[Parameter] = Given->Value;
    Dead = deadBlocks(P, Id, [&](std::uint32_t I) {
      return I == Given->Parameter ? std::set{Given->Value}
                                   : std::set<std::int64_t>();
    });
    if (!Dead.empty())
      Taken = takenArms(*F.Fact, Dead);
  }
  In = solveForward(
      *F.Fact, std::move(Start),
      [&](const facts::Event &E, Marks &State) { transfer(E, State); },
      [&](const facts::Edge &E, const facts::Block &, Marks &State) {
        edge(E, State);
        return Dead.empty() || !Dead[E.to()];
      });
}

// The arm that is evaluated, if V is a conditional and it is known which.
const facts::Value *ValueFlow::chosen(const facts::Value *V) const {
  auto It = Taken.find(V);
  return It == Taken.end() ? V : (*V->choices())[It->second];
}

// Constants of the function have their value whether or not their initialiser
// is on the way.
Marks ValueFlow::atEntry() const {
  Marks State;
  for (const facts::Block *B : each(F.Fact->blocks()))
    for (const facts::Event *E : each(B->events()))
      if (E->kind() == EventKind::Construct && E->place() &&
          E->place()->root() == PlaceRoot::Global &&
          hasFlag(P.type(F.Unit, E->place()->type())->flags(),
                  facts::TypeFlag::Const))
        assign(*E, State);
  return State;
}

void ValueFlow::set(Marks &State, const AccessPath &Path, Mark M) const {
  if (!Path)
    return;
  State.forget(Path);
  if (M != Mark::Unknown)
    State.Known[Path] = M;
  if (Changed)
    Changed->push_back(Path);
}

Mark ValueFlow::modeOf(const facts::Value *Flags, const Marks &State) const {
  if (!Flags)
    return Mark::Unknown;
  // `(f & ~O_NONBLOCK) | O_NONBLOCK`: what is set is set last.
  Mark Said = Mark::Unknown;
  for (std::uint32_t Name : each(Flags->flags()))
    if (Mark M = modeOfFlag(File.string(Name));
        M != Mark::Unknown && Said != Mark::NonBlocking)
      Said = M;
  if (Said != Mark::Unknown)
    return Said;
  if (const facts::Value *Arm = chosen(Flags); Arm != Flags)
    return modeOf(Arm, State);
  if (auto Number = State.numberOf(File, *Flags))
    return (*Number & NonBlockBit) ? Mark::NonBlocking : Mark::Blocking;
  return State.of(File, Flags);
}

// Futures that are made ready, here and by what their promise gets. One that
// something has been started for is blocking: it waits at its end.
void ValueFlow::keepPromise(Program::EntryList Entries, const facts::Event &E,
                            Marks &State) const {
  AccessPath Receiver = AccessPath::of(File, E.receiver());
  for (const rules::Entry *Entry : Entries) {
    if (does(*Entry, Effect::CreatesTask) &&
        does(*Entry, Effect::RunsCallable) &&
        Entry->where() == rules::Where::Elsewhere &&
        State.of(AccessPath::ofResult(E.id())) != Mark::Ready)
      set(State, AccessPath::ofResult(E.id()), Mark::Blocking);
    if ((does(*Entry, Effect::MakesReady) && isCertainlyFor(*Entry, E)) ||
        (does(*Entry, Effect::GivesFuture) &&
         State.of(File, E.receiver()) == Mark::Ready))
      set(State, AccessPath::ofResult(E.id()), Mark::Ready);
    if (Receiver && waitsForReceiver(*Entry))
      set(State, Receiver, Mark::Ready);
    if (!Receiver || !does(*Entry, Effect::KeepsPromise))
      continue;
    set(State, Receiver, Mark::Ready);
    for (const auto &[Future, Of] : PromiseOf)
      if (Of == Receiver)
        set(State, Future, Mark::Ready);
  }
}

bool ValueFlow::descriptorCall(std::string_view Name, const facts::Event &E,
                               Marks &State) const {
  auto Args = each(E.args());
  auto Arg = [&](int I) -> const facts::Value * {
    return I >= 0 && static_cast<unsigned>(I) < Args.size() ? Args[I] : nullptr;
  };
  for (const Maker &M : Makers) {
    if (M.Name != Name)
      continue;
    Mark Mode = M.Flags < 0 ? Mark::Blocking : modeOf(Arg(M.Flags), State);
    set(State,
        M.Array < 0 ? AccessPath::ofResult(E.id())
                    : AccessPath::of(File, Arg(M.Array)),
        Mode);
    return true;
  }
  if (Name == "fcntl" || Name == "fcntl64") {
    if (Arg(1) && Arg(1)->integer() == SetFlags)
      set(State, descriptorPath(File, Arg(0)), modeOf(Arg(2), State));
    return true;
  }
  bool IsBio = Name == "BIO_ctrl";
  if (IsBio || Name == "ioctl") {
    if (Arg(1) && Arg(1)->integer() == (IsBio ? SetBioMode : SetNonBlock)) {
      auto On = Arg(2) ? State.numberOf(File, *Arg(2)) : std::nullopt;
      set(State, descriptorPath(File, Arg(0)),
          !On   ? Mark::Unknown
          : *On ? Mark::NonBlocking
                : Mark::Blocking);
    }
    return true;
  }
  if (Name == "g_io_channel_set_flags") {
    set(State, AccessPath::of(File, Arg(0)), modeOf(Arg(1), State));
    return true;
  }
  // A channel has the mode of its descriptor.
  if (Name == "g_io_channel_unix_new") {
    const bool IsNumber = Arg(0) && Arg(0)->kind() == ValueKind::Constant;
    set(State, AccessPath::ofResult(E.id()),
        IsNumber ? Mark::Blocking : State.of(File, Arg(0)));
    return true;
  }
  if (Name == "evutil_make_socket_nonblocking") {
    set(State, descriptorPath(File, Arg(0)), Mark::NonBlocking);
    return true;
  }
  if (Name == "dup" || Name == "dup2" || Name == "dup3") {
    set(State, AccessPath::ofResult(E.id()), State.of(File, Arg(0)));
    return true;
  }
  return switchCall(Name, E, State);
}

bool ValueFlow::switchCall(std::string_view Name, const facts::Event &E,
                           Marks &State) const {
  auto Row = std::find_if(Switches.begin(), Switches.end(),
                          [&](const Switch &S) { return S.Name == Name; });
  auto Args = each(E.args());
  if (Row == Switches.end() || Args.size() <= static_cast<unsigned>(Row->Value))
    return false;
  auto Value = State.numberOf(File, *Args[Row->Value]);
  Mark Mode = Mark::Unknown;
  if (Value)
    Mode = (*Value == 0) == Row->ZeroIsNonBlocking ? Mark::NonBlocking
                                                   : Mark::Blocking;
  set(State,
      AccessPath::of(File, Row->Object < 0 ? E.receiver() : Args[Row->Object]),
      Mode);
  return true;
}

// What is passed by address or reference may be another number afterwards.
void ValueFlow::forgetNumbers(const facts::Event &E, SymbolId Callee,
                              Marks &State) const {
  auto Args = each(E.args());
  const ProgramSymbol &S = P.symbol(Callee);
  for (std::uint32_t I = 0; I < Args.size(); ++I) {
    auto Params =
        S.Fact ? each(S.Fact->params()) : each(decltype(S.Fact->params())());
    bool MayWrite = Args[I]->kind() == ValueKind::AddressOf;
    if (I < Params.size()) {
      facts::PassMode Pass = Params[I]->pass();
      const facts::Type *T = P.type(S.Unit, Params[I]->type());
      if (Pass == facts::PassMode::Reference)
        MayWrite = true;
      else if (Pass == facts::PassMode::ConstReference ||
               (Pass == facts::PassMode::Pointer &&
                hasFlag(P.type(S.Unit, T->pointee())->flags(),
                        facts::TypeFlag::Const)))
        MayWrite = false;
    }
    if (MayWrite)
      State.forgetNumber(AccessPath::of(File, Args[I]));
  }
}

void ValueFlow::call(const facts::Event &E, Marks &State) const {
  SymbolId Callee = P.resolve(F.Unit, E.symbol());
  std::string_view Name = P.qualifiedName(Callee);
  if (descriptorCall(Name, E, State))
    return;
  // Methods may change the object's numbers.
  if (E.receiver() && E.dispatch() != facts::Dispatch::Indirect &&
      Callee != 0 &&
      !hasFlag(P.symbol(Callee).Fact->flags(), facts::SymbolFlag::Const))
    State.forgetNumber(AccessPath::of(File, E.receiver()));
  // What else is done to a future, it may not be ready afterwards.
  Program::EntryList Entries = P.entries(Callee);
  if (State.of(File, E.receiver()) == Mark::Ready && Callee != 0 &&
      !does(Entries, Effect::GivesFuture) &&
      !hasFlag(P.symbol(Callee).Fact->flags(), facts::SymbolFlag::Const))
    State.forget(AccessPath::of(File, E.receiver()));
  // Whoever asks whether it is ready leaves it as it is.
  if (!StatusOf.contains(AccessPath::ofResult(E.id())) &&
      !BusyOf.contains(AccessPath::ofResult(E.id())))
    forgetGiven(P, F.Unit, E, State);
  if (Name == "std::future::share")
    State.forget(AccessPath::of(File, E.receiver()));
  keepPromise(Entries, E, State);
  forgetNumbers(E, Callee, State);
  if (StatusOf.contains(AccessPath::ofResult(E.id())))
    return;
  auto Args = each(E.args());
  FunctionId Body = Callee == 0 ? NoFunction : P.symbol(Callee).Body;
  bool IsLibrary = Callee != 0 && Body == NoFunction &&
                   (hasFlag(P.symbol(Callee).Fact->flags(),
                            facts::SymbolFlag::InSystemHeader) ||
                    !P.entries(Callee).empty());
  const ModeSummary *Summary =
      Modes && Body != NoFunction ? Modes->of(Body) : nullptr;
  if (Summary && Summary->DecidedBy && *Summary->DecidedBy < Args.size())
    if (auto Number = State.numberOf(File, *Args[*Summary->DecidedBy]))
      Summary = Summary->when(*Number);
  // Channels have the mode of their session.
  if (Body == NoFunction && !Args.empty() &&
      (Name.starts_with("ssh_") || Name.starts_with("libssh2_")) &&
      State.of(File, Args[0]) != Mark::Unknown)
    set(State, AccessPath::ofResult(E.id()), State.of(File, Args[0]));
  for (std::uint32_t I = 0; I < Args.size(); ++I) {
    AccessPath Path = descriptorPath(File, Args[I]);
    // Only the first one is taken for a descriptor if it is a number.
    bool IsNumber = Args[I]->kind() == ValueKind::Constant;
    if (!Path)
      continue;
    auto Told = Summary ? Summary->Parameters.find(I)
                        : std::map<std::uint32_t, Mark>::const_iterator();
    if (Summary && Told != Summary->Parameters.end())
      set(State, Path, Told->second);
    else if ((I == 0 || !IsNumber) && State.of(Path) == Mark::Readable)
      State.forget(Path); // what there was has been read
    else if (IsNumber)
      continue;
    else if (IsLibrary)
      continue; // leaves a descriptor's mode alone
    else if (Body == NoFunction || Args[I]->kind() == ValueKind::AddressOf)
      State.forget(Path);
  }
  if (Summary && Summary->Result != Mark::Unknown)
    set(State, AccessPath::ofResult(E.id()), Summary->Result);
}

void ValueFlow::assign(const facts::Event &E, Marks &State) const {
  AccessPath Path = AccessPath::of(File, *E.place());
  const facts::Value *Value = E.value();
  Mark M = State.of(File, Value);
  if (M == Mark::Unknown && Value)
    for (std::uint32_t Name : each(chosen(Value)->flags()))
      if (File.string(Name).starts_with("O_NONBLOCK"))
        M = modeOfFlag(File.string(Name)); // for a later F_SETFL
  // A braced list, or what a library's constructor is given.
  bool HasParts =
      E.kind() == EventKind::Construct &&
      (Value ? Value->reason() == facts::UnknownReason::InitList
             : E.symbol() != 0 &&
                   P.symbol(P.resolve(F.Unit, E.symbol())).Body == NoFunction);
  std::optional<std::int64_t> Number;
  if (HasParts)
    Number = numberOfParts(E);
  else if (Value)
    Number = State.numberOf(File, *Value);
  if (M != Mark::Unknown || State.Known.contains(Path))
    set(State, Path, M);
  else
    State.forget(Path);
  if (E.kind() == EventKind::Write && !Value)
    return; // the assignment has said what is written
  // A part that is zero leaves a structure of zeros as it is.
  AccessPath Whole = Path;
  if (!Whole.Steps.empty())
    Whole.Steps.pop_back();
  auto Known = State.Numbers.find(Whole);
  if (Number == 0 && !Path.Steps.empty() && Known != State.Numbers.end() &&
      Known->second == 0)
    return;
  State.forgetNumber(Path);
  if (Number && Path)
    State.Numbers[Path] = *Number;
}

void ValueFlow::transfer(const facts::Event &E, Marks &State) const {
  switch (E.kind()) {
  case EventKind::Call:
    call(E, State);
    return;
  case EventKind::Construct:
  case EventKind::Copy:
  case EventKind::Move:
  case EventKind::Assign:
    if (E.place())
      assign(E, State);
    forgetGiven(P, F.Unit, E, State);
    return;
  case EventKind::Suspend:
    // Until what was started is over, maybe.
    std::erase_if(State.Known, [&](const auto &Known) {
      return Known.second == Mark::Blocking &&
             Known.first.Root == PlaceRoot::Local &&
             isFuture(P, F.Unit,
                      each(F.Fact->locals())[Known.first.Id]->type());
    });
    return;
  case EventKind::Return:
    forgetGiven(P, F.Unit, E, State);
    return;
  case EventKind::Write:
    // An assignment's own event comes first.
    if (E.place() && E.value())
      assign(E, State);
    return;
  case EventKind::Swap:
    State.forget(AccessPath::of(File, E.value()));
    [[fallthrough]];
  case EventKind::AddressTaken:
  case EventKind::LifetimeEnd:
    if (E.place() && E.kind() != EventKind::AddressTaken) {
      State.forget(AccessPath::of(File, *E.place()));
      State.forgetNumber(AccessPath::of(File, *E.place()));
    }
    return;
  default:
    return;
  }
}

void ValueFlow::forEach(const Visitor &Visit) const {
  std::vector<AccessPath> Log;
  Changed = &Log;
  replay(*F.Fact, In, [&](std::uint32_t, const facts::Event &E, Marks &State) {
    Log.clear();
    transfer(E, State);
    Visit(E, State, Log);
  });
  Changed = nullptr;
}

std::optional<Marks> ValueFlow::before(std::uint32_t Block,
                                       const facts::Event &Event) const {
  if (!In[Block])
    return std::nullopt;
  Marks State = *In[Block];
  for (const facts::Event *E : each((*F.Fact->blocks())[Block]->events())) {
    if (E == &Event)
      break;
    transfer(*E, State);
  }
  return State;
}

} // namespace gridlock
