// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Conditions that Clang's CFG makes a value of, `!(a && b)` and those with
// temporaries in them: each operand's branch leads to where its outcome decides
// to go, as of a plain `if (a && b)`. A condition that is returned is a branch
// between two returns.
#include "checks/extract/FunctionExtractor.h"

using namespace clang;

namespace gridlock::extract {
namespace {

/// E without negations; NEGATED tells whether there is an odd number.
const Expr *positive(const Expr *E, bool &Negated) {
  for (E = strip(E).E; const auto *Not = dyn_cast_or_null<UnaryOperator>(E);
       E = strip(Not->getSubExpr()).E) {
    if (Not->getOpcode() != UO_LNot)
      break;
    Negated ^= true;
  }
  return E;
}

const BinaryOperator *logical(const Expr *E) {
  const auto *B = dyn_cast_or_null<BinaryOperator>(E);
  return B && B->isLogicalOp() ? B : nullptr;
}

/// What is evaluated last, where nothing before it decides.
const Expr *lastOperand(const BinaryOperator *B) {
  const Expr *Last = B->getRHS();
  while (const BinaryOperator *Inner = logical(strip(Last).E))
    Last = Inner->getRHS();
  return Last;
}

/// `!asked()` and `asked() == x`.
bool asksCall(const Expr *Condition) {
  bool Negated = false;
  const Expr *E = positive(Condition, Negated);
  if (const auto *B = dyn_cast_or_null<BinaryOperator>(E))
    return B->isComparisonOp() &&
           (isa_and_nonnull<CallExpr>(strip(B->getLHS()).E) ||
            isa_and_nonnull<CallExpr>(strip(B->getRHS()).E));
  return Negated && isa_and_nonnull<CallExpr>(E);
}

} // namespace

/// Whether B, which has been filled, ends by returning a condition: of && and
/// || in a block of its own.
void FunctionExtractor::noteReturned(const CFGBlock *B, const Stmt *Last) {
  const auto *Ret = dyn_cast_or_null<ReturnStmt>(Last);
  if (!Ret || !Ret->getRetValue() ||
      !Ret->getRetValue()->getType()->isIntegralOrEnumerationType())
    return;
  bool Negated = false;
  const bool IsJoin = logical(positive(Ret->getRetValue(), Negated)) != nullptr;
  if (!IsJoin && !asksCall(Ret->getRetValue()))
    return;
  const std::uint32_t Index = Blocks[B].Last;
  auto &Events = F->blocks[Index]->events;
  auto At = llvm::find_if(Events, [](const auto &E) {
    return E->kind == facts::EventKind::Return;
  });
  if (At == Events.end() || (*At)->value->kind != facts::ValueKind::Unknown ||
      (IsJoin && (At != Events.begin() || Index != Blocks[B].First)))
    return;
  // What ends with the function ends after either return.
  const std::uint32_t Rest = newBlock();
  std::unique_ptr<Event> Returned = std::move(*At);
  auto &After = F->blocks[Rest]->events;
  After.assign(std::make_move_iterator(At + 1),
               std::make_move_iterator(Events.end()));
  Events.erase(At, Events.end());
  for (const bool Truth : {true, false}) {
    const std::uint32_t Way = newBlock();
    auto E = std::make_unique<Event>(*Returned);
    if (!Truth)
      E->id = ++LastId;
    E->value = std::make_unique<facts::ValueT>();
    E->value->kind = facts::ValueKind::Constant;
    E->value->integer = Truth;
    E->value->type = Returned->value->type;
    F->blocks[Way]->events.push_back(std::move(E));
    edge(Way, Rest, facts::EdgeKind::Always);
    edge(Index, Way, Truth ? facts::EdgeKind::True : facts::EdgeKind::False)
        .predicate = predicate(Ret->getRetValue());
  }
  Blocks[B].Last = Rest;
  if (IsJoin)
    Joins.push_back({Index, Ret->getRetValue()});
}

/// The last first: what leads to the join of an inner condition leads to that
/// of the outer one.
void FunctionExtractor::threadJoins() {
  if (Joins.empty())
    return;
  std::vector<std::vector<std::uint32_t>> From(F->blocks.size());
  for (std::uint32_t Index = 0; Index < F->blocks.size(); ++Index)
    for (const auto &E : F->blocks[Index]->edges)
      From[E->to].push_back(Index);
  while (!Joins.empty()) {
    const Join J = Joins.back();
    Joins.pop_back();
    // Where temporaries of some operands end, the way to J tells nothing.
    if (llvm::all_of(From[J.Block], [&](std::uint32_t Index) {
          const auto &Edges = F->blocks[Index]->edges;
          return Edges.size() == 1 || Edges[0]->kind == facts::EdgeKind::True ||
                 Edges[0]->kind == facts::EdgeKind::False;
        }))
      for (std::uint32_t Index : From[J.Block])
        thread(J, Index);
  }
}

/// The edges from block INDEX to J lead to where J goes on from there.
void FunctionExtractor::thread(const Join &J, std::uint32_t Index) {
  bool Negated = false;
  const BinaryOperator *B = logical(positive(J.Condition, Negated));
  const auto &Ways = F->blocks[J.Block]->edges; // true, false
  auto &Edges = F->blocks[Index]->edges;
  // The operand that is evaluated last makes the value of the whole.
  auto To = [&](bool Value) { return Ways[Value == Negated]->to; };
  for (const auto &E : Edges)
    if (E->to == J.Block && E->kind == facts::EdgeKind::True)
      E->to = To(true);
    else if (E->to == J.Block && E->kind == facts::EdgeKind::False)
      E->to = To(false);
  if (Edges.size() != 1 || Edges[0]->to != J.Block ||
      Edges[0]->kind != facts::EdgeKind::Always)
    return;
  const Expr *Last = lastOperand(B);
  Edges.clear();
  edge(Index, To(true), facts::EdgeKind::True).predicate = predicate(Last);
  edge(Index, To(false), facts::EdgeKind::False).predicate = predicate(Last);
  noteJoin(Index, Last);
}

/// INDEX has got its edges, a branch on CONDITION.
void FunctionExtractor::noteJoin(std::uint32_t Index, const Expr *Condition) {
  bool Negated = false;
  const facts::BlockT &B = *F->blocks[Index];
  if (logical(positive(Condition, Negated)) && B.events.empty() &&
      B.edges.size() == 2 && B.edges[0]->kind == facts::EdgeKind::True &&
      B.edges[1]->kind == facts::EdgeKind::False)
    Joins.push_back({Index, Condition});
}

} // namespace gridlock::extract
