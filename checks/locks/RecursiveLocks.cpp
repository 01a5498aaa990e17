// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/RecursiveLocks.h"

#include "checks/engine/Classify.h"
#include "checks/engine/QualifiedNames.h"

#include <algorithm>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;
using facts::StepKind;
using facts::ValueKind;

namespace {

// `QMutex::Recursive`, `PTHREAD_MUTEX_RECURSIVE_NP`, not `NonRecursive`.
bool saysRecursive(std::string_view Name) {
  std::string Word = lowerCase(lastComponent(Name));
  const std::size_t At = Word.find("recursi");
  if (At == std::string::npos)
    return false;
  std::string Before = Word.substr(0, At);
  while (Before.ends_with('_'))
    Before.pop_back();
  return !Before.ends_with("non") && !Before.ends_with("not");
}

// Whether V asks for a recursive lock, or may: it is of such a type and not
// known.
bool mayAskForIt(const Program &P, std::uint32_t Unit, const facts::Value &V) {
  for (std::uint32_t Flag : each(V.flags()))
    if (saysRecursive(P.text(Unit, Flag)))
      return true;
  const facts::Type *Type = P.type(Unit, P.withoutReference(Unit, typeOf(V)));
  return V.kind() != ValueKind::Constant &&
         Type->kind() == facts::TypeKind::Enum &&
         lowerCase(P.text(Unit, Type->name())).find("recursi") !=
             std::string::npos;
}

// The type of what V, an address or a pointer, points to; 0: neither.
std::uint32_t pointedTo(const Program &P, std::uint32_t Unit,
                        const facts::Value &V) {
  const std::uint32_t Type = P.withoutReference(Unit, typeOf(V));
  return V.kind() == ValueKind::AddressOf ? Type
                                          : P.type(Unit, Type)->pointee();
}

bool isMutex(const Program &P, std::uint32_t Unit, std::uint32_t Type) {
  auto Entries = P.typeEntries(Unit, P.withoutReference(Unit, Type));
  return std::any_of(Entries.begin(), Entries.end(), [](const auto *E) {
    return E->kind() == rules::EntryKind::Mutex;
  });
}

// A function of a library that makes what it is given a recursive lock:
// uv_mutex_init_recursive.
bool isRecursiveMaker(const Program &P, std::uint32_t Unit,
                      const facts::Event &E) {
  if (E.kind() != EventKind::Call)
    return false;
  const ProgramSymbol &Callee = P.symbol(P.resolve(Unit, E.symbol()));
  return Callee.Body == NoFunction && saysRecursive(Callee.Qualified);
}

bool mentions(const Program &P, std::uint32_t Unit) {
  const std::size_t Count = each(P.unit(Unit).root().strings()).size();
  for (std::uint32_t S = 0; S < Count; ++S)
    if (std::string_view Text = P.text(Unit, S);
        Text.find("ecursi") != std::string_view::npos ||
        Text.find("ECURSI") != std::string_view::npos)
      return true;
  return false;
}

} // namespace

RecursiveLocks::RecursiveLocks(const Program &P) {
  readAttributes(P);
  std::vector<bool> Mentions(P.unitCount());
  for (std::uint32_t Unit = 0; Unit < P.unitCount(); ++Unit)
    Mentions[Unit] = mentions(P, Unit);
  for (FunctionId F = 0; F < P.functions().size(); ++F) {
    if (Mentions[P.function(F).Unit])
      readMade(P, F);
    if (PthreadTypes)
      readPthreads(P, F);
  }
}

// Whether an attribute is made that makes mutexes recursive.
void RecursiveLocks::readAttributes(const Program &P) {
  std::vector<bool> SetsType(P.symbolCount(), false);
  bool Any = false;
  for (SymbolId S = 1; S < P.symbolCount(); ++S)
    if (P.qualifiedName(S) == "pthread_mutexattr_settype")
      Any = SetsType[S] = true;
  if (!Any)
    return;
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    for (const CallEvent &Call : P.callEvents(F)) {
      const facts::Value *Type =
          SetsType[Call.Callee] ? argument(*Call.Event, 1) : nullptr;
      if (!Type)
        continue;
      auto Flags = each(Type->flags());
      PthreadTypes |=
          Type->kind() != ValueKind::Constant || Flags.size() == 0 ||
          std::any_of(Flags.begin(), Flags.end(), [&](std::uint32_t Flag) {
            return saysRecursive(P.text(P.function(F).Unit, Flag));
          });
    }
}

// A mutex that is made without an attribute, or by the usual list, is plain.
void RecursiveLocks::readPthreads(const Program &P, FunctionId F) {
  const FactsFile &File = P.unit(P.function(F).Unit);
  auto Plain = [&](AccessPath Lock) {
    if (hasName(Lock))
      PlainNames.push_back(nameOf(Lock));
    else if (Lock)
      PlainOwn.emplace(F, std::move(Lock));
  };
  for (const CallEvent &Call : P.callEvents(F))
    if (P.qualifiedName(Call.Callee) == "pthread_mutex_init")
      if (const facts::Value *How = argument(*Call.Event, 1);
          How && How->kind() == ValueKind::Null)
        Plain(lockArgument(P, F, *Call.Event, 0));
  for (const facts::Block *B : each(P.function(F).Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      if (E->kind() != EventKind::Construct || !E->place() || !E->value())
        continue;
      AccessPath Part = AccessPath::of(File, *E->place());
      if (Part.Steps.size() < 2 || Part.Steps.back().Name != "__kind" ||
          E->value()->integer() != 0)
        continue;
      Part.Steps.resize(Part.Steps.size() - 2);
      Plain(std::move(Part));
    }
}

// Objects that F constructs, or has a function initialise, as recursive.
void RecursiveLocks::readMade(const Program &P, FunctionId F) {
  const std::uint32_t Unit = P.function(F).Unit;
  const FactsFile &File = P.unit(Unit);
  for (const facts::Block *B : each(P.function(F).Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      auto Args = each(E->args());
      const bool IsMaker = isRecursiveMaker(P, Unit, *E);
      if (!IsMaker &&
          !std::any_of(Args.begin(), Args.end(), [&](const facts::Value *V) {
            return mayAskForIt(P, Unit, *V);
          })) {
        // The part of a structure that says of which kind it is.
        if (E->kind() == EventKind::Construct && E->place() && E->value() &&
            mayAskForIt(P, Unit, *E->value())) {
          AccessPath Part = AccessPath::of(File, *E->place());
          auto Path = each(E->place()->path());
          for (std::size_t I = 0; I < Part.Steps.size(); ++I)
            if (I + 1 == Path.size() || isMutex(P, Unit, Path[I]->type()) ||
                Part.Steps[I].Name == "__data") {
              Part.Steps.resize(Part.Steps[I].Name == "__data" ? I : I + 1);
              add(P, F, std::move(Part));
              break;
            }
        }
        continue;
      }
      if (E->kind() == EventKind::Construct && E->place() &&
          isMutex(P, Unit, E->type()))
        add(P, F, AccessPath::of(File, *E->place()));
      if (E->kind() != EventKind::Call)
        continue;
      // What it makes, by std::make_unique and the like, or initialises.
      if (auto Of = each(P.type(Unit, E->type())->args());
          std::any_of(Of.begin(), Of.end(),
                      [&](std::uint32_t T) { return isMutex(P, Unit, T); }))
        add(P, F, AccessPath::ofResult(E->id()));
      for (const facts::Value *V : Args)
        if (std::uint32_t To = pointedTo(P, Unit, *V);
            To != 0 && isMutex(P, Unit, To))
          add(P, F,
              lockArgument(
                  P, F, *E,
                  static_cast<int>(std::find(Args.begin(), Args.end(), V) -
                                   Args.begin())));
    }
}

// What it is stored in leads to the same.
void RecursiveLocks::add(const Program &P, FunctionId F, AccessPath Lock) {
  if (Lock.Root == PlaceRoot::Alloc || Lock.Root == PlaceRoot::CallResult) {
    const FactsFile &File = P.unit(P.function(F).Unit);
    for (const facts::Block *B : each(P.function(F).Fact->blocks()))
      for (const facts::Event *E : each(B->events())) {
        auto Args = each(E->args());
        const facts::Value *V = E->value()         ? E->value()
                                : Args.size() == 1 ? Args[0]
                                                   : nullptr;
        if (!V || !E->place() || AccessPath::of(File, V) != Lock)
          continue;
        AccessPath Holder = AccessPath::of(File, *E->place());
        Holder.Steps.push_back({StepKind::Deref, {}, {}, 0});
        if (hasName(Holder))
          Names.push_back(nameOf(Holder));
        else
          Own.emplace(F, std::move(Holder));
      }
  }
  if (hasName(Lock))
    Names.push_back(nameOf(Lock));
  else if (Lock)
    Own.emplace(F, std::move(Lock));
}

bool RecursiveLocks::contains(const std::vector<LockName> &Names,
                              const std::set<Place> &Own, const Place &Lock) {
  if (Own.contains(Lock))
    return true;
  if (Names.empty() || !hasName(Lock.second))
    return false;
  LockName Name = nameOf(Lock.second);
  return std::any_of(Names.begin(), Names.end(), [&](const LockName &Other) {
    return mayBeSame(Other, Name);
  });
}

bool RecursiveLocks::mayBe(FunctionId F, const AccessPath &Lock,
                           bool AsPthread) const {
  return contains(Names, Own, {F, Lock}) ||
         (AsPthread && PthreadTypes &&
          !contains(PlainNames, PlainOwn, {F, Lock}));
}

} // namespace gridlock
