// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/BranchFacts.h"

#include <optional>

namespace gridlock {

using facts::EdgeKind;
using facts::EventKind;
using facts::PlaceRoot;
using facts::PredicateOp;
using facts::ValueKind;

BranchFacts::BranchFacts(const Program &P, FunctionId Id)
    : File(P.unit(P.function(Id).Unit)) {
  const facts::Function &F = *P.function(Id).Fact;
  for (const facts::Block *B : each(F.blocks()))
    for (const facts::Event *E : each(B->events()))
      Events.emplace(E->id(), E);
  for (const facts::Block *B : each(F.blocks()))
    for (const facts::Edge *E : each(B->edges()))
      if (const facts::Predicate *Pred = E->predicate()) {
        Condition C = condition(*Pred);
        OperandsOf[C.Key] = C.Operands;
        Parsed.emplace(Pred, std::move(C));
      }
}

// An operand's text, the same for the same place, constant or call.
std::string BranchFacts::operand(const facts::Value *V,
                                 std::vector<AccessPath> &Paths,
                                 int Depth) const {
  if (!V)
    return {};
  if (V->kind() == ValueKind::Constant)
    return "=" + std::to_string(V->integer());
  if (V->kind() == ValueKind::Null)
    return "=0";
  AccessPath Path = AccessPath::of(File, V);
  if (!Path) {
    std::string_view Text = File.string(V->text());
    return Text.empty() ? std::string() : "?" + std::string(Text);
  }
  std::string Text = V->kind() == ValueKind::AddressOf ? "&" : "";
  if (Path.Root == PlaceRoot::CallResult) {
    // Two calls of one function with the same arguments count as one.
    auto It = Events.find(Path.Id);
    if (It == Events.end() || Depth == 3)
      return {};
    const facts::Event &Call = *It->second;
    Text += "call " + std::to_string(Call.symbol()) + "(" +
            operand(Call.receiver(), Paths, Depth + 1);
    for (const facts::Value *Arg : each(Call.args()))
      Text += "," + operand(Arg, Paths, Depth + 1);
    Text += ")";
  } else {
    Text += std::to_string(static_cast<int>(Path.Root)) + "#" +
            std::to_string(Path.Id) + std::string(Path.Global);
    Paths.push_back(Path);
  }
  for (const PathStep &S : Path.Steps)
    Text += "/" + std::to_string(static_cast<int>(S.Kind)) +
            std::string(S.Name) + std::to_string(S.Index);
  return Text;
}

BranchFacts::Condition
BranchFacts::condition(const facts::Predicate &Pred) const {
  Condition C;
  C.Positive = !Pred.negated();
  std::string Left = operand(Pred.left(), C.Operands);
  std::string Right = operand(Pred.right(), C.Operands);
  C.Op = Pred.op();
  bool AgainstZero = Right == "=0";
  if (C.Op == PredicateOp::IsNull || (C.Op == PredicateOp::Eq && AgainstZero)) {
    C.Positive = !C.Positive;
    C.Op = PredicateOp::Truth;
  } else if (C.Op == PredicateOp::Ne && AgainstZero) {
    C.Op = PredicateOp::Truth;
  } else if (C.Op == PredicateOp::Ne) {
    C.Positive = !C.Positive;
    C.Op = PredicateOp::Eq;
  } else if (C.Op == PredicateOp::Ge) {
    C.Positive = !C.Positive;
    C.Op = PredicateOp::Lt;
  } else if (C.Op == PredicateOp::Le) {
    C.Positive = !C.Positive;
    C.Op = PredicateOp::Gt;
  }
  bool ToConstant = C.Op == PredicateOp::Truth || Right.starts_with('=');
  if (ToConstant && Pred.left() && Pred.left()->kind() == ValueKind::Place) {
    C.Place = AccessPath::of(File, Pred.left());
    if (C.Op != PredicateOp::Truth &&
        Pred.right()->kind() == ValueKind::Constant)
      C.Constant = Pred.right()->integer();
  }
  if (C.Op == PredicateOp::None || Left.empty())
    C.Key = File.string(Pred.text());
  else if (C.Op == PredicateOp::Truth)
    C.Key = "!" + Left;
  else if (!Right.empty())
    C.Key = std::to_string(static_cast<int>(C.Op)) + " " + Left + " " + Right;
  return C;
}

bool BranchFacts::follow(const facts::Edge &E, PathFacts &Known) const {
  if (!E.predicate() ||
      (E.kind() != EdgeKind::True && E.kind() != EdgeKind::False))
    return true;
  const Condition &C = Parsed.at(E.predicate());
  bool Holds = (E.kind() == EdgeKind::True) == C.Positive;
  if (auto It = Known.Constants.find(C.Place);
      C.Place && It != Known.Constants.end()) {
    std::optional<bool> Is;
    if (C.Op == PredicateOp::Truth)
      Is = It->second != 0;
    else if (C.Op == PredicateOp::Eq)
      Is = It->second == C.Constant;
    else if (C.Op == PredicateOp::Lt)
      Is = It->second < C.Constant;
    else if (C.Op == PredicateOp::Gt)
      Is = It->second > C.Constant;
    if (Is)
      return *Is == Holds;
  }
  if (C.Key.empty())
    return true;
  auto [It, New] = Known.Conditions.try_emplace(C.Key, Holds);
  if (!New && It->second != Holds)
    return false;
  if (C.Place && Holds && C.Op == PredicateOp::Eq)
    Known.Constants[C.Place] = C.Constant;
  return true;
}

void BranchFacts::pass(const facts::Event &E, PathFacts &Known) const {
  switch (E.kind()) {
  case EventKind::Construct:
  case EventKind::Copy:
  case EventKind::Move:
  case EventKind::Assign:
  case EventKind::Swap:
    break;
  default: // a Write comes after its Assign
    return;
  }
  if (!E.place())
    return;
  AccessPath Changed = AccessPath::of(File, *E.place());
  std::erase_if(Known.Constants, [&](const auto &Item) {
    return Item.first.startsWith(Changed);
  });
  std::erase_if(Known.Conditions, [&](const auto &Item) {
    for (const AccessPath &Path : OperandsOf.at(Item.first))
      if (Path.startsWith(Changed))
        return true;
    return false;
  });
  bool IsPlain = E.kind() == EventKind::Assign ||
                 (E.kind() == EventKind::Construct && E.symbol() == 0);
  if (IsPlain && E.value() && E.value()->kind() == ValueKind::Constant)
    Known.Constants[Changed] = E.value()->integer();
  else if (IsPlain && E.value() && E.value()->kind() == ValueKind::Null)
    Known.Constants[Changed] = 0;
}

} // namespace gridlock
