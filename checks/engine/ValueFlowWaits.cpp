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
