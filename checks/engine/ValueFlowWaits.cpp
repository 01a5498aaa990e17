// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What branches tell about values: that something was asked and is ready.
#include "checks/engine/ValueFlow.h"

#include "checks/engine/Classify.h"

namespace gridlock {

using facts::EventKind;
using facts::PredicateOp;
using facts::ValueKind;
using rules::Effect;

namespace {

PredicateOp opposite(PredicateOp Op) {
  switch (Op) {
  case PredicateOp::Eq:
    return PredicateOp::Ne;
  case PredicateOp::Ne:
    return PredicateOp::Eq;
  case PredicateOp::Lt:
    return PredicateOp::Ge;
  case PredicateOp::Le:
    return PredicateOp::Gt;
  case PredicateOp::Gt:
    return PredicateOp::Le;
  case PredicateOp::Ge:
    return PredicateOp::Lt;
  default:
    return PredicateOp::None;
  }
}

constexpr std::size_t MaxCalls = 8; // of a function that only asks

// What a function tells its caller about one of the caller's futures.
struct ReadyTest {
  AccessPath Future; // from the function's parameter or object
  bool IfZero;       // it is ready if the result is 0
};

// The test that function ID is: `return f.wait_for(0s) == ready;`.
std::optional<ReadyTest> readyTest(const Program &P, FunctionId Id) {
  auto Sites = P.callEvents(Id);
  if (Sites.size() > MaxCalls)
    return std::nullopt;
  const ProgramFunction &F = P.function(Id);
  const FactsFile &File = P.unit(F.Unit);
  std::map<AccessPath, AccessPath> Asked; // result -> future
  for (const CallEvent &C : Sites) {
    if (C.Callee != 0 && P.symbol(C.Callee).Body != NoFunction)
      return std::nullopt;
    if (does(P.entries(C.Callee), Effect::TellsReady))
      Asked[AccessPath::ofResult(C.Event->id())] =
          AccessPath::of(File, C.Event->receiver());
  }
  if (Asked.empty())
    return std::nullopt;
  std::optional<std::set<AccessPath>> ReadyIf[2]; // by truth of the result
  ValueFlow(P, Id, nullptr)
      .forEach([&](const facts::Event &E, const Marks &State, const auto &) {
        if (E.kind() != EventKind::Return)
          return;
        std::set<AccessPath> Ready;
        for (const auto &[Path, M] : State.Known)
          if (M == Mark::Ready)
            Ready.insert(Path);
        const facts::Value *V = E.value();
        const bool IsConstant = V && V->kind() == ValueKind::Constant;
        auto Status = Asked.find(AccessPath::of(File, V));
        for (const bool Truth : {false, true}) {
          if (IsConstant && Truth != (V->integer() != 0))
            continue;
          std::set<AccessPath> Here = Ready;
          if (Truth && Status != Asked.end())
            Here.insert(Status->second);
          if (ReadyIf[Truth])
            std::erase_if(*ReadyIf[Truth], [&](const auto &Path) {
              return !Here.contains(Path);
            });
          else
            ReadyIf[Truth] = std::move(Here);
        }
      });
  for (const bool Truth : {true, false})
    if (ReadyIf[Truth])
      for (const AccessPath &Path : *ReadyIf[Truth])
        if (Path.Root == facts::PlaceRoot::Param ||
            Path.Root == facts::PlaceRoot::This)
          return ReadyTest{Path, !Truth};
  return std::nullopt;
}

// What the path of a function that CALL calls is in its caller.
AccessPath inCaller(const FactsFile &File, const AccessPath &Path,
                    const facts::Event &Call) {
  const bool IsThis = Path.Root == facts::PlaceRoot::This;
  const facts::Value *V =
      argument(Call, IsThis ? -1 : static_cast<int>(Path.Id));
  AccessPath Outer = AccessPath::of(File, V);
  if (!Outer)
    return Outer;
  const bool IsAddress = V->kind() == ValueKind::AddressOf &&
                         !Path.Steps.empty() &&
                         Path.Steps[0].Kind == facts::StepKind::Deref;
  Outer.Steps.insert(Outer.Steps.end(), Path.Steps.begin() + IsAddress,
                     Path.Steps.end());
  return Outer;
}

} // namespace

void ValueFlow::notePolls(const facts::Event &E) {
  if (!E.place())
    return;
  AccessPath Path = AccessPath::of(File, *E.place());
  auto Args = each(E.args());
  if (E.kind() == EventKind::Construct && !Args.empty() &&
      P.typeName(F.Unit, E.value() ? E.value()->type() : 0) == "pollfd") {
    PollFds[Path] = descriptorPath(File, Args[0]);
  } else if (E.value() && !Path.Steps.empty() &&
             Path.Steps.back().Name == "fd" &&
             Path.Steps.back().Owner == "pollfd") {
    Path.Steps.pop_back();
    PollFds[Path] = descriptorPath(File, E.value());
  }
}

// The sets that select has narrowed to what is ready.
void ValueFlow::noteSelect(const facts::Event &E) {
  auto Args = each(E.args());
  for (std::uint32_t I = 1; I < 4 && I < Args.size(); ++I)
    if (AccessPath Set = AccessPath::of(File, Args[I]))
      Selected.insert(std::move(Set));
}

void ValueFlow::noteWaits() {
  auto Copy = [&](auto &Map, const facts::Event &E) {
    auto It = Map.find(AccessPath::of(File, E.value()));
    if (It != Map.end())
      Map[AccessPath::of(File, *E.place())] = It->second;
  };
  for (const facts::Block *B : each(F.Fact->blocks()))
    for (const facts::Event *E : each(B->events()))
      notePolls(*E);
  for (const facts::Block *B : each(F.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      if (E->kind() == EventKind::Call) {
        SymbolId Callee = P.resolve(F.Unit, E->symbol());
        std::string_view Name = P.qualifiedName(Callee);
        Program::EntryList Entries = P.entries(Callee);
        AccessPath Result = AccessPath::ofResult(E->id());
        AccessPath First = each(E->args()).empty()
                               ? AccessPath()
                               : AccessPath::of(File, each(E->args())[0]);
        if (does(Entries, Effect::TellsReady))
          StatusOf[Result] = AccessPath::of(File, E->receiver());
        else if (does(Entries, Effect::GivesFuture))
          PromiseOf[Result] = AccessPath::of(File, E->receiver());
        else if (Name == "select" || Name == "pselect")
          noteSelect(*E);
        else if (Name == "PQisBusy")
          BusyOf[Result] = First;
        else if ((Name == "poll" || Name == "ppoll") && PollFds.size() == 1 &&
                 PollFds.begin()->second &&
                 PollFds.begin()->first.startsWith(First))
          PolledOf[Result] = PollFds.begin()->second;
        else if (FunctionId Body = P.symbol(Callee).Body; Body != NoFunction)
          if (auto Test = readyTest(P, Body))
            if (AccessPath Future = inCaller(File, Test->Future, *E))
              (Test->IfZero ? BusyOf : StatusOf)[Result] = std::move(Future);
      } else if (E->place() && E->value()) {
        Copy(StatusOf, *E);
        Copy(BusyOf, *E);
        Copy(PromiseOf, *E);
        Copy(PolledOf, *E);
      }
    }
}

// Whether BITS are those of a set that select has been given.
bool ValueFlow::isSelected(AccessPath Bits) const {
  for (facts::StepKind Kind : {facts::StepKind::Field, facts::StepKind::Deref})
    if (!Bits.Steps.empty() && Bits.Steps.back().Kind == Kind)
      Bits.Steps.pop_back();
  return Selected.contains(Bits);
}

// A descriptor that doesn't block anyhow stays what it is.
void ValueFlow::setReadable(Marks &State, const AccessPath &Path) const {
  auto Known = State.Known.find(Path);
  if (Known == State.Known.end() || Known->second != Mark::NonBlocking)
    set(State, Path, Mark::Readable);
}

void ValueFlow::edge(const facts::Edge &E, Marks &State) const {
  const facts::Predicate *Pred = E.predicate();
  if (!Pred ||
      (E.kind() != facts::EdgeKind::True && E.kind() != facts::EdgeKind::False))
    return;
  AccessPath Asked = AccessPath::of(File, Pred->left());
  bool Holds = (E.kind() == facts::EdgeKind::True) != Pred->negated();
  const facts::Value *Right = Pred->right();
  PredicateOp Op = Holds ? Pred->op() : opposite(Pred->op());
  bool AgainstZero =
      Right && Right->kind() == ValueKind::Constant && Right->integer() == 0;
  bool AgainstMore =
      Right && Right->kind() == ValueKind::Constant && Right->integer() > 0;
  if (Pred->op() == PredicateOp::BitTest && Holds && isSelected(Asked))
    setReadable(State, AccessPath::of(File, Right));
  bool IsTruth = Pred->op() == PredicateOp::Truth;
  bool NonZero = IsTruth ? Holds : Op == PredicateOp::Ne && AgainstZero;
  if (auto It = BusyOf.find(Asked); It != BusyOf.end()) {
    if (IsTruth ? !Holds : Op == PredicateOp::Eq && AgainstZero)
      set(State, It->second, Mark::Ready);
    return;
  }
  if (auto It = PolledOf.find(Asked); It != PolledOf.end()) {
    if (NonZero || (Op == PredicateOp::Gt && AgainstZero) ||
        ((Op == PredicateOp::Ge || Op == PredicateOp::Eq) && AgainstMore))
      setReadable(State, It->second);
    return;
  }
  auto It = StatusOf.find(Asked);
  if (It == StatusOf.end())
    return;
  bool IsReady = IsTruth && Holds;
  if (!IsTruth && Right)
    for (std::uint32_t Name : each(Right->flags()))
      if (File.string(Name).ends_with("ready"))
        IsReady = Op == PredicateOp::Eq;
  if (IsReady)
    set(State, It->second, Mark::Ready);
}

} // namespace gridlock
