// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Annotations.h"

#include "checks/engine/Classify.h"

#include <algorithm>
#include <optional>
#include <set>

namespace gridlock {

using facts::PlaceRoot;
using facts::SymbolFlag;
using rules::Effect;
using rules::Where;

namespace {

constexpr std::string_view Prefix = "gridlock::";
constexpr int ReceiverIndex = -1, AllArguments = -5;

// The macro's word in `annotate("gridlock::word")`, else empty.
std::string_view wordOf(const FactsFile &File, const facts::Attribute &A) {
  if (File.string(A.name()) != "annotate" || each(A.args()).empty())
    return {};
  std::string_view Text = File.string(each(A.args())[0]->text());
  return Text.starts_with(Prefix) ? Text.substr(Prefix.size())
                                  : std::string_view();
}

bool has(const FactsFile &File,
         const flatbuffers::Vector<flatbuffers::Offset<facts::Attribute>> *List,
         std::string_view Word) {
  auto Attributes = each(List);
  return std::any_of(Attributes.begin(), Attributes.end(),
                     [&](const auto *A) { return wordOf(File, *A) == Word; });
}

bool saysSomething(const facts::Symbol &S) {
  if (!each(S.attributes()).empty() ||
      hasFlag(S.flags(), SymbolFlag::Blocking) ||
      hasFlag(S.flags(), SymbolFlag::NonBlocking))
    return true;
  auto Params = each(S.params());
  return std::any_of(Params.begin(), Params.end(), [](const auto *P) {
    return !each(P->attributes()).empty();
  });
}

// S, or the nearest that it overrides and that says something; 0: none.
SymbolId speaker(const Program &P, SymbolId S) {
  const facts::Symbol *Own = P.symbol(S).Fact;
  if (Own && saysSomething(*Own))
    return S;
  if (!Own || each(Own->overrides()).empty())
    return 0;
  std::vector<SymbolId> Pending{S};
  std::set<SymbolId> Seen{S};
  for (std::size_t Next = 0; Next < Pending.size(); ++Next) {
    const ProgramSymbol &Symbol = P.symbol(Pending[Next]);
    if (!Symbol.Fact)
      continue;
    if (saysSomething(*Symbol.Fact))
      return Pending[Next];
    for (std::uint32_t Base : each(Symbol.Fact->overrides()))
      if (SymbolId Id = P.resolve(Symbol.Unit, Base); Seen.insert(Id).second)
        Pending.push_back(Id);
  }
  return 0;
}

struct CapabilityWord {
  std::string_view Name;
  CapabilityEffect::Kind Does;
  bool Shared;
};
constexpr CapabilityWord CapabilityWords[] = {
    {"acquire_capability", CapabilityEffect::Acquires, false},
    {"acquire_shared_capability", CapabilityEffect::Acquires, true},
    {"try_acquire_capability", CapabilityEffect::TryAcquires, false},
    {"try_acquire_shared_capability", CapabilityEffect::TryAcquires, true},
    {"release_capability", CapabilityEffect::Releases, false},
    {"release_shared_capability", CapabilityEffect::Releases, true},
    {"requires_capability", CapabilityEffect::Requires, false},
    {"requires_shared_capability", CapabilityEffect::Requires, true}};

// The argument index that an entry has for a lock; none if entries can't say
// it.
std::optional<int> lockIndex(const AccessPath &Lock) {
  if (Lock.Root == PlaceRoot::This && Lock.Steps.empty())
    return ReceiverIndex;
  bool IsWhole =
      std::all_of(Lock.Steps.begin(), Lock.Steps.end(), [](const auto &S) {
        return S.Kind == facts::StepKind::Deref;
      });
  if (Lock.Root == PlaceRoot::Param && IsWhole)
    return static_cast<int>(Lock.Id);
  return std::nullopt;
}

rules::EntryT entryFor(const Program &P, SymbolId S, const char *Word) {
  rules::EntryT Entry;
  Entry.name = P.qualifiedName(S);
  Entry.op = "annotation/" + std::string(Word);
  Entry.library = "annotation";
  Entry.kind = rules::EntryKind::Function;
  return Entry;
}

rules::EntryT runsCallable(const Program &P, SymbolId S, int Callable,
                           Where At) {
  rules::EntryT Entry =
      entryFor(P, S, At == Where::Loop ? "runs_on_loop" : "offloads");
  Entry.effects = {Effect::RunsCallable};
  Entry.callable = Callable;
  Entry.where = At;
  return Entry;
}

void addBlocking(const Program &P, SymbolId S,
                 std::vector<rules::EntryT> &Result) {
  rules::EntryT Entry = entryFor(P, S, "blocking");
  Entry.effects = {Effect::Blocks};
  describeBlocking(Entry);
  Result.push_back(std::move(Entry));
}

void addOffloads(const Program &P, SymbolId S,
                 std::vector<rules::EntryT> &Result) {
  if (each(P.symbol(S).Fact->params()).empty()) {
    Result.push_back(entryFor(P, S, "offloads"));
    Result.back().effects = {Effect::SwitchesExecutor};
    Result.back().where = Where::Elsewhere;
    return;
  }
  Result.push_back(runsCallable(P, S, AllArguments, Where::Elsewhere));
  Result.back().effects.push_back(Effect::ConsumesTask);
}

void addParameters(const Program &P, SymbolId Of, SymbolId S,
                   std::vector<rules::EntryT> &Result) {
  const ProgramSymbol &Symbol = P.symbol(S);
  const FactsFile &File = P.unit(Symbol.Unit);
  int Index = 0;
  for (const facts::Parameter *Param : each(Symbol.Fact->params())) {
    if (has(File, Param->attributes(), "runs_on_loop"))
      Result.push_back(runsCallable(P, Of, Index, Where::Loop));
    if (has(File, Param->attributes(), "offloads")) {
      Result.push_back(runsCallable(P, Of, Index, Where::Elsewhere));
      Result.back().effects.push_back(Effect::ConsumesTask);
    }
    ++Index;
  }
}

// What entries say of the result of a try: a bool is true, an int is zero where
// it took the lock.
bool saysSuccess(const Program &P, const ProgramSymbol &S, bool Zero) {
  bool IsBool = P.typeName(S.Unit, S.Fact->result_type()).find("ool") !=
                std::string::npos;
  return Zero != IsBool;
}

// Constructors and destructors of guards belong to the guard's type.
bool isOfGuard(const Program &P, const ProgramSymbol &S) {
  if (!hasFlag(S.Fact->flags(), SymbolFlag::Constructor) &&
      !hasFlag(S.Fact->flags(), SymbolFlag::Destructor))
    return false;
  auto Attributes = each(P.type(S.Unit, S.Fact->record())->attributes());
  return std::any_of(Attributes.begin(), Attributes.end(), [&](const auto *A) {
    return P.text(S.Unit, A->name()) == "scoped_lockable";
  });
}

void addCapabilities(const Program &P, SymbolId S,
                     std::vector<rules::EntryT> &Result) {
  if (isOfGuard(P, P.symbol(S)))
    return;
  for (const CapabilityEffect &E : capabilityEffects(P, S)) {
    std::optional<int> Lock = lockIndex(E.Lock);
    if (!Lock || E.Does == CapabilityEffect::Requires ||
        (E.Does == CapabilityEffect::TryAcquires &&
         !saysSuccess(P, P.symbol(S), E.ZeroIsSuccess)))
      continue;
    rules::EntryT Entry = entryFor(P, S, "capability");
    Entry.effects = {E.Does == CapabilityEffect::Acquires ? Effect::Acquires
                     : E.Does == CapabilityEffect::Releases
                         ? Effect::Releases
                         : Effect::TryAcquires};
    Entry.lock = *Lock;
    Entry.mode =
        E.Shared ? rules::LockMode::Shared : rules::LockMode::Exclusive;
    Entry.category = rules::Category::Lock;
    Entry.cost = rules::Cost::Brief;
    Result.push_back(std::move(Entry));
  }
}

} // namespace

std::vector<CapabilityEffect> capabilityEffects(const Program &P, SymbolId S) {
  std::vector<CapabilityEffect> Result;
  SymbolId Source = speaker(P, S);
  if (Source == 0)
    return Result;
  const FactsFile &File = P.unit(P.symbol(Source).Unit);
  for (const facts::Attribute *A : each(P.symbol(Source).Fact->attributes())) {
    auto Word = std::find_if(
        std::begin(CapabilityWords), std::end(CapabilityWords),
        [&](const auto &W) { return W.Name == File.string(A->name()); });
    if (Word == std::end(CapabilityWords))
      continue;
    auto Args = each(A->args());
    unsigned First = 0;
    bool Zero = false;
    if (Word->Does == CapabilityEffect::TryAcquires && !Args.empty()) {
      First = 1;
      Zero = Args[0]->integer() == 0;
    }
    AccessPath Self;
    Self.Root = PlaceRoot::This;
    if (First == Args.size())
      Result.push_back({Word->Does, Word->Shared, Zero, Self});
    for (unsigned I = First; I < Args.size(); ++I)
      if (AccessPath Lock = AccessPath::of(File, Args[I]))
        Result.push_back({Word->Does, Word->Shared, Zero, Lock,
                          P.symbol(Source).Unit, typeOf(*Args[I]),
                          Args[I]->kind() == facts::ValueKind::AddressOf});
  }
  return Result;
}

void describeBlocking(rules::EntryT &Entry) {
  Entry.category = rules::Category::Wait;
  Entry.cost = rules::Cost::Unbounded;
  auto Advice = std::make_unique<rules::AdviceT>();
  Advice->framework = "any";
  Advice->text = "call it on a thread that may block, such as a pool's";
  Entry.advice.push_back(std::move(Advice));
}

bool isAnnotated(const Program &P, SymbolId S, std::string_view What) {
  SymbolId Source = speaker(P, S);
  return Source != 0 && has(P.unit(P.symbol(Source).Unit),
                            P.symbol(Source).Fact->attributes(), What);
}

std::vector<rules::EntryT> annotatedEntries(const Program &P, SymbolId S) {
  std::vector<rules::EntryT> Result;
  SymbolId Source = speaker(P, S);
  if (Source == 0)
    return Result;
  const ProgramSymbol &Symbol = P.symbol(Source);
  const FactsFile &File = P.unit(Symbol.Unit);
  const auto *Attributes = Symbol.Fact->attributes();
  if (hasFlag(Symbol.Fact->flags(), SymbolFlag::Blocking) ||
      has(File, Attributes, "blocking"))
    addBlocking(P, S, Result);
  if (hasFlag(Symbol.Fact->flags(), SymbolFlag::NonBlocking) ||
      has(File, Attributes, "nonblocking")) {
    Result.push_back(entryFor(P, S, "nonblocking"));
    Result.back().effects = {Effect::Fine};
  }
  if (has(File, Attributes, "offloads"))
    addOffloads(P, S, Result);
  if (has(File, Attributes, "detaches")) {
    Result.push_back(entryFor(P, S, "detaches"));
    Result.back().effects = {Effect::ConsumesTask};
    Result.back().callable = AllArguments;
    Result.back().detached = true;
  }
  addParameters(P, S, Source, Result);
  if (P.symbol(S).Body == NoFunction)
    addCapabilities(P, S, Result);
  return Result;
}

std::unique_ptr<rules::EntryT>
annotatedType(const Program &P, std::uint32_t Unit, std::uint32_t Type) {
  const FactsFile &File = P.unit(Unit);
  const facts::Type *T = P.type(Unit, Type);
  auto Entry = std::make_unique<rules::EntryT>();
  Entry->name = P.typeName(Unit, Type);
  Entry->op = "annotation/capability";
  Entry->library = "annotation";
  bool Found = false;
  for (const facts::Attribute *A : each(T->attributes())) {
    std::string_view Name = File.string(A->name());
    if (Name == "capability" && !Found) {
      Found = true;
      Entry->kind = rules::EntryKind::Mutex;
    } else if (Name == "reentrant_capability") {
      Entry->recursive = true;
    } else if (Name == "scoped_lockable") {
      Found = true;
      Entry->kind = rules::EntryKind::Guard;
    }
  }
  if (!Found)
    return nullptr;
  if (Entry->kind == rules::EntryKind::Guard)
    for (std::uint32_t Method : each(T->methods())) {
      SymbolId S = P.resolve(Unit, Method);
      if (!hasFlag(P.symbol(S).Fact->flags(), SymbolFlag::Constructor))
        continue;
      if (P.symbol(S).Body != NoFunction)
        return nullptr;
      for (const CapabilityEffect &E : capabilityEffects(P, S))
        if (E.Shared)
          Entry->mode = rules::LockMode::Shared;
    }
  return Entry;
}

} // namespace gridlock
