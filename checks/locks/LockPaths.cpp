// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/LockPaths.h"

#include "checks/engine/Classify.h"

#include <algorithm>
#include <utility>

namespace gridlock {

using facts::PlaceRoot;
using facts::StepKind;
using facts::ValueKind;

namespace {

constexpr std::size_t MaxSteps =
    10; // a recursive structure would grow for ever

bool isIndex(const PathStep &S) {
  return S.Kind == StepKind::IndexConst || S.Kind == StepKind::IndexVar ||
         S.Kind == StepKind::IndexUnknown;
}

// The value of a map's element: what it is in says nothing.
bool isOfPair(const PathStep &S) {
  return S.Kind == StepKind::Field && S.Owner == "std::pair";
}

// Whether a member of the object that a path starts at has the name of its
// class and member.
bool isNamedByMember(PlaceRoot Root) {
  return Root == PlaceRoot::This || Root == PlaceRoot::Param ||
         Root == PlaceRoot::Capture || Root == PlaceRoot::None ||
         Root == PlaceRoot::CallResult || Root == PlaceRoot::Alloc;
}

} // namespace

std::size_t nameStart(const AccessPath &Path) {
  std::size_t End = Path.Steps.size();
  // What a member points to goes by the member's name.
  if (End > 1 && Path.Steps[End - 1].Kind == StepKind::Deref &&
      Path.Steps[End - 2].Kind == StepKind::Field)
    --End;
  std::optional<std::size_t> Element; // the lock in one, by a constant
  std::size_t Start = End;
  for (; Start > 0; --Start) {
    const PathStep &S = Path.Steps[Start - 1];
    if (S.Kind == StepKind::IndexConst && Start < End) {
      if (!Element)
        Element = Start;
    } else if (S.Kind == StepKind::Deref ||
               (Start < End && (isIndex(S) || isOfPair(S)))) {
      break;
    }
  }
  // Which element it is counts where the array has a name that lasts.
  const bool IsNamed = Start == 0 && Path.Root == PlaceRoot::Global
                           ? !Path.Global.empty()
                           : Start < Path.Steps.size() &&
                                 Path.Steps[Start].Kind == StepKind::Field &&
                                 (Start > 0 || isNamedByMember(Path.Root));
  return Element && !IsNamed ? *Element : Start;
}

AccessPath withoutInstance(const AccessPath &Path) {
  AccessPath Result;
  Result.Steps.assign(Path.Steps.begin() +
                          static_cast<std::ptrdiff_t>(nameStart(Path)),
                      Path.Steps.end());
  return Result;
}

std::optional<Binding> bindingOf(const FactsFile &File,
                                 const facts::Value *Value) {
  // `threaded ? &lock : nullptr`: what it is, if it is something.
  if (Value && Value->kind() == ValueKind::Unknown) {
    const facts::Value *Only = nullptr;
    for (const facts::Value *Choice : each(Value->choices())) {
      if (Choice->kind() == ValueKind::Null)
        continue;
      if (Only)
        return std::nullopt;
      Only = Choice;
    }
    return Only ? bindingOf(File, Only) : std::nullopt;
  }
  AccessPath Path = AccessPath::of(File, Value);
  if (!Path)
    return std::nullopt;
  return Binding{std::move(Path), Value->kind() == ValueKind::AddressOf};
}

std::optional<AccessPath> rebase(const AccessPath &Path, const Binding &B) {
  auto Rest = Path.Steps.begin();
  if (B.Address) {
    if (Path.Steps.empty() || Path.Steps.front().Kind != StepKind::Deref)
      return std::nullopt;
    ++Rest;
  }
  AccessPath Result = B.To;
  Result.Steps.insert(Result.Steps.end(), Rest, Path.Steps.end());
  if (Result.Steps.size() > MaxSteps)
    return std::nullopt;
  return Result;
}

AccessPath canonical(AccessPath Path, const Bindings &Known) {
  for (int Round = 0; Round < 8 && !Known.empty(); ++Round) {
    AccessPath Prefix = Path;
    bool Replaced = false;
    for (std::size_t Length = Path.Steps.size() + 1;
         Length-- > 0 && !Replaced;) {
      Prefix.Steps.resize(Length);
      auto It = Known.find(Prefix);
      if (It == Known.end())
        continue;
      AccessPath Rest;
      Rest.Steps.assign(Path.Steps.begin() +
                            static_cast<std::ptrdiff_t>(Length),
                        Path.Steps.end());
      auto Rebased = rebase(Rest, It->second);
      if (!Rebased)
        continue;
      Path = std::move(*Rebased);
      Replaced = true;
    }
    if (!Replaced)
      break;
  }
  return Path;
}

Binding pointedTo(Binding B, const Bindings &Known) {
  B.To = canonical(std::move(B.To), Known);
  if (!B.Address)
    if (auto It = Known.find(B.To); It != Known.end() && It->second.Address)
      return {canonical(It->second.To, Known), true};
  return B;
}

Substitution::Substitution(const Program &P, FunctionId Caller,
                           const facts::Event &Call, const Bindings &Known,
                           const facts::Value *Callable, bool Passed)
    : File(P.unit(P.function(Caller).Unit)), Call(Call), Known(Known),
      Callable(Callable), Passed(Passed) {
  if (Passed && Callable)
    findForwarded(P, P.function(Caller).Unit);
}

// What follows the callable, if it is as much as the callable takes.
void Substitution::findForwarded(const Program &P, std::uint32_t Unit) {
  Program::EntryList Entries = P.entries(P.resolve(Unit, Call.symbol()));
  if (std::none_of(Entries.begin(), Entries.end(), [](const auto *Entry) {
        return does(*Entry, rules::Effect::RunsCallable) &&
               Entry->where() == rules::Where::Now;
      }))
    return;
  const SymbolId Target = P.resolve(Unit, Callable->symbol());
  const std::uint32_t Params = each(P.symbol(Target).Fact->params()).size();
  auto Args = each(Call.args());
  for (std::uint32_t I = 0; I < Args.size(); ++I)
    if (Args[I]->kind() == ValueKind::Callable &&
        P.resolve(Unit, Args[I]->symbol()) == Target) {
      ForwardsObject = Args.size() == I + 2 + Params;
      if (ForwardsObject || Args.size() == I + 1 + Params)
        Forwarded = I + 1 + (ForwardsObject ? 1 : 0);
      return;
    }
}

std::optional<Binding> Substitution::argument(const AccessPath &Path) const {
  switch (Path.Root) {
  case PlaceRoot::This:
    if (Call.kind() == facts::EventKind::Construct && Call.place())
      return Binding{AccessPath::of(File, *Call.place()), false};
    if (auto Object = AccessPath::of(File, Call.receiver())) {
      if (Part)
        Object.Steps.insert(Object.Steps.end(), Part->begin(), Part->end());
      return Binding{std::move(Object), false};
    }
    if (ForwardsObject)
      if (auto Object = bindingOf(File, each(Call.args())[*Forwarded - 1])) {
        const bool IsThis =
            Object->To.Root == PlaceRoot::This && Object->To.Steps.empty();
        if (!std::exchange(Object->Address, false) && !IsThis)
          Object->To.Steps.push_back({StepKind::Deref, {}, {}, 0});
        return Object;
      }
    return std::nullopt;
  case PlaceRoot::Param: {
    auto Args = each(Call.args());
    const std::uint32_t I = Path.Id + Forwarded.value_or(0);
    return (!Passed || Forwarded) && I < Args.size() ? bindingOf(File, Args[I])
                                                     : std::nullopt;
  }
  case PlaceRoot::Capture: {
    auto Captures = each(Callable ? Callable->captures() : nullptr);
    if (Path.Id >= Captures.size())
      return std::nullopt;
    auto B = bindingOf(File, Captures[Path.Id]->value());
    // A capture by reference or of `this` stands for the object itself.
    if (B && Captures[Path.Id]->mode() != facts::CaptureMode::ByCopy &&
        Captures[Path.Id]->mode() != facts::CaptureMode::ByMove)
      B->Address = false;
    return B;
  }
  default:
    return std::nullopt;
  }
}

std::optional<AccessPath> Substitution::apply(const AccessPath &Path) const {
  if (Path.Root == PlaceRoot::Global || Path.Root == PlaceRoot::None)
    return Path;
  if (Path.Root == PlaceRoot::CallResult && Path.Id == 0) {
    AccessPath Result = AccessPath::ofResult(Call.id());
    Result.Steps = Path.Steps;
    return canonical(std::move(Result), Known);
  }
  if (auto Object = argument(Path)) {
    AccessPath Rest;
    Rest.Steps = Path.Steps;
    if (auto Result = rebase(Rest, *Object))
      return canonical(std::move(*Result), Known);
  }
  if (auto Args = each(Call.args()); Path.Root == PlaceRoot::Param && !Passed &&
                                     Path.Id < Args.size() &&
                                     Args[Path.Id]->kind() == ValueKind::Null)
    return std::nullopt; // there is none
  AccessPath Named = withoutInstance(Path);
  if (Named.Steps.empty() || Named.Steps.front().Kind != StepKind::Field)
    return std::nullopt;
  return Named;
}

std::optional<Binding> Substitution::apply(const Binding &B) const {
  // A pointer parameter stands for its argument, which may be an address.
  if (!B.Address && B.To.Steps.empty())
    if (auto Object = argument(B.To); Object && Object->Address)
      return Binding{canonical(std::move(Object->To), Known), true};
  auto To = apply(B.To);
  return To ? std::optional(Binding{std::move(*To), B.Address}) : std::nullopt;
}

AccessPath withArguments(const Program &P, FunctionId Caller,
                         const facts::Event &Call, FunctionId Callee,
                         AccessPath Path) {
  const ProgramSymbol &S = P.symbol(P.function(Callee).Symbol);
  const std::uint32_t Unit = P.function(Caller).Unit;
  auto Params = each(S.Fact->params());
  auto Args = each(Call.args());
  for (PathStep &Step : Path.Steps)
    for (std::size_t I = 0; I < std::min(Params.size(), Args.size()); ++I) {
      if (Step.Kind != StepKind::IndexVar ||
          P.text(S.Unit, Params[I]->name()) != Step.Name)
        continue;
      const facts::Place *Place =
          Args[I]->kind() == ValueKind::Place ? Args[I]->place() : nullptr;
      if (Args[I]->kind() == ValueKind::Constant)
        Step = {StepKind::IndexConst, {}, Step.Owner, Args[I]->integer()};
      else if (Place && each(Place->path()).empty() &&
               (Place->root() == PlaceRoot::Param ||
                Place->root() == PlaceRoot::Local))
        Step.Name = P.text(Unit, Place->name());
      else
        Step = {StepKind::IndexUnknown, {}, Step.Owner};
      break;
    }
  return Path;
}

AccessPath lockArgument(const Program &P, FunctionId F, const facts::Event &E,
                        int Index) {
  const ProgramFunction &Fn = P.function(F);
  const facts::Value *V = argument(E, Index);
  AccessPath Path = AccessPath::of(P.unit(Fn.Unit), V);
  if (!Path || Index < 0 || V->kind() == ValueKind::AddressOf)
    return Path;
  const ProgramSymbol &Callee = P.symbol(P.resolve(Fn.Unit, E.symbol()));
  auto Params = each(Callee.Fact ? Callee.Fact->params() : nullptr);
  bool IsPointer =
      static_cast<unsigned>(Index) < Params.size()
          ? Params[Index]->pass() == facts::PassMode::Pointer
          : P.type(Fn.Unit, V->type())->kind() == facts::TypeKind::Pointer;
  if (IsPointer)
    Path.Steps.push_back({StepKind::Deref, {}, {}, 0});
  return Path;
}

bool isLasting(PlaceRoot Root) {
  return Root == PlaceRoot::This || Root == PlaceRoot::Param ||
         Root == PlaceRoot::Global || Root == PlaceRoot::Local ||
         Root == PlaceRoot::Capture;
}

bool isOneObject(const Program &P, FunctionId Id, const AccessPath &Path) {
  if (!isLasting(Path.Root))
    return false;
  bool FollowsPointer = false;
  for (const PathStep &S : Path.Steps) {
    if (S.Kind == StepKind::IndexVar || S.Kind == StepKind::IndexUnknown)
      return false;
    FollowsPointer |= S.Kind == StepKind::Deref;
  }
  if (!FollowsPointer)
    return true;
  const ProgramFunction &F = P.function(Id);
  const FactsFile &File = P.unit(F.Unit);
  for (const facts::Block *B : each(F.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      bool Changes = E->kind() == facts::EventKind::Assign ||
                     E->kind() == facts::EventKind::Write ||
                     E->kind() == facts::EventKind::Swap;
      if (Changes && E->place() &&
          Path.startsWith(AccessPath::of(File, *E->place())))
        return false;
    }
  return true;
}

const facts::Event *callOf(const facts::Function &F, const AccessPath &Path) {
  if (Path.Root == PlaceRoot::CallResult)
    for (const facts::Block *B : each(F.blocks()))
      for (const facts::Event *E : each(B->events()))
        if (E->kind() == facts::EventKind::Call && E->id() == Path.Id)
          return E;
  return nullptr;
}

bool isVisible(const AccessPath &Path) {
  switch (Path.Root) {
  case PlaceRoot::This:
  case PlaceRoot::Param:
  case PlaceRoot::Global:
  case PlaceRoot::Capture:
    return true;
  default:
    return hasName(Path);
  }
}

bool hasName(const AccessPath &Path) {
  std::size_t Start = nameStart(Path);
  if (Start == 0 && Path.Root == PlaceRoot::Global)
    return !Path.Global.empty() || !Path.Steps.empty();
  return (Start > 0 || isNamedByMember(Path.Root)) &&
         Start < Path.Steps.size() && Path.Steps[Start].Kind == StepKind::Field;
}

std::size_t NameHash::operator()(const AccessPath &Path) const {
  std::size_t Hash = static_cast<std::size_t>(Path.Root);
  Hash = Hash * 31 + hashName(Path.Global);
  for (const PathStep &S : Path.Steps)
    Hash = (Hash * 31 + hashName(S.Name)) * 31 + hashName(S.Owner);
  return Hash;
}

namespace {

// The steps of PATH from FIRST on, the first field set off by BEFORE.
std::string spellSteps(const AccessPath &Path, std::size_t First,
                       const char *Before) {
  std::string Text;
  for (std::size_t I = First; I < Path.Steps.size(); ++I) {
    const PathStep &S = Path.Steps[I];
    if (S.Kind == StepKind::Field)
      (Text += I == First ? Before : ".") += S.Name;
    else if (S.Kind == StepKind::IndexConst)
      Text += '[' + std::to_string(S.Index) + ']';
    else
      Text += S.Kind == StepKind::Deref ? "->" : "[...]";
  }
  return Text;
}

} // namespace

bool mayBeSame(const LockName &A, const LockName &B) {
  auto Contains = [](const LockName &Whole, const LockName &Part) {
    return std::find(Whole.Inner.begin(), Whole.Inner.end(), Part.Text) !=
           Whole.Inner.end();
  };
  return A.Text == B.Text || Contains(A, B) || Contains(B, A);
}

LockName nameOf(const AccessPath &Path) {
  LockName Name;
  std::size_t Start = nameStart(Path);
  if (Start == 0 && Path.Root == PlaceRoot::Global) {
    Name.Text = Path.Global;
    Name.IsGlobal = true;
    Name.GlobalLength = Name.Text.size();
  } else {
    if (!hasName(Path))
      return Name;
    Name.Text = Path.Steps[Start].Owner;
  }
  Name.Text += spellSteps(Path, Start, Name.IsGlobal ? "." : "::");
  for (std::size_t I = Start; I < Path.Steps.size(); ++I) {
    const PathStep &S = Path.Steps[I];
    Name.IsElement |=
        S.Kind != StepKind::Field && S.Kind != StepKind::IndexConst;
    if (S.Kind == StepKind::Field && (I > Start || Name.IsGlobal))
      Name.Inner.push_back(std::string(S.Owner) + spellSteps(Path, I, "::"));
  }
  return Name;
}

} // namespace gridlock
