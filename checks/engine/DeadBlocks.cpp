// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/DeadBlocks.h"

#include "checks/engine/Classify.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace gridlock {

using facts::PredicateOp;
using facts::ValueKind;

namespace {

constexpr std::size_t MaxValues = 16; // of one parameter

bool compare(PredicateOp Op, std::int64_t Left, std::int64_t Right) {
  switch (Op) {
  case PredicateOp::Eq:
  case PredicateOp::IsNull:
    return Left == Right;
  case PredicateOp::Ne:
    return Left != Right;
  case PredicateOp::Lt:
    return Left < Right;
  case PredicateOp::Le:
    return Left <= Right;
  case PredicateOp::Gt:
    return Left > Right;
  case PredicateOp::Ge:
    return Left >= Right;
  case PredicateOp::BitTest:
    return (Left & Right) != 0;
  default: // Truth
    return Left != 0;
  }
}

using EdgeList = flatbuffers::Vector<flatbuffers::Offset<facts::Edge>>;

// Answers whether an edge may be taken.
class Branches {
public:
  Branches(const Program &P, FunctionId F, const ParameterValues &Passed)
      : P(P), F(F), Passed(Passed) {}

  /// E is one of ALL, those that leave a block.
  bool mayTake(const facts::Edge &E, const EdgeList *All) {
    const bool Wanted = E.kind() != facts::EdgeKind::False;
    switch (E.kind()) {
    case facts::EdgeKind::True:
    case facts::EdgeKind::False:
    case facts::EdgeKind::Case: {
      const std::set<std::int64_t> *Values = valuesAsked(E);
      return !Values ||
             std::any_of(Values->begin(), Values->end(), [&](std::int64_t V) {
               return comesTo(*E.predicate(), V) == Wanted;
             });
    }
    case facts::EdgeKind::Default:
      return mayTakeDefault(All);
    default:
      return true;
    }
  }

private:
  // What the left side of its condition can be; null if that is not known.
  const std::set<std::int64_t> *valuesAsked(const facts::Edge &E) {
    const facts::Predicate *Asked = E.predicate();
    // What is only asked whether it is null is left to the checks.
    if (!Asked || Asked->op() == PredicateOp::IsNull || !comesTo(*Asked, 0))
      return nullptr;
    std::optional<std::uint32_t> Parameter = keptParameter(P, F, Asked->left());
    if (!Parameter)
      return nullptr;
    const std::set<std::int64_t> &Values = passed(*Parameter);
    return Values.empty() ? nullptr : &Values;
  }

  // Unless each value has a case.
  bool mayTakeDefault(const EdgeList *All) {
    std::set<std::int64_t> Left;
    bool IsKnown = false;
    for (const facts::Edge *Case : each(All)) {
      if (Case->kind() != facts::EdgeKind::Case)
        continue;
      const std::set<std::int64_t> *Values = valuesAsked(*Case);
      if (!Values)
        return true;
      if (!std::exchange(IsKnown, true))
        Left = *Values;
      std::erase_if(Left, [&](std::int64_t V) {
        return comesTo(*Case->predicate(), V) == true;
      });
    }
    return !IsKnown || !Left.empty();
  }

  const std::set<std::int64_t> &passed(std::uint32_t Parameter) {
    auto [It, New] = Known.try_emplace(Parameter);
    if (New)
      It->second = Passed(Parameter);
    return It->second;
  }

  const Program &P;
  FunctionId F;
  const ParameterValues &Passed;
  std::map<std::uint32_t, std::set<std::int64_t>> Known; // by parameter
};

// All that callers pass; empty if that is not known.
std::set<std::int64_t> passedBy(const Program &P, FunctionId F,
                                const CallerValues &Callers,
                                std::uint32_t Parameter) {
  std::set<std::int64_t> Result;
  for (const CallSite &Call : Callers.Sites.of(F)) {
    const CallEvent &Site = P.callEvent(Call.Call);
    if (Site.is(CallEvent::Constructs) || !Callers.IsConsidered(Call.Caller))
      continue;
    auto Value = constantOf(argument(*Site.Event, static_cast<int>(Parameter)));
    if (!Value || Result.size() == MaxValues)
      return {};
    Result.insert(*Value);
  }
  return Result;
}

} // namespace

std::optional<std::int64_t> constantOf(const facts::Value *V) {
  if (V && V->kind() == ValueKind::Null)
    return 0;
  return V && V->kind() == ValueKind::Constant && V->text() == 0
             ? std::optional(V->integer())
             : std::nullopt;
}

std::optional<bool> comesTo(const facts::Predicate &Asked, std::int64_t Left) {
  const bool AgainstZero =
      Asked.op() == PredicateOp::Truth || Asked.op() == PredicateOp::IsNull;
  std::optional<std::int64_t> Right =
      AgainstZero ? 0 : constantOf(Asked.right());
  if (!Right || Asked.op() == PredicateOp::None ||
      Asked.op() == PredicateOp::AddressLess)
    return std::nullopt;
  return compare(Asked.op(), Left, *Right) != Asked.negated();
}

std::optional<std::uint32_t> keptParameter(const Program &P, FunctionId F,
                                           const facts::Value *Value) {
  if (!Value || Value->kind() != ValueKind::Place || !Value->place() ||
      Value->place()->root() != facts::PlaceRoot::Param ||
      !each(Value->place()->path()).empty())
    return std::nullopt;
  std::uint32_t Index = Value->place()->id();
  for (const facts::Block *B : each(P.function(F).Fact->blocks()))
    for (const facts::Event *E : each(B->events()))
      if (E->place() && E->place()->root() == facts::PlaceRoot::Param &&
          E->place()->id() == Index && each(E->place()->path()).empty() &&
          E->kind() != facts::EventKind::LifetimeEnd &&
          E->kind() != facts::EventKind::Read)
        return std::nullopt;
  return Index;
}

std::map<std::uint32_t, std::set<std::int64_t>>
askedParameters(const Program &P, FunctionId F) {
  std::map<std::uint32_t, std::set<std::int64_t>> Result;
  for (const facts::Block *B : each(P.function(F).Fact->blocks()))
    for (const facts::Edge *E : each(B->edges()))
      if (const facts::Predicate *Asked = E->predicate())
        if (auto Parameter = keptParameter(P, F, Asked->left())) {
          auto With = Asked->op() == PredicateOp::Truth
                          ? std::optional<std::int64_t>(0)
                          : constantOf(Asked->right());
          if (With)
            Result[*Parameter].insert(*With);
        }
  return Result;
}

std::vector<bool> deadBlocks(const Program &P, FunctionId F,
                             const CallerValues &Callers) {
  return deadBlocks(P, F, [&](std::uint32_t Parameter) {
    return passedBy(P, F, Callers, Parameter);
  });
}

std::vector<bool> deadBlocks(const Program &P, FunctionId F,
                             const ParameterValues &Passed) {
  auto Blocks = each(P.function(F).Fact->blocks());
  std::vector<bool> Dead(Blocks.size(), true);
  std::vector<std::uint32_t> Pending;
  Branches Known(P, F, Passed);
  bool Any = false;
  if (!Blocks.empty())
    Pending.push_back(0);
  while (!Pending.empty()) {
    std::uint32_t B = Pending.back();
    Pending.pop_back();
    if (!Dead[B])
      continue;
    Dead[B] = false;
    for (const facts::Edge *E : each(Blocks[B]->edges()))
      if (Known.mayTake(*E, Blocks[B]->edges()))
        Pending.push_back(E->to());
      else
        Any = true;
  }
  return Any ? Dead : std::vector<bool>();
}

std::map<const facts::Value *, std::uint32_t>
takenArms(const facts::Function &F, const std::vector<bool> &Dead) {
  auto Blocks = each(F.blocks());
  std::vector<std::vector<std::pair<std::uint32_t, const facts::Edge *>>>
      Before(Blocks.size());
  for (std::uint32_t B = 0; B < Blocks.size(); ++B)
    for (const facts::Edge *E : each(Blocks[B]->edges()))
      Before[E->to()].emplace_back(B, E);
  // The branch and its arm that B ends: blocks with one way in, up to there.
  auto ArmOf = [&](std::uint32_t B) {
    std::optional<std::pair<std::uint32_t, std::uint32_t>> Arm;
    for (std::size_t Left = Blocks.size(); Left > 0 && !Arm; --Left) {
      if (Before[B].size() != 1)
        break;
      auto [From, E] = Before[B][0];
      if (E->kind() == facts::EdgeKind::True)
        Arm = {From, 0};
      if (E->kind() == facts::EdgeKind::False)
        Arm = {From, 1};
      B = From;
    }
    return Arm;
  };
  std::map<const facts::Value *, std::uint32_t> Result;
  for (std::uint32_t B = 0; B < Blocks.size(); ++B) {
    if (Dead[B] || Before[B].size() != 2)
      continue;
    auto First = ArmOf(Before[B][0].first), Second = ArmOf(Before[B][1].first);
    if (!First || !Second || First->first != Second->first ||
        First->second == Second->second ||
        Dead[Before[B][0].first] == Dead[Before[B][1].first])
      continue;
    std::uint32_t Arm = (Dead[Before[B][0].first] ? Second : First)->second;
    for (const facts::Event *E : each(Blocks[B]->events())) {
      std::vector<const facts::Value *> Values;
      for (const facts::Value *V : each(E->args()))
        if (V->choices() && V->choices()->size() == 2)
          Values.push_back(V);
      if (E->value() && E->value()->choices() &&
          E->value()->choices()->size() == 2)
        Values.push_back(E->value());
      // Of several it is not told which one the branch decides.
      if (Values.size() == 1) {
        Result[Values[0]] = Arm;
        break;
      }
      if (!Values.empty())
        break;
    }
  }
  return Result;
}

} // namespace gridlock
