// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/ValueFlow.h"

#include "checks/engine/Dataflow.h"

#include <array>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;
using facts::PredicateOp;
using facts::ValueKind;

namespace {

// Linux values; O_NONBLOCK, SOCK_NONBLOCK, EFD_NONBLOCK and their like are one
// bit.
constexpr std::int64_t NonBlockBit = 04000;
constexpr std::int64_t SetFlags = 4;         // F_SETFL
constexpr std::int64_t SetNonBlock = 0x5421; // FIONBIO

// Calls that make descriptors: which argument holds the flags (-1: there are
// none, the descriptor blocks) and which is an array of descriptors (-1: the
// result).
struct Maker {
  std::string_view Name;
  int Flags;
  int Array;
};
constexpr std::array Makers{
    Maker{"socket", 1, -1},         Maker{"accept", -1, -1},
    Maker{"accept4", 3, -1},        Maker{"open", 1, -1},
    Maker{"open64", 1, -1},         Maker{"openat", 2, -1},
    Maker{"creat", -1, -1},         Maker{"eventfd", 1, -1},
    Maker{"timerfd_create", 1, -1}, Maker{"signalfd", 2, -1},
    Maker{"inotify_init1", 0, -1},  Maker{"pipe", -1, 0},
    Maker{"pipe2", 1, 0},           Maker{"socketpair", 1, 3}};

Mark modeOf(const FactsFile &File, const facts::Value *Flags) {
  if (!Flags)
    return Mark::Unknown;
  for (std::uint32_t Name : each(Flags->flags()))
    if (File.string(Name).ends_with("_NONBLOCK") ||
        File.string(Name).ends_with("_NDELAY"))
      return Mark::NonBlocking;
  if (Flags->kind() == ValueKind::Constant)
    return (Flags->integer() & NonBlockBit) ? Mark::NonBlocking
                                            : Mark::Blocking;
  return Mark::Unknown;
}

void forget(Marks &State, const AccessPath &Path) {
  if (Path)
    std::erase_if(State.Known, [&](const auto &Item) {
      return Item.first.startsWith(Path);
    });
}

void set(Marks &State, const AccessPath &Path, Mark M) {
  if (!Path)
    return;
  forget(State, Path);
  if (M != Mark::Unknown)
    State.Known[Path] = M;
}

// Splits "std::__basic_future::wait" into a class that is some future, and
// "wait".
std::string_view futureMethod(std::string_view Name) {
  std::size_t Colons = Name.rfind("::");
  if (Colons == std::string_view::npos)
    return {};
  std::string_view Class = Name.substr(0, Colons);
  return Class.ends_with("future") || Class.ends_with("Future")
             ? Name.substr(Colons + 2)
             : std::string_view();
}

} // namespace

bool Marks::join(const Marks &Other) {
  return std::erase_if(Known, [&](const auto &Item) {
           auto It = Other.Known.find(Item.first);
           return It == Other.Known.end() || It->second != Item.second;
         }) != 0;
}

Mark Marks::of(const FactsFile &File, const facts::Value *Value) const {
  AccessPath Path = AccessPath::of(File, Value);
  // An element of an array has the mark of the array.
  while (Path) {
    if (auto It = Known.find(Path); It != Known.end())
      return It->second;
    if (Path.Steps.empty() || Path.Steps.back().Kind == facts::StepKind::Field)
      break;
    Path.Steps.pop_back();
  }
  return Mark::Unknown;
}

ValueFlow::ValueFlow(const Program &P, FunctionId Id)
    : P(P), F(P.function(Id)), File(P.unit(F.Unit)) {
  noteWaits();
  In = solveForward(
      *F.Fact, Marks(),
      [&](const facts::Event &E, Marks &State) { transfer(E, State); },
      [&](const facts::Edge &E, const facts::Block &, Marks &State) {
        edge(E, State);
        return true;
      });
}

void ValueFlow::noteWaits() {
  for (const facts::Block *B : each(F.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      if (E->kind() == EventKind::Call) {
        std::string_view Method =
            futureMethod(P.qualifiedName(P.resolve(F.Unit, E->symbol())));
        if (Method == "wait_for" || Method == "wait_until" ||
            Method == "is_ready" || Method == "isReady" ||
            Method == "available")
          StatusOf[AccessPath::ofResult(E->id())] =
              AccessPath::of(File, E->receiver());
      } else if (E->place() && E->value()) {
        auto It = StatusOf.find(AccessPath::of(File, E->value()));
        if (It != StatusOf.end())
          StatusOf[AccessPath::of(File, *E->place())] = It->second;
      }
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
    Mark Mode = M.Flags < 0 ? Mark::Blocking : modeOf(File, Arg(M.Flags));
    set(State,
        M.Array < 0 ? AccessPath::ofResult(E.id())
                    : AccessPath::of(File, Arg(M.Array)),
        Mode);
    return true;
  }
  if (Name == "fcntl" || Name == "fcntl64") {
    if (Arg(1) && Arg(1)->integer() == SetFlags)
      set(State, AccessPath::of(File, Arg(0)), modeOf(File, Arg(2)));
    return true;
  }
  if (Name == "ioctl") {
    // The switch is behind a pointer, so the mode is unknown afterwards.
    if (Arg(1) && Arg(1)->integer() == SetNonBlock)
      forget(State, AccessPath::of(File, Arg(0)));
    return true;
  }
  if (Name == "evutil_make_socket_nonblocking") {
    set(State, AccessPath::of(File, Arg(0)), Mark::NonBlocking);
    return true;
  }
  return false;
}

void ValueFlow::call(const facts::Event &E, Marks &State) const {
  SymbolId Callee = P.resolve(F.Unit, E.symbol());
  std::string_view Name = P.qualifiedName(Callee);
  if (descriptorCall(Name, E, State))
    return;
  std::string_view Method = futureMethod(Name);
  if (Method == "wait") {
    set(State, AccessPath::of(File, E.receiver()), Mark::Ready);
    return;
  }
  if (StatusOf.contains(AccessPath::ofResult(E.id())))
    return;
  // Library functions leave a descriptor's mode alone, others may change it.
  bool IsLibrary = Callee != 0 && P.symbol(Callee).Body == NoFunction &&
                   (hasFlag(P.symbol(Callee).Fact->flags(),
                            facts::SymbolFlag::InSystemHeader) ||
                    !P.entries(Callee).empty());
  if (!IsLibrary)
    for (const facts::Value *Arg : each(E.args()))
      forget(State, AccessPath::of(File, Arg));
  if (!Method.empty())
    forget(State, AccessPath::of(File, E.receiver()));
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
  case EventKind::Write: {
    if (!E.place())
      return;
    Mark M = State.of(File, E.value());
    set(State, AccessPath::of(File, *E.place()), M);
    return;
  }
  case EventKind::Swap:
    forget(State, AccessPath::of(File, E.value()));
    [[fallthrough]];
  case EventKind::AddressTaken:
  case EventKind::LifetimeEnd:
    if (E.place())
      forget(State, AccessPath::of(File, *E.place()));
    return;
  default:
    return;
  }
}

void ValueFlow::edge(const facts::Edge &E, Marks &State) const {
  const facts::Predicate *Pred = E.predicate();
  if (!Pred ||
      (E.kind() != facts::EdgeKind::True && E.kind() != facts::EdgeKind::False))
    return;
  auto It = StatusOf.find(AccessPath::of(File, Pred->left()));
  if (It == StatusOf.end())
    return;
  bool Holds = (E.kind() == facts::EdgeKind::True) != Pred->negated();
  bool IsReady = false;
  if (Pred->op() == PredicateOp::Truth)
    IsReady = Holds;
  else if (const facts::Value *Right = Pred->right())
    for (std::uint32_t Name : each(Right->flags()))
      if (File.string(Name).ends_with("ready"))
        IsReady = Holds == (Pred->op() == PredicateOp::Eq);
  if (IsReady)
    set(State, It->second, Mark::Ready);
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
