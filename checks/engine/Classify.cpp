// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Classify.h"

#include "checks/engine/DeadBlocks.h"
#include "checks/engine/EmptyEnds.h"
#include "checks/engine/QualifiedNames.h"

#include <algorithm>

namespace gridlock {

using facts::ValueKind;
using rules::ConditionKind;

namespace {

constexpr std::size_t MaxChain = 4; // calls that hand a value on
constexpr unsigned MaxChains = 256; // that are looked at for one operation
constexpr int AnyArgument = -2, LastArgument = -3, Result = -4,
              AllArguments = -5;

Verdict fromBool(bool B) { return B ? Verdict::Yes : Verdict::No; }
Verdict opposite(Verdict V) {
  return static_cast<Verdict>(static_cast<int>(Verdict::Yes) -
                              static_cast<int>(V));
}

bool namesFlag(const FactsFile &File, const facts::Value &V,
               std::string_view Name) {
  for (std::uint32_t Flag : each(V.flags()))
    if (File.string(Flag) == Name)
      return true;
  return false;
}

Verdict flagSet(const FactsFile &File, const facts::Value &V,
                const rules::Condition &C, std::optional<std::int64_t> Number) {
  if (C.name() && namesFlag(File, V, C.name()->string_view()))
    return Verdict::Yes;
  if (Number)
    return fromBool(C.value() != 0 && (*Number & C.value()) == C.value());
  return Verdict::Maybe;
}

Verdict isNull(const facts::Value &V) {
  switch (V.kind()) {
  case ValueKind::Null:
    return Verdict::Yes;
  case ValueKind::Constant: // a string literal has a text and no number
    return fromBool(V.integer() == 0 && V.text() == 0);
  case ValueKind::AddressOf:
  case ValueKind::Callable:
    return Verdict::No;
  default: // whoever passes a pointer seldom passes none
    return Verdict::Unlikely;
  }
}

// Numbers of a structure that are flags are named so: ai_flags, sem_flg.
bool isNamedFlags(const AccessPath &Path) {
  const std::string_view Name =
      Path.Steps.empty() ? std::string_view() : Path.Steps.back().Name;
  return Name.find("flag") != std::string_view::npos ||
         Name.find("flg") != std::string_view::npos;
}

// What a chain of << and >> of function F was begun with, where V is the result
// of one of them; else V.
const facts::Value &streamOf(const Program &P, FunctionId F,
                             const facts::Value &V) {
  const facts::Value *At = &V;
  auto Sites = P.callEvents(F);
  while (At->kind() == ValueKind::Place && each(At->place()->path()).empty() &&
         At->place()->root() == facts::PlaceRoot::CallResult) {
    auto Site = std::find_if(Sites.begin(), Sites.end(), [&](const auto &C) {
      return C.Event->id() == At->place()->id();
    });
    if (Site == Sites.end())
      break;
    const facts::Event &E = *Site->Event;
    const std::string_view Name = lastComponent(P.qualifiedName(Site->Callee));
    const facts::Value *Given = E.receiver() ? E.receiver() : argument(E, 0);
    if (!Given || (Name != "operator<<" && Name != "operator>>") ||
        P.type(P.function(F).Unit, E.type())->kind() !=
            facts::TypeKind::LvalueReference)
      break;
    At = Given;
  }
  return *At;
}

// Whether V is the one object or function of that name.
bool isNamed(const Program &P, std::uint32_t Unit, const facts::Value &V,
             std::string_view Name) {
  if (V.kind() == ValueKind::Callable)
    return P.qualifiedName(P.resolve(Unit, V.symbol())) == Name;
  return V.kind() == ValueKind::Place && each(V.place()->path()).empty() &&
         V.place()->root() == facts::PlaceRoot::Global &&
         P.text(Unit, V.place()->display()) == Name;
}

unsigned written(const facts::Event &E) {
  unsigned Count = each(E.args()).size();
  return Count - std::min(Count, E.default_args());
}

} // namespace

std::uint32_t typeOf(const facts::Value &V) {
  // The object's own type says more than what it was converted to for the call.
  if (V.place() && V.kind() != facts::ValueKind::Callable) {
    auto Steps = each(V.place()->path());
    std::uint32_t Own =
        Steps.empty() ? V.place()->type() : Steps[Steps.size() - 1]->type();
    if (Own != 0)
      return Own;
  }
  return V.type();
}

bool does(const rules::Entry &Entry, rules::Effect E) {
  for (auto Has : each(Entry.effects()))
    if (static_cast<rules::Effect>(Has) == E)
      return true;
  return false;
}

bool does(Program::EntryList Entries, rules::Effect E) {
  return std::any_of(Entries.begin(), Entries.end(),
                     [&](const rules::Entry *Has) { return does(*Has, E); });
}

bool Applied::does(rules::Effect E) const { return gridlock::does(*Entry, E); }

const facts::Value *argument(const facts::Event &E, int Index) {
  if (Index == -1)
    return E.receiver();
  if (Index == LastArgument)
    Index = static_cast<int>(written(E)) - 1;
  auto Args = each(E.args());
  return Index >= 0 && static_cast<unsigned>(Index) < Args.size() ? Args[Index]
                                                                  : nullptr;
}

std::vector<Applied> Classifier::classify(std::uint32_t Block,
                                          const facts::Event &E) {
  std::vector<Applied> Result;
  Site S{Block, E};
  for (const rules::Entry *Entry : P.entries(P.resolve(F.Unit, E.symbol()))) {
    DoesApply = true;
    Verdict Holds = judgeForCallers(*Entry, S);
    if (DoesApply)
      Result.push_back({Entry, Holds});
  }
  return Result;
}

Verdict Classifier::judge(const rules::Entry &Entry, const Site &S) {
  Verdict Applies = Verdict::Yes;
  for (const rules::Condition *C : each(Entry.when())) {
    Applies = std::min(Applies, holds(*C, S));
    if (Applies == Verdict::No)
      break;
  }
  DoesApply = Applies != Verdict::No;
  Verdict Excused = Verdict::No;
  for (const rules::Condition *C : each(Entry.unless())) {
    Excused = std::max(Excused, holds(*C, S));
    if (Excused == Verdict::Yes)
      break;
  }
  return std::min(Applies, opposite(Excused));
}

// The worst of what callers pass, where parameters decide.
Verdict Classifier::judgeForCallers(const rules::Entry &Entry, const Site &S) {
  AsksParameters = false;
  Verdict Anyhow = judge(Entry, S);
  if (!AsksParameters || !Callers || !DoesApply)
    return Anyhow;
  Worst.reset();
  AppliesToSome = false;
  Chains = 0;
  for (const CallSite &Call : Callers->Sites.of(Id))
    if (isConsidered(Call))
      judgeFor(Call, Entry, S);
  DoesApply = !Worst || AppliesToSome;
  return Worst.value_or(Anyhow);
}

bool Classifier::isConsidered(const CallSite &Call) const {
  return !P.callEvent(Call.Call).is(CallEvent::Constructs) &&
         Callers->IsConsidered(Call.Caller);
}

// For one call that leads here, and for those which lead to it as far as they
// decide.
void Classifier::judgeFor(const CallSite &Call, const rules::Entry &Entry,
                          const Site &S) {
  Chain.push_back(&Call);
  AsksParameters = false;
  Verdict Here = judge(Entry, S);
  bool Applies = DoesApply, Further = false;
  if (AsksParameters && Chain.size() < MaxChain && Chains < MaxChains &&
      Callers->IsCalledByName(Call.Caller))
    for (const CallSite &Outer : Callers->Sites.of(Call.Caller))
      if (isConsidered(Outer)) {
        Further = true;
        judgeFor(Outer, Entry, S);
      }
  if (!Further) {
    ++Chains;
    Worst = std::max(Worst.value_or(Verdict::No), Here);
    AppliesToSome |= Applies;
  }
  Chain.pop_back();
}

std::optional<std::uint32_t>
Classifier::parameterOf(FunctionId F, const facts::Value *V) const {
  return keptParameter(P, F, V);
}

Verdict Classifier::holdsFor(const rules::Condition &C, const facts::Value *V,
                             const Site &S) {
  Verdict Here = decide(C, V, S);
  if (!Callers)
    return Here;
  FunctionId In = Id;
  for (std::size_t I = 0; Here != Verdict::Yes && Here != Verdict::No; ++I) {
    std::optional<std::uint32_t> Parameter = parameterOf(In, V);
    if (!Parameter)
      break;
    if (I == Chain.size()) {
      AsksParameters = true;
      break;
    }
    const CallEvent &Call = P.callEvent(Chain[I]->Call);
    V = argument(*Call.Event, static_cast<int>(*Parameter));
    if (!V)
      break;
    In = Chain[I]->Caller;
    Here = Classifier(P, In).decide(C, V, {Call.Block, *Call.Event});
  }
  return Here;
}

Verdict Classifier::holds(const rules::Condition &C, const Site &S) {
  Verdict V = Verdict::No;
  auto Args = each(S.Event.args());
  if (C.kind() == ConditionKind::ArgumentCount) {
    V = fromBool(written(S.Event) == C.value());
  } else if (C.kind() == ConditionKind::ReceiverType || C.arg() == Result) {
    V = holdsFor(C, C.arg() == Result ? nullptr : S.Event.receiver(), S);
  } else if (C.arg() == AnyArgument || C.arg() == AllArguments) {
    bool Any = C.arg() == AnyArgument;
    V = fromBool(!Any);
    for (const facts::Value *Arg : Args)
      V = Any ? std::max(V, holdsFor(C, Arg, S))
              : std::min(V, holdsFor(C, Arg, S));
  } else if (const facts::Value *Arg = argument(S.Event, C.arg())) {
    V = holdsFor(C, Arg, S);
  } else if (C.arg() == -1) {
    V = Verdict::Maybe; // the receiver of a free function or of an unknown
                        // object
  }
  return C.negated() ? opposite(V) : V;
}

std::optional<Marks> Classifier::stateAt(const Site &S) {
  if (!Flow)
    Flow = std::make_unique<ValueFlow>(P, Id, P.descriptorModes());
  return Flow->before(S.Block, S.Event);
}

Mark Classifier::markOf(const facts::Value *V, const Site &S) {
  std::optional<Marks> State = stateAt(S);
  AccessPath Path = descriptorPath(P.unit(F.Unit), V);
  Mark M = State ? State->of(Path) : Mark::Unknown;
  if (M != Mark::Unknown)
    return M;
  // Standard input, output and error block unless somebody changes them.
  const bool IsNumber = V && V->kind() == ValueKind::Constant;
  return (P.descriptorModes() ? P.descriptorModes()->kept(Path) : std::nullopt)
      .value_or(IsNumber ? Mark::Blocking : Mark::Unknown);
}

std::optional<std::int64_t> Classifier::numberOf(const facts::Value &V,
                                                 const Site &S) {
  if (V.kind() == ValueKind::Constant)
    return V.integer();
  if (V.kind() != ValueKind::Place && V.kind() != ValueKind::AddressOf)
    return std::nullopt;
  if (std::optional<Marks> State = stateAt(S))
    if (auto Number = State->numberOf(P.unit(F.Unit), V))
      return Number;
  return P.descriptorModes()
             ? P.descriptorModes()->constants().numberOf(P.unit(F.Unit), V)
             : std::nullopt;
}

// With a mode of its own: no descriptor, nor a pointer to what may have one
// that the program has made (SSL *).
bool Classifier::isObject(const facts::Value &V) const {
  std::uint32_t Type = P.withoutReference(F.Unit, typeOf(V));
  return P.type(F.Unit, Type)->kind() == facts::TypeKind::Record;
}

// Whether a structure that V points to has the flag in one of its numbers.
std::optional<Verdict> Classifier::behindPointer(const rules::Condition &C,
                                                 const facts::Value &V,
                                                 const Site &S) {
  if (V.kind() != ValueKind::AddressOf || C.value() == 0)
    return std::nullopt;
  std::optional<Marks> State = stateAt(S);
  AccessPath Whole = AccessPath::of(P.unit(F.Unit), &V);
  if (!State || !Whole)
    return Verdict::Maybe;
  Verdict Result = Verdict::Maybe;
  for (auto It = State->Numbers.lower_bound(Whole);
       It != State->Numbers.end() && It->first.startsWith(Whole); ++It) {
    if (isNamedFlags(It->first) && It->second >= 0 &&
        (It->second & C.value()) == C.value())
      return Verdict::Yes;
    if (It->first != Whole || It->second == 0)
      Result = Verdict::No;
  }
  return Result;
}

Verdict Classifier::decide(const rules::Condition &C, const facts::Value *V,
                           const Site &S) {
  const FactsFile &File = P.unit(F.Unit);
  std::string_view Name = C.name() ? C.name()->string_view() : "";
  if (C.arg() == Result && C.kind() == ConditionKind::ArgumentType)
    return fromBool(P.isOrDerivesFrom(F.Unit, S.Event.type(), Name));
  if (!V)
    return Verdict::Maybe;
  bool IsConstant = V->kind() == ValueKind::Constant;
  switch (C.kind()) {
  case ConditionKind::Equals:
    if (V->kind() == ValueKind::Null)
      return fromBool(C.value() == 0);
    if (auto Number =
            V->kind() == ValueKind::AddressOf ? std::nullopt : numberOf(*V, S))
      return fromBool(*Number == C.value());
    return Verdict::Unlikely;
  case ConditionKind::Less:
    if (auto Number = numberOf(*V, S))
      return fromBool(*Number < C.value());
    return Verdict::Maybe;
  case ConditionKind::HasFlag:
    if (V->kind() == ValueKind::Null)
      return Verdict::No;
    return behindPointer(C, *V, S).value_or(
        flagSet(File, *V, C, numberOf(*V, S)));
  case ConditionKind::LacksFlag:
    return opposite(flagSet(File, *V, C, numberOf(*V, S)));
  case ConditionKind::NonblockingDescriptor:
    switch (markOf(V, S)) {
    case Mark::NonBlocking:
      return Verdict::Yes;
    case Mark::Blocking:
      return Verdict::No;
    case Mark::Readable:
      return Verdict::Likely;
    default:
      // Objects block until they are told not to, and nobody does.
      if (!IsConstant && isObject(*V) && P.descriptorModes() &&
          !P.descriptorModes()->switchesObjects())
        return Verdict::Unlikely;
      return Verdict::Maybe;
    }
  case ConditionKind::ZeroDuration:
    if (auto Number = numberOf(*V, S))
      return fromBool(*Number == 0);
    return Verdict::Unlikely;
  case ConditionKind::IsNull:
    return isNull(*V);
  case ConditionKind::NotNull:
    return opposite(isNull(*V));
  case ConditionKind::ReadyFuture:
    // A future that nothing was asked about is not ready: getting it blocks.
    // Its end only does if something has been started for it.
    if (!hasFlag(P.symbol(P.resolve(F.Unit, S.Event.symbol())).Flags,
                 facts::SymbolFlag::Destructor))
      return fromBool(markOf(V, S) == Mark::Ready);
    return fromBool(
        endsEmpty(P, Id, S.Event) ||
        (isFuture(P, F.Unit, typeOf(*V)) && markOf(V, S) != Mark::Blocking));
  case ConditionKind::ArgumentType:
  case ConditionKind::ReceiverType: {
    const facts::Value &Object = streamOf(P, Id, *V);
    if (isNamed(P, F.Unit, Object, Name))
      return Verdict::Yes;
    std::uint32_t Type = typeOf(Object);
    return Type == 0 ? Verdict::Maybe
                     : fromBool(P.isOrDerivesFrom(F.Unit, Type, Name));
  }
  case ConditionKind::ArgumentCount:
    break; // decided without looking at an argument
  }
  return Verdict::Maybe;
}

} // namespace gridlock
