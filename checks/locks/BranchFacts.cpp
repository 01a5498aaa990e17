// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/BranchFacts.h"

#include <optional>

namespace gridlock {

using facts::EdgeKind;
using facts::EventKind;
using facts::PlaceRoot;
using facts::PredicateOp;
using facts::ValueKind;

bool PathFacts::keepCommon(const PathFacts &Other) {
  auto Keep = [](auto &Mine, const auto &Theirs) {
    bool Changed = false;
    for (auto It = Mine.begin(); It != Mine.end();) {
      auto Other = Theirs.find(It->first);
      if (Other == Theirs.end() || Other->second.Is != It->second.Is) {
        It = Mine.erase(It);
        Changed = true;
        continue;
      }
      if (Other->second.From != It->second.From && It->second.From) {
        It->second.From = nullptr;
        Changed = true;
      }
      ++It;
    }
    return Changed;
  };
  bool Changed = Keep(Conditions, Other.Conditions);
  return Keep(Constants, Other.Constants) || Changed;
}

BranchFacts::BranchFacts(const Program &P, FunctionId Id)
    : P(P), Unit(P.function(Id).Unit), File(P.unit(Unit)) {
  const facts::Function &F = *P.function(Id).Fact;
  for (const facts::Block *B : each(F.blocks()))
    for (const facts::Event *E : each(B->events()))
      Events.emplace(E->id(), E);
  for (const facts::Block *B : each(F.blocks()))
    for (const facts::Edge *E : each(B->edges()))
      if (const facts::Predicate *Pred = E->predicate()) {
        Condition C = condition(*Pred);
        OperandsOf[C.Key] = C.Operands;
        ++Tests[C.Key];
        if (C.Place)
          ++PlaceTests[C.Place];
        Parsed.emplace(Pred, std::move(C));
      }
  findUses(F);
}

// Goes backwards over the graph until nothing changes.
void BranchFacts::findUses(const facts::Function &F) {
  for (const auto &[Pred, C] : Parsed)
    if (C.Place)
      Places.try_emplace(C.Place, Places.size());
  auto Blocks = each(F.blocks());
  const Uses None{std::vector<bool>(Keys.size() + 1),
                  std::vector<bool>(Places.size())};
  Ahead.assign(Blocks.size(), None);
  bool Changed = true;
  while (Changed) {
    Changed = false;
    for (std::size_t B = Blocks.size(); B-- > 0;) {
      Uses Now = Ahead[B];
      for (const facts::Edge *E : each(Blocks[B]->edges())) {
        if (E->predicate()) {
          const Condition &C = Parsed.at(E->predicate());
          Now.Keys[C.Key] = true;
          if (C.Place)
            Now.Places[Places.at(C.Place)] = true;
        }
        const Uses &Next = Ahead[E->to()];
        for (std::size_t I = 0; I < Now.Keys.size(); ++I)
          Now.Keys[I] = Now.Keys[I] || Next.Keys[I];
        for (std::size_t I = 0; I < Now.Places.size(); ++I)
          Now.Places[I] = Now.Places[I] || Next.Places[I];
      }
      if (Now.Keys != Ahead[B].Keys || Now.Places != Ahead[B].Places) {
        Ahead[B] = std::move(Now);
        Changed = true;
      }
    }
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

BranchFacts::Condition BranchFacts::condition(const facts::Predicate &Pred) {
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
  std::string Key;
  if (C.Op == PredicateOp::None || Left.empty())
    Key = File.string(Pred.text());
  else if (C.Op == PredicateOp::Truth)
    Key = "!" + Left;
  else if (!Right.empty())
    Key = std::to_string(static_cast<int>(C.Op)) + " " + Left + " " + Right;
  if (!Key.empty())
    C.Key = Keys.try_emplace(Key, static_cast<std::uint32_t>(Keys.size() + 1))
                .first->second;
  return C;
}

std::optional<std::pair<AccessPath, bool>>
BranchFacts::tested(const facts::Edge &E) const {
  if (!E.predicate() ||
      (E.kind() != EdgeKind::True && E.kind() != EdgeKind::False))
    return std::nullopt;
  const Condition &C = Parsed.at(E.predicate());
  // What is compared with an error counts as zero if it is not that, and so
  // does what is not negative.
  if (!C.Place || (C.Op != PredicateOp::Truth &&
                   (C.Op != PredicateOp::Eq || C.Constant == 0) &&
                   (C.Op != PredicateOp::Lt || C.Constant != 0)))
    return std::nullopt;
  return std::pair(C.Place, (E.kind() == EdgeKind::True) == C.Positive);
}

bool BranchFacts::holds(const facts::Edge &E, const Condition &C,
                        PathFacts &Known) const {
  bool Holds = (E.kind() != EdgeKind::False) == C.Positive;
  auto Constant = Known.Constants.find(C.Place);
  if (C.Place && Constant != Known.Constants.end()) {
    // What was known from here is from the last time round a loop.
    if (Constant->second.From == E.predicate()) {
      Known.Constants.erase(Constant);
    } else {
      std::int64_t Value = Constant->second.Is;
      std::optional<bool> Is;
      if (C.Op == PredicateOp::Truth)
        Is = Value != 0;
      else if (C.Op == PredicateOp::Eq)
        Is = Value == C.Constant;
      else if (C.Op == PredicateOp::Lt)
        Is = Value < C.Constant;
      else if (C.Op == PredicateOp::Gt)
        Is = Value > C.Constant;
      if (Is)
        return *Is == Holds;
    }
  }
  // What a single branch asks for, another can't contradict.
  if (C.Place && Holds && C.Op == PredicateOp::Eq && PlaceTests.at(C.Place) > 1)
    Known.Constants[C.Place] = {C.Constant, E.predicate()};
  if (C.Key == 0 || Tests.at(C.Key) == 1)
    return true;
  auto [It, New] = Known.Conditions.try_emplace(
      C.Key, PathFacts::Fact<bool>{Holds, nullptr});
  if (!New && It->second.From != E.predicate() && It->second.Is != Holds)
    return false;
  if (New || It->second.From == E.predicate())
    It->second = {Holds, E.predicate()};
  return true;
}

bool BranchFacts::follow(const facts::Edge &E, PathFacts &Known) const {
  if (E.predicate() &&
      (E.kind() == EdgeKind::True || E.kind() == EdgeKind::False ||
       E.kind() == EdgeKind::Case) &&
      !holds(E, Parsed.at(E.predicate()), Known))
    return false;
  const Uses &Later = Ahead[E.to()];
  std::erase_if(Known.Conditions,
                [&](const auto &Item) { return !Later.Keys[Item.first]; });
  std::erase_if(Known.Constants, [&](const auto &Item) {
    return !Later.Places[Places.at(Item.first)];
  });
  return true;
}

void BranchFacts::forget(const AccessPath &Changed, PathFacts &Known) const {
  std::erase_if(Known.Constants, [&](const auto &Item) {
    return Item.first.startsWith(Changed);
  });
  std::erase_if(Known.Conditions, [&](const auto &Item) {
    for (const AccessPath &Path : OperandsOf.at(Item.first))
      if (Path.startsWith(Changed))
        return true;
    return false;
  });
}

void BranchFacts::pass(const facts::Event &E, PathFacts &Known) const {
  SymbolId Callee = P.resolve(Unit, E.symbol());
  if (E.kind() == EventKind::Call || E.kind() == EventKind::Construct) {
    const facts::Symbol *S = Callee == 0 ? nullptr : P.symbol(Callee).Fact;
    auto Params = each(S ? S->params() : nullptr);
    auto Args = each(E.args());
    for (std::size_t I = 0; I < Args.size(); ++I)
      if (Args[I]->kind() == ValueKind::AddressOf ||
          (I < Params.size() &&
           Params[I]->pass() == facts::PassMode::Reference))
        if (AccessPath Path = AccessPath::of(File, Args[I]))
          forget(Path, Known);
    // Not the function's own object: its flags tell what it does.
    if (S && !hasFlag(S->flags(), facts::SymbolFlag::Const))
      if (AccessPath Object = AccessPath::of(File, E.receiver());
          Object && (Object.Root != PlaceRoot::This || !Object.Steps.empty()))
        forget(Object, Known);
  }
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
  forget(Changed, Known);
  bool IsPlain = E.kind() == EventKind::Assign ||
                 (E.kind() == EventKind::Construct && E.symbol() == 0);
  if (!IsPlain || !E.value() || !Places.contains(Changed))
    return;
  if (E.value()->kind() == ValueKind::Constant)
    Known.Constants[Changed] = {E.value()->integer(), nullptr};
  else if (E.value()->kind() == ValueKind::Null)
    Known.Constants[Changed] = {0, nullptr};
}

} // namespace gridlock
