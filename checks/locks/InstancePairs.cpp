// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/InstancePairs.h"

#include "checks/engine/Classify.h"
#include "checks/engine/OwnedObjects.h"
#include "checks/engine/QualifiedNames.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>

namespace gridlock {

using facts::PlaceRoot;
using facts::PredicateOp;
using facts::StepKind;

namespace {

bool sameRoot(const AccessPath &A, const AccessPath &B) {
  return A.Root == B.Root && A.Id == B.Id && A.Global == B.Global;
}

bool isArgument(const AccessPath &Path) {
  return Path.Root == PlaceRoot::This || Path.Root == PlaceRoot::Param;
}

bool hasElement(const AccessPath &Path) {
  return std::any_of(Path.Steps.begin(), Path.Steps.end(), [](const auto &S) {
    return S.Kind == StepKind::IndexConst || S.Kind == StepKind::IndexVar ||
           S.Kind == StepKind::IndexUnknown;
  });
}

// The lock is the argument's own, not that of something it leads to.
bool isOwn(const AccessPath &Path) {
  auto Derefs = std::count_if(
      Path.Steps.begin(), Path.Steps.end(),
      [](const PathStep &S) { return S.Kind == StepKind::Deref; });
  return !hasElement(Path) &&
         (Derefs == 0 || (Derefs == 1 && Path.Root == PlaceRoot::Param &&
                          Path.Steps.front().Kind == StepKind::Deref));
}

class Judge {
public:
  Judge(const Program &P, const InstancePair &Pair)
      : P(P), Pair(Pair), F(P.function(Pair.Function)), File(P.unit(F.Unit)),
        First(fetched(Pair.First)), Second(fetched(Pair.Second)) {}

  bool isCompared() const;
  bool hasCommonLock() const;
  bool isStructure() const;

  bool isByIndex() const;
  bool isByKey() const;

private:
  AccessPath fetched(const AccessPath &Path) const;
  bool areUnordered(std::uint32_t One, std::uint32_t Other) const;
  bool comparesObjects(const facts::Predicate &Pred) const;
  bool handsOut(SymbolId Getter) const;
  std::optional<std::uint32_t> parameterIn(std::string &Text) const;
  bool mayOrder(const facts::Predicate &Pred) const;
  bool isRelational(const facts::Predicate &Pred) const;
  bool asksBoth(const facts::Predicate &Pred) const;
  bool standsFor(const AccessPath &Path, const AccessPath &Object,
                 bool Deep = true) const;
  std::string nameOfRoot(const AccessPath &Path) const;

  const Program &P;
  const InstancePair &Pair;
  const ProgramFunction &F;
  const FactsFile &File;
  const AccessPath First, Second; // of the pair, by what was fetched
};

// What a smart pointer or an iterator that is a local leads to, by what the
// local is a copy of; other paths as they are.
AccessPath Judge::fetched(const AccessPath &Path) const {
  if (Path.Root != PlaceRoot::Local || Path.Steps.empty() ||
      Path.Steps.front().Kind != StepKind::Deref)
    return Path;
  const facts::Value *Source = nullptr;
  for (const facts::Block *B : each(F.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      if (!E->place() || E->kind() == facts::EventKind::LifetimeEnd ||
          AccessPath::of(File, *E->place()) !=
              AccessPath{Path.Root, Path.Id, {}, {}})
        continue;
      if (Source || !E->value())
        return Path;
      Source = E->value();
    }
  AccessPath Result = AccessPath::of(File, Source);
  if (!Result || Source->kind() != facts::ValueKind::Place)
    return Path;
  Result.Steps.insert(Result.Steps.end(), Path.Steps.begin(), Path.Steps.end());
  return Result;
}

// Whether PATH is the object, a part of it, or a local made of it.
bool Judge::standsFor(const AccessPath &Path, const AccessPath &Object,
                      bool Deep) const {
  if (!Path)
    return false;
  if (sameRoot(Path, Object))
    return true;
  if (!Deep ||
      (Path.Root != PlaceRoot::Local && Path.Root != PlaceRoot::CallResult))
    return false;
  for (const facts::Block *B : each(F.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      bool Makes =
          Path.Root == PlaceRoot::CallResult
              ? E->kind() == facts::EventKind::Call && E->id() == Path.Id
              : E->place() && sameRoot(AccessPath::of(File, *E->place()), Path);
      if (!Makes)
        continue;
      if (standsFor(AccessPath::of(File, E->value()), Object, false) ||
          standsFor(AccessPath::of(File, E->receiver()), Object, false))
        return true;
      for (const facts::Value *Arg : each(E->args()))
        if (standsFor(AccessPath::of(File, Arg), Object, false))
          return true;
    }
  return false;
}

// Less, greater and the like of one and the other.
bool Judge::isRelational(const facts::Predicate &Pred) const {
  if (Pred.op() != PredicateOp::Lt && Pred.op() != PredicateOp::Le &&
      Pred.op() != PredicateOp::Gt && Pred.op() != PredicateOp::Ge &&
      Pred.op() != PredicateOp::AddressLess)
    return false;
  if (Pred.op() == PredicateOp::AddressLess)
    return true;
  AccessPath Left = AccessPath::of(File, Pred.left());
  AccessPath Right = AccessPath::of(File, Pred.right());
  if ((standsFor(Left, Pair.First) && standsFor(Right, Pair.Second)) ||
      (standsFor(Left, Pair.Second) && standsFor(Right, Pair.First)))
    return true;
  // Numbers that addresses were cast to leave no trace of where they are from.
  auto IsNumber = [&](const AccessPath &Path, const facts::Value *V) {
    if (Path.Root != PlaceRoot::Local || !Path.Steps.empty())
      return false;
    std::string_view Type = P.typeName(F.Unit, typeOf(*V));
    return Type.find("long") != std::string_view::npos ||
           Type.find("intptr") != std::string_view::npos ||
           P.type(F.Unit, typeOf(*V))->kind() == facts::TypeKind::Pointer;
  };
  return Left && Right && !sameRoot(Left, Right) &&
         IsNumber(Left, Pred.left()) && IsNumber(Right, Pred.right());
}

// The result of a call that is given both, such as std::less or compare().
bool Judge::asksBoth(const facts::Predicate &Pred) const {
  AccessPath Result = AccessPath::of(File, Pred.left());
  return Result.Root == PlaceRoot::CallResult &&
         standsFor(Result, Pair.First) && standsFor(Result, Pair.Second);
}

bool Judge::isCompared() const {
  for (const facts::Block *B : each(F.Fact->blocks()))
    for (const facts::Edge *E : each(B->edges())) {
      const facts::Predicate *Pred = E->predicate();
      if (Pred && (Pred->op() == PredicateOp::None || isRelational(*Pred) ||
                   (Pred->op() != PredicateOp::Eq &&
                    Pred->op() != PredicateOp::Ne && asksBoth(*Pred))))
        return true;
    }
  return false;
}

// A third lock that keeps every other call of the function out.
bool Judge::hasCommonLock() const {
  return std::any_of(Pair.Held.begin(), Pair.Held.end(), [&](const auto &G) {
    return G.Mode != rules::LockMode::Shared && !(G.Lock == Pair.First) &&
           (!isArgument(G.Lock) || (G.Lock.Root == PlaceRoot::This &&
                                    Pair.First.Root != PlaceRoot::This &&
                                    Pair.Second.Root != PlaceRoot::This));
  });
}

std::string Judge::nameOfRoot(const AccessPath &Path) const {
  auto Params = each(P.symbol(F.Symbol).Fact->params());
  return Path.Root == PlaceRoot::Param && Path.Id < Params.size()
             ? lowerCase(
                   P.text(P.symbol(F.Symbol).Unit, Params[Path.Id]->name()))
             : std::string();
}

bool Judge::isStructure() const {
  constexpr std::string_view Words[] = {"parent", "child", "next", "prev",
                                        "root",   "leaf",  "node", "owner",
                                        "sub",    "super", "head", "tail"};
  for (const AccessPath *Path : {&Pair.First, &Pair.Second}) {
    std::string Name = nameOfRoot(*Path);
    for (std::string_view Word : Words)
      if (Name.find(Word) != std::string::npos)
        return true;
  }
  return false;
}

// TEXT with the parameter that it names left out, if it is one only.
std::optional<std::uint32_t> Judge::parameterIn(std::string &Text) const {
  auto IsWord = [](char C) {
    return std::isalnum(static_cast<unsigned char>(C)) || C == '_';
  };
  std::optional<std::uint32_t> Found;
  const ProgramSymbol &S = P.symbol(F.Symbol);
  auto Params = each(S.Fact->params());
  std::string Rest;
  for (std::size_t I = 0; I < Text.size();) {
    std::size_t End = I;
    while (End < Text.size() && IsWord(Text[End]))
      ++End;
    std::string_view Word(Text.data() + I, End - I);
    for (std::uint32_t N = 0; !Word.empty() && N < Params.size(); ++N)
      if (P.text(S.Unit, Params[N]->name()) == Word) {
        if (Found && *Found != N)
          return std::nullopt;
        Found = N;
        Word = "@";
      }
    Rest += Word;
    if (End == I)
      Rest += Text[End++];
    I = End;
  }
  Text = std::move(Rest);
  return Found;
}

// Whether a condition that is not understood may say which is less.
bool Judge::mayOrder(const facts::Predicate &Pred) const {
  std::string_view Text = P.text(F.Unit, Pred.text());
  return Text.empty() || Text.find_first_of("<>(") != std::string_view::npos;
}

// Two elements of one array or the like, of which two parameters say which, as
// they are: nothing puts them in an order.
bool Judge::isByIndex() const {
  const auto &A = First.Steps, &B = Second.Steps;
  if (!sameRoot(First, Second) || A.size() != B.size())
    return false;
  std::optional<std::uint32_t> One, Other;
  for (std::size_t I = 0; I < A.size(); ++I) {
    if (A[I] == B[I])
      continue;
    if (One || A[I].Kind != StepKind::IndexVar ||
        B[I].Kind != StepKind::IndexVar)
      return false;
    std::string Left(A[I].Name), Right(B[I].Name);
    One = parameterIn(Left);
    Other = parameterIn(Right);
    if (!One || !Other || *One == *Other || Left != Right)
      return false;
  }
  return areUnordered(*One, *Other);
}

// Less, greater and the like of two objects that were fetched, or of their
// addresses.
bool Judge::comparesObjects(const facts::Predicate &Pred) const {
  if (Pred.op() == PredicateOp::Eq || Pred.op() == PredicateOp::Ne)
    return false;
  auto IsFetched = [](const AccessPath &Path) {
    return Path.Root == PlaceRoot::CallResult || Path.Root == PlaceRoot::Local;
  };
  AccessPath Left = AccessPath::of(File, Pred.left());
  AccessPath Right = AccessPath::of(File, Pred.right());
  return Pred.op() == PredicateOp::AddressLess ||
         (IsFetched(Left) && IsFetched(Right) && !sameRoot(Left, Right));
}

// Whether nothing here says which of two parameters is less, or keeps other
// calls out.
bool Judge::areUnordered(std::uint32_t One, std::uint32_t Other) const {
  auto IsEither = [&](const facts::Value *V) {
    return V && V->place() && V->place()->root() == PlaceRoot::Param &&
           (V->place()->id() == One || V->place()->id() == Other);
  };
  for (const facts::Block *Block : each(F.Fact->blocks())) {
    for (const facts::Event *E : each(Block->events())) {
      auto Args = each(E->args());
      if (std::count_if(Args.begin(), Args.end(), IsEither) > 1 ||
          (E->place() && E->place()->root() == PlaceRoot::Param))
        return false; // std::minmax() and the like, or another value
    }
    for (const facts::Edge *E : each(Block->edges()))
      if (const facts::Predicate *Pred = E->predicate();
          Pred &&
          (comparesObjects(*Pred) ||
           (Pred->op() == PredicateOp::None
                ? mayOrder(*Pred)
                : Pred->op() != PredicateOp::Eq &&
                      Pred->op() != PredicateOp::Ne &&
                      (IsEither(Pred->left()) || IsEither(Pred->right())))))
        return false;
  }
  return std::none_of(Pair.Held.begin(), Pair.Held.end(), [&](const auto &G) {
    return G.Mode != rules::LockMode::Shared && !(G.Lock == Pair.First);
  });
}

// What one function hands out for two parameters, by pointer, reference or
// smart pointer, and doesn't make for the call.
bool Judge::isByKey() const {
  const facts::Event *From = callOf(*F.Fact, First);
  const facts::Event *To = callOf(*F.Fact, Second);
  if (!From || !To || From == To || From->symbol() != To->symbol() ||
      First.Steps != Second.Steps ||
      AccessPath::of(File, From->receiver()) !=
          AccessPath::of(File, To->receiver()) ||
      !handsOut(P.resolve(F.Unit, From->symbol())))
    return false;
  auto A = each(From->args()), B = each(To->args());
  if (A.size() != B.size())
    return false;
  std::optional<std::uint32_t> One, Other;
  for (std::size_t I = 0; I < A.size(); ++I) {
    AccessPath Left = AccessPath::of(File, A[I]);
    AccessPath Right = AccessPath::of(File, B[I]);
    if (Left == Right && A[I]->integer() == B[I]->integer())
      continue;
    if (One || Left.Root != PlaceRoot::Param ||
        Right.Root != PlaceRoot::Param || !Left.Steps.empty() ||
        !Right.Steps.empty())
      return false;
    One = Left.Id;
    Other = Right.Id;
  }
  return One && areUnordered(*One, *Other);
}

bool Judge::handsOut(SymbolId Getter) const {
  const ProgramSymbol &S = P.symbol(Getter);
  if (!S.Fact || S.Fact->record() == 0)
    return false;
  if (S.Body == NoFunction) {
    const std::string_view Name = lastComponent(P.qualifiedName(Getter));
    return (Name == "at" || Name == "find") &&
           ownerKind(P.typeName(S.Unit, S.Fact->record())) == Owner::Container;
  }
  if (P.calls(S.Body, Callee::MakesInPlace))
    return false;
  const ProgramFunction &Body = P.function(S.Body);
  bool Returns = false;
  for (const facts::Block *B : each(Body.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      AccessPath Of = AccessPath::of(P.unit(Body.Unit), E->value());
      if (Of.Root == PlaceRoot::Alloc)
        return false;
      Returns |= E->kind() == facts::EventKind::Return && E->value();
    }
  return Returns;
}

} // namespace

PairShape shapeOf(const Program &P, const InstancePair &Pair) {
  const Judge Judged(P, Pair);
  facts::FunctionFlag Flags = P.function(Pair.Function).Fact->flags();
  bool MakesOrEnds = hasFlag(Flags, facts::FunctionFlag::Constructor) ||
                     hasFlag(Flags, facts::FunctionFlag::Destructor);
  bool OfThis =
      Pair.First.Root == PlaceRoot::This || Pair.Second.Root == PlaceRoot::This;
  // A guard of the program's own takes it in its constructor.
  if (!MakesOrEnds && Pair.Calls <= 1 &&
      (Judged.isByIndex() || Judged.isByKey()))
    return PairShape::Elements;
  // An object that is being made, or ends, is known to nobody else.
  if (!isArgument(Pair.First) || !isArgument(Pair.Second) ||
      sameRoot(Pair.First, Pair.Second) || !isOwn(Pair.First) ||
      !isOwn(Pair.Second) || (MakesOrEnds && OfThis) ||
      Judged.hasCommonLock() || Judged.isCompared())
    return PairShape::Fine;
  return Judged.isStructure() ? PairShape::Hierarchy : PairShape::Exchanged;
}

} // namespace gridlock
