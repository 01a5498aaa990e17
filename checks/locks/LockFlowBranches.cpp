// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LockFlow, eighth part: what is known on a branch. Tries that are asked, also
// those of a guard of the program's own that keeps what a try said; and what
// the value of a parameter chooses.
#include "checks/engine/DeadBlocks.h"
#include "checks/locks/LockFlow.h"
#include "checks/locks/LockOperations.h"

#include <algorithm>

namespace gridlock {

using facts::PlaceRoot;
using facts::PredicateOp;
using facts::ValueKind;

namespace {

// The parameter that a condition compares with a constant.
const facts::Place *comparedParameter(const facts::Edge &E) {
  const facts::Predicate *Pred = E.predicate();
  if (!Pred || !Pred->left() || Pred->left()->kind() != ValueKind::Place ||
      (E.kind() != facts::EdgeKind::True &&
       E.kind() != facts::EdgeKind::False &&
       E.kind() != facts::EdgeKind::Case) ||
      (Pred->right() && !constantOf(Pred->right())))
    return nullptr;
  const facts::Place *Left = Pred->left()->place();
  return Left && Left->root() == PlaceRoot::Param && each(Left->path()).empty()
             ? Left
             : nullptr;
}

} // namespace

// Whether the values that are taken for known are against going along E.
bool LockFlow::isRuledOut(const facts::Edge &E) const {
  const facts::Place *Left = comparedParameter(E);
  if (!Left)
    return false;
  auto It = std::find_if(Values.begin(), Values.end(), [&](const auto &Item) {
    return Item.first == Left->id();
  });
  if (It == Values.end())
    return false;
  const std::int64_t Value = It->second;
  const std::int64_t With = constantOf(E.predicate()->right()).value_or(0);
  bool Is;
  switch (E.predicate()->op()) {
  case PredicateOp::Truth:
  case PredicateOp::Ne:
    Is = Value != With;
    break;
  case PredicateOp::IsNull:
  case PredicateOp::Eq:
    Is = Value == With;
    break;
  default:
    return false;
  }
  return (Is != E.predicate()->negated()) ==
         (E.kind() == facts::EdgeKind::False);
}

// The parameters that are asked and never changed.
std::uint32_t LockFlow::choosing() const {
  std::uint32_t Result = 0, Changed = 0;
  for (const facts::Block *B : each(F.Fact->blocks())) {
    for (const facts::Edge *E : each(B->edges()))
      if (const facts::Place *Left = comparedParameter(*E);
          Left && Left->id() < 32)
        Result |= 1u << Left->id();
    for (const facts::Event *E : each(B->events()))
      if (E->place() && E->place()->root() == PlaceRoot::Param &&
          E->kind() != facts::EventKind::LifetimeEnd && E->place()->id() < 32)
        Changed |= 1u << E->place()->id();
  }
  return Result & ~Changed;
}

// What CALLEE, which is TARGET, does with the constants that E hands to it.
const LockSummary &LockFlow::chosenBy(const facts::Event &E, FunctionId Target,
                                      const LockSummary &Callee) {
  if (Callee.Choosing == 0 ||
      P.symbol(P.resolve(F.Unit, E.symbol())).Body != Target)
    return Callee;
  KnownArguments Of;
  auto Args = each(E.args());
  for (std::uint32_t I = 0; I < std::min<std::size_t>(Args.size(), 32); ++I) {
    if ((Callee.Choosing & (1u << I)) == 0)
      continue;
    if (auto Value = constantOf(Args[I]))
      Of.emplace_back(I, *Value);
    else if (const facts::Place *Own = Args[I]->place();
             Own && Args[I]->kind() == ValueKind::Place &&
             Own->root() == PlaceRoot::Param && each(Own->path()).empty())
      for (const auto &[Parameter, Known] : Values)
        if (Parameter == Own->id())
          Of.emplace_back(I, Known);
  }
  return Of.empty() ? Callee : Model.summaryWith(Target, Of);
}

// A try of a guard's locks: whether it owns them, who asks is told.
void LockFlow::mayOwn(GuardState &Guard, rules::LockMode Mode,
                      const facts::Event &E, LockState &State) {
  if (Guard.Awaited || (Guard.Owns && Guard.Sure))
    return;
  Guard.Owns = true;
  Guard.Sure = false;
  for (const AccessPath &Lock : Guard.Locks)
    State.Held.try_emplace(Lock,
                           HeldLock{Mode, Model.chainOf({Id, &E, 0}), false});
}

// The result of T says that its locks are taken, or that they are not.
void LockFlow::tried(const Try &T, bool IsTaken, LockState &State) {
  const ChainId Chain = Model.chainOf({Id, T.Site, 0});
  for (const AccessPath &Lock : T.Locks) {
    if (T.Awaited) {
      if (IsTaken)
        State.Awaited[Lock] = {T.Mode, Chain, true};
      continue;
    }
    if (IsTaken)
      State.take(Lock, T.Mode, Chain);
    else if (auto Held = State.Held.find(Lock); Held != State.Held.end() &&
                                                !Held->second.Must &&
                                                Held->second.Chain == Chain)
      State.Held.erase(Held);
    for (auto &[Place, Guard] : State.Guards)
      if (!Guard.Sure && std::find(Guard.Locks.begin(), Guard.Locks.end(),
                                   Lock) != Guard.Locks.end()) {
        Guard.Sure = true;
        Guard.Owns = IsTaken;
      }
  }
}

// Tries of which a member keeps what they said.
void LockFlow::findKept() {
  if (!hasFlag(F.Flags, facts::FunctionFlag::Constructor))
    return;
  for (const auto &[Place, T] : Tries)
    if (Place.Root == PlaceRoot::This && Place.Steps.size() == 1 && !T.Awaited)
      for (const AccessPath &Lock : T.Locks)
        if (isVisible(Lock))
          Summary.Keeps.push_back({Place, {Lock, T.Mode, T.ZeroIsSuccess}});
}

// Whether all that is returned is what one guard was asked.
void LockFlow::findAsked() {
  for (const ReturnPoint &R : Returns) {
    auto It = Asked.find(AccessPath::of(File, R.Value));
    if (It == Asked.end() || !isVisible(It->second) ||
        (Summary.Asks && *Summary.Asks != It->second)) {
      Summary.Asks.reset();
      return;
    }
    Summary.Asks = It->second;
  }
}

// What E has made keeps whether it has taken locks: one that gives them back
// when it ends is a guard.
void LockFlow::applyKept(const LockSummary &Callee, FunctionId Target,
                         const Substitution &Sub, const facts::Event &E,
                         LockState &State) {
  const auto Object = Sub.apply(AccessPath{PlaceRoot::This, 0, {}, {}});
  const LockSummary *End = endOf(P, Model, Target);
  for (const LockSummary::Kept &K : Callee.Keeps) {
    const auto Member = Sub.apply(K.Member), Lock = Sub.apply(K.Of.Lock);
    if (!Member || !Lock)
      continue;
    noteTry(*Member, {{*Lock}, K.Of.Mode, &E, K.Of.ZeroIsSuccess, false});
    const bool Ends = Object && End &&
                      std::any_of(End->Released.begin(), End->Released.end(),
                                  [&](const AccessPath &Path) {
                                    return Sub.apply(Path) == Lock;
                                  });
    if (!Ends)
      continue;
    GuardState Guard{{*Lock}, K.Of.Mode, false, true};
    mayOwn(Guard, K.Of.Mode, E, State);
    State.Guards[*Object] = std::move(Guard);
  }
}

bool LockFlow::edge(const facts::Edge &E, LockState &State) {
  if (!Values.empty() && isRuledOut(E))
    return false;
  const facts::Predicate *Pred = E.predicate();
  if (!Pred || !Pred->left() ||
      (E.kind() != facts::EdgeKind::True && E.kind() != facts::EdgeKind::False))
    return true;
  bool Holds = (E.kind() == facts::EdgeKind::True) != Pred->negated();
  bool ZeroOnRight = Pred->right() && Pred->right()->integer() == 0 &&
                     Pred->right()->kind() != facts::ValueKind::Place;
  bool NonZero; // whether the left side is not zero on this edge
  switch (Pred->op()) {
  case facts::PredicateOp::Truth:
    NonZero = Holds;
    break;
  case facts::PredicateOp::IsNull:
    NonZero = !Holds;
    break;
  case facts::PredicateOp::Eq:
  case facts::PredicateOp::Ne:
    // A result that is not the error that it is compared with is no error.
    if (!ZeroOnRight && (!Pred->right() || Pred->right()->integer() == 0 ||
                         Pred->right()->integer() == OwnerDied ||
                         !isTold(AccessPath::of(File, Pred->left()))))
      return true;
    NonZero = Holds == (ZeroOnRight == (Pred->op() == facts::PredicateOp::Ne));
    break;
  case facts::PredicateOp::Lt:
  case facts::PredicateOp::Ge:
    // What is asked whether it is negative is an error or zero.
    if (!ZeroOnRight || !isTold(AccessPath::of(File, Pred->left())))
      return true;
    NonZero = Holds == (Pred->op() == facts::PredicateOp::Lt);
    break;
  default:
    return true;
  }
  AccessPath Result = AccessPath::of(File, Pred->left());
  if (ZeroOnRight || !Pred->right())
    learn(*Pred->left(), Result, !NonZero, State);
  if (auto It = Lends.find(Result); It != Lends.end())
    for (const LockSummary::Lent &L : It->second)
      if (auto Held = State.Held.find(L.Lock); Held != State.Held.end()) {
        if (NonZero != L.ZeroIsGone)
          State.Held.erase(Held);
        else
          Held->second.Must = true;
      }
  auto Found = Tries.find(Result);
  // What a getter has returned.
  if (Found == Tries.end() && !Tries.empty() &&
      Result.Root == PlaceRoot::CallResult)
    Found = Tries.find(canonical(Result, State.Known));
  if (Found != Tries.end()) {
    tried(Found->second, NonZero != Found->second.ZeroIsSuccess, State);
  } else if (auto Question = Asked.find(Result); Question != Asked.end()) {
    auto Guard = State.Guards.find(Question->second);
    if (Guard == State.Guards.end() || Guard->second.Sure)
      return true;
    Guard->second.Sure = true;
    Guard->second.Owns = NonZero;
    for (const AccessPath &Lock : Guard->second.Locks)
      if (auto Held = State.Held.find(Lock); Held != State.Held.end()) {
        if (NonZero)
          Held->second.Must = true;
        else
          State.Held.erase(Held);
      }
  }
  return true;
}

} // namespace gridlock
