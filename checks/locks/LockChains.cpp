// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockChains.h"

#include "checks/engine/Classify.h"
#include "checks/engine/DeadBlocks.h"
#include "checks/engine/QualifiedNames.h"

#include <algorithm>
#include <optional>

namespace gridlock {

namespace {

// Words by which a condition asks who has a lock.
bool namesHolder(std::string_view Name) {
  const std::string Lower = lowerCase(Name);
  for (const char *Word : {"lock", "held", "hold", "own", "self", "thread",
                           "depth", "recurs", "nest", "entered", "inside"})
    if (Lower.find(Word) != std::string::npos)
      return true;
  return false;
}

// Whether what a branch asks for may tell that the lock is held.
bool mayTell(const Program &P, FunctionId Id, const facts::Predicate &Pred) {
  const ProgramFunction &F = P.function(Id);
  auto Asks = [&](const facts::Value *V) {
    AccessPath Path = AccessPath::of(P.unit(F.Unit), V);
    if (const facts::Event *E = callOf(*F.Fact, Path))
      return namesHolder(
          lastComponent(P.qualifiedName(P.resolve(F.Unit, E->symbol()))));
    // A number that is passed is data, a flag or a pointer may be word of it.
    if (Path.Root == facts::PlaceRoot::Param && Path.Steps.empty())
      return Pred.op() == facts::PredicateOp::Truth ||
             Pred.op() == facts::PredicateOp::IsNull ||
             Pred.op() == facts::PredicateOp::BitTest;
    return (Path.Root == facts::PlaceRoot::Global &&
            namesHolder(Path.Global)) ||
           std::any_of(Path.Steps.begin(), Path.Steps.end(),
                       [](const PathStep &S) { return namesHolder(S.Name); });
  };
  return Pred.op() == facts::PredicateOp::None || Asks(Pred.left()) ||
         Asks(Pred.right());
}

// Whether a condition only makes sure that there is an object at all of which
// SITE takes the lock.
bool asksForObject(const FactsFile &File, const facts::Predicate &Pred,
                   const facts::Event &Site) {
  AccessPath Asked = AccessPath::of(File, Pred.left());
  return Pred.op() == facts::PredicateOp::IsNull && Asked && Site.receiver() &&
         AccessPath::of(File, Site.receiver()).startsWith(Asked);
}

// What V is compared as: of a text, a function or the address of an object it
// only matters that it is not null.
std::optional<std::int64_t> givenValue(const facts::Value *V) {
  using facts::ValueKind;
  if (V &&
      ((V->kind() == ValueKind::Constant && V->text() != 0) ||
       V->kind() == ValueKind::AddressOf || V->kind() == ValueKind::Callable))
    return 1;
  return constantOf(V);
}

// What a condition of function ID comes to where CALL gives a constant for the
// parameter that it asks for.
std::optional<bool> decided(const Program &P, FunctionId Id,
                            const facts::Predicate &Pred,
                            const facts::Event *Call) {
  if (!Call || !comesTo(Pred, 0))
    return std::nullopt;
  auto Parameter = keptParameter(P, Id, Pred.left());
  auto Given = Parameter
                   ? givenValue(argument(*Call, static_cast<int>(*Parameter)))
                   : std::nullopt;
  return Given ? comesTo(Pred, *Given) : std::nullopt;
}

bool isTaken(const Program &P, FunctionId Id, const facts::Edge &E,
             const facts::Event *Call) {
  if (!E.predicate() ||
      (E.kind() != facts::EdgeKind::True && E.kind() != facts::EdgeKind::False))
    return true;
  const bool IfTrue = E.kind() == facts::EdgeKind::True;
  return decided(P, Id, *E.predicate(), Call).value_or(IfTrue) == IfTrue;
}

// How one function leads to its event SITE, called by CALL (null: not known).
Leads leadsTo(const Program &P, FunctionId Id, const facts::Event *Site,
              const facts::Event *Call) {
  const facts::Function &F = *P.function(Id).Fact;
  auto Blocks = each(F.blocks());
  std::uint32_t At = 0;
  for (std::uint32_t B = 0; B < Blocks.size(); ++B) {
    auto Events = each(Blocks[B]->events());
    if (std::find(Events.begin(), Events.end(), Site) != Events.end())
      At = B;
  }
  // From where it can be reached.
  std::vector<bool> Reaches(Blocks.size(), false), Seen(Blocks.size(), false);
  Reaches[At] = true;
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (std::uint32_t B = 0; B < Blocks.size(); ++B)
      for (const facts::Edge *E : each(Blocks[B]->edges()))
        if (!Reaches[B] && Reaches[E->to()] && isTaken(P, Id, *E, Call))
          Changed = Reaches[B] = true;
  }
  if (!Reaches[0])
    return Leads::NotAsTold;
  Leads Result = Leads::Always;
  std::vector<std::uint32_t> Pending{0};
  while (!Pending.empty()) {
    std::uint32_t B = Pending.back();
    Pending.pop_back();
    if (Seen[B] || B == At || !Reaches[B])
      continue;
    Seen[B] = true;
    for (const facts::Edge *E : each(Blocks[B]->edges())) {
      if (E->kind() == facts::EdgeKind::Unwind ||
          E->kind() == facts::EdgeKind::Handler || !isTaken(P, Id, *E, Call))
        continue;
      Pending.push_back(E->to());
      if (!Reaches[E->to()] &&
          (!E->predicate() || !Site ||
           !asksForObject(P.unit(P.function(Id).Unit), *E->predicate(), *Site)))
        Result =
            std::min(Result, E->predicate() && mayTell(P, Id, *E->predicate())
                                 ? Leads::IfNotHeld
                                 : Leads::OnSomeData);
    }
  }
  return Result;
}

// Whether a call of the chain gives a constant for a flag that its callee
// tests.
bool isTold(const LockModel &Model, ChainId Chain) {
  const Program &P = Model.program();
  for (ChainId Next = Model.chain(Chain).Next; Next != 0;
       Chain = Next, Next = Model.chain(Chain).Next) {
    auto Args = each(Model.chain(Chain).Site->args());
    auto IsConstant = [&](const facts::Value *Tested) {
      return Tested && Tested->place() &&
             Tested->place()->root() == facts::PlaceRoot::Param &&
             Tested->place()->id() < Args.size() &&
             (Args[Tested->place()->id()]->kind() ==
                  facts::ValueKind::Constant ||
              Args[Tested->place()->id()]->kind() == facts::ValueKind::Null);
    };
    const ProgramFunction &F = P.function(Model.chain(Next).Function);
    for (const facts::Block *B : each(F.Fact->blocks()))
      for (const facts::Edge *E : each(B->edges()))
        if (E->predicate() &&
            !decided(P, Model.chain(Next).Function, *E->predicate(),
                     Model.chain(Chain).Site) &&
            (E->predicate()->op() < facts::PredicateOp::Lt ||
             E->predicate()->op() > facts::PredicateOp::Ge) &&
            (IsConstant(E->predicate()->left()) ||
             IsConstant(E->predicate()->right())))
          return true;
  }
  return false;
}

} // namespace

Leads leadsToEnd(const LockModel &Model, ChainId First) {
  Leads Result = Leads::Always;
  // The first link is in the function that holds the lock.
  const facts::Event *Call = Model.chain(First).Site;
  for (ChainId Chain = Model.chain(First).Next; Chain != 0;
       Chain = Model.chain(Chain).Next) {
    const ChainLink &Link = Model.chain(Chain);
    Result = std::min(Result,
                      leadsTo(Model.program(), Link.Function, Link.Site, Call));
    Call = Link.Site;
  }
  return Result != Leads::Always && isTold(Model, First) ? Leads::NotAsTold
                                                         : Result;
}

} // namespace gridlock
