// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/OwnedObjects.h"

#include "checks/engine/Classify.h"
#include "checks/engine/QualifiedNames.h"

#include <algorithm>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;
using facts::StepKind;
using facts::SymbolFlag;
using facts::TypeKind;
using facts::ValueKind;

namespace {

constexpr unsigned MaxDepth = 6; // of types in types

constexpr std::string_view Containers[] = {"array",
                                           "btree_map",
                                           "btree_set",
                                           "circular_buffer",
                                           "deque",
                                           "flat_hash_map",
                                           "flat_hash_set",
                                           "flat_map",
                                           "flat_set",
                                           "forward_list",
                                           "list",
                                           "map",
                                           "multimap",
                                           "multiset",
                                           "node_hash_map",
                                           "node_hash_set",
                                           "optional",
                                           "pair",
                                           "priority_queue",
                                           "queue",
                                           "set",
                                           "small_vector",
                                           "stack",
                                           "static_vector",
                                           "tuple",
                                           "unordered_flat_map",
                                           "unordered_flat_set",
                                           "unordered_map",
                                           "unordered_multimap",
                                           "unordered_multiset",
                                           "unordered_node_map",
                                           "unordered_node_set",
                                           "unordered_set",
                                           "variant",
                                           "vector"};

// Methods that end elements for sure, if there are some.
constexpr std::string_view Enders[] = {"clear",     "erase",     "pop",
                                       "pop_back",  "pop_front", "remove",
                                       "remove_if", "reset"};
// ... that may.
constexpr std::string_view Changers[] = {"assign", "resize"};
// Methods that take out what is owned.
constexpr std::string_view Takers[] = {"extract", "merge", "release", "splice",
                                       "swap"};

template <std::size_t N>
bool isOneOf(std::string_view Name, const std::string_view (&Names)[N]) {
  return std::find(std::begin(Names), std::end(Names), Name) != std::end(Names);
}

bool isSystem(const ProgramSymbol &S) {
  return hasFlag(S.Flags, SymbolFlag::InSystemHeader) && S.Body == NoFunction;
}

} // namespace

Owner ownerKind(std::string_view Type) {
  const std::string_view Name = lastComponent(Type);
  if (Name.size() == Type.size())
    return Owner::None; // in no namespace
  if (Name == "unique_ptr" || Name == "scoped_ptr")
    return Owner::Unique;
  if (Name == "shared_ptr" || Name == "__shared_ptr")
    return Owner::Shared;
  return isOneOf(Name, Containers) ? Owner::Container : Owner::None;
}

OwnedObjects::OwnedObjects(const Program &P) : P(P) {
  for (const ProgramFunction &F : P.functions())
    if (hasFlag(F.Flags, facts::FunctionFlag::Destructor)) {
      const ProgramSymbol &S = P.symbol(F.Symbol);
      // Instances of a template have one name.
      auto [It, New] =
          ByClass.emplace(P.typeName(S.Unit, S.Fact->record()), F.Symbol);
      if (!New)
        It->second = 0;
    }
  if (ByClass.empty())
    return;
  for (SymbolId S = 1; S < P.symbolCount(); ++S) {
    const ProgramSymbol &Symbol = P.symbol(S);
    if (!isSystem(Symbol))
      continue;
    const std::uint32_t Record = Symbol.Fact->record();
    if (Record == 0 ||
        ownerKind(P.typeName(Symbol.Unit, Record)) == Owner::None)
      continue;
    const std::string_view Name = lastComponent(P.qualifiedName(S));
    if (!hasFlag(Symbol.Flags, SymbolFlag::Destructor) &&
        !isOneOf(Name, Enders) && !isOneOf(Name, Changers))
      continue;
    std::vector<Owned> Found;
    find(Symbol.Unit, Record, {}, Found, 0);
    if (!Found.empty())
      Ended.emplace(S, std::move(Found));
  }
}

// What ends with an object of TYPE that is AT.
void OwnedObjects::find(std::uint32_t Unit, std::uint32_t Type, Owned At,
                        std::vector<Owned> &Found, unsigned Depth) const {
  const facts::Type *T = P.type(Unit, Type);
  if (Depth > MaxDepth)
    return;
  if (T->kind() == TypeKind::Array) {
    find(Unit, T->pointee(), std::move(At), Found, Depth + 1);
    return;
  }
  if (T->kind() != TypeKind::Record)
    return;
  SymbolId End = P.resolve(Unit, T->destructor());
  if (!hasFlag(T->flags(), facts::TypeFlag::Complete) && At.IsPointedTo)
    if (auto It = ByClass.find(P.typeName(Unit, Type)); It != ByClass.end())
      End = It->second;
  if (End != 0 && !isSystem(P.symbol(End))) {
    const bool IsVirtual =
        At.IsPointedTo && hasFlag(P.symbol(End).Flags, SymbolFlag::Virtual);
    if (P.symbol(End).Body != NoFunction ||
        (IsVirtual && !P.overridingBodies(End).empty())) {
      At.IsPointedTo = IsVirtual;
      At.Destructor = End;
      // Adapters name their elements twice: `queue<T, deque<T>>`.
      if (std::none_of(Found.begin(), Found.end(), [&](const Owned &Other) {
            return Other.Destructor == End;
          }))
        Found.push_back(std::move(At));
    }
    return;
  }
  const std::string_view Name = P.typeName(Unit, Type);
  const Owner Kind = ownerKind(Name);
  auto Args = each(T->args());
  if (Kind == Owner::None || Args.empty())
    return;
  if (Kind == Owner::Container) {
    const std::string_view Short = lastComponent(Name);
    At.IsPointedTo = false;
    if (Short == "optional")
      At.Path.push_back({StepKind::Deref, {}, {}});
    else if (Short != "pair" && Short != "tuple" && Short != "variant")
      At.Path.push_back({StepKind::IndexUnknown, {}, {}});
    for (std::uint32_t Arg : Args)
      find(Unit, Arg, At, Found, Depth + 1);
    return;
  }
  // A deleter of the program's own may do anything.
  if (Kind == Owner::Unique && Args.size() > 1 &&
      P.typeName(Unit, Args[1]) != "std::default_delete")
    return;
  At.IsPointedTo = true;
  At.IsShared |= Kind == Owner::Shared;
  At.Path.push_back({StepKind::Deref, {}, {}});
  find(Unit, Args[0], std::move(At), Found, Depth + 1);
}

const std::vector<PathStep> &OwnedObjects::pathTo(SymbolId S,
                                                  FunctionId Destructor) const {
  static const std::vector<PathStep> None;
  auto It = Ended.find(S);
  if (It == Ended.end())
    return None;
  const SymbolId Symbol = P.function(Destructor).Symbol;
  for (const Owned &O : It->second)
    if (O.Destructor == Symbol)
      return O.Path;
  return It->second.front().Path; // of a derived class
}

// Whether something in F keeps what E would end from ending.
class OwnedObjects::Rescue {
public:
  Rescue(const OwnedObjects &Objects, FunctionId F, const facts::Event &E,
         const std::vector<Owned> &All)
      : Objects(Objects), P(Objects.P), F(P.function(F)),
        File(P.unit(this->F.Unit)), E(E), All(All),
        Owner(AccessPath::of(File, *E.receiver()->place())),
        IsEnd(E.implicit() == facts::ImplicitKind::Destructor),
        IsShared(std::any_of(All.begin(), All.end(),
                             [](const Owned &O) { return O.IsShared; })) {}

  bool found() const {
    // What a temporary held has mostly gone on, and a local has rarely the last
    // reference.
    if (IsEnd && Owner.Root != PlaceRoot::This &&
        (Owner.Root != PlaceRoot::Local || IsShared))
      return true;
    if (!IsEnd && IsShared && isUsedByCaller())
      return true;
    for (const facts::Block *B : each(F.Fact->blocks()))
      for (const facts::Event *Other : each(B->events()))
        if (Other != &E && saves(*Other))
          return true;
    return false;
  }

private:
  // Whoever calls F with a shared object has a reference to it.
  bool isUsedByCaller() const {
    const facts::Symbol &S = *P.symbol(F.Symbol).Fact;
    for (const facts::Parameter *Param : each(S.params()))
      if (isOfKind(Param->type()))
        return true;
    return std::any_of(All.begin(), All.end(), [&](const Owned &O) {
      const ProgramSymbol &End = P.symbol(O.Destructor);
      return S.record() != 0 &&
             P.typeName(P.symbol(F.Symbol).Unit, S.record()) ==
                 P.typeName(End.Unit, End.Fact->record());
    });
  }

  // Whether things of this type end with the same destructor.
  bool isOfKind(std::uint32_t Type) const {
    std::vector<Owned> There;
    Objects.find(F.Unit, P.withoutReference(F.Unit, Type), {}, There, 0);
    return std::any_of(There.begin(), There.end(), [&](const Owned &A) {
      return std::any_of(All.begin(), All.end(), [&](const Owned &B) {
        return A.Destructor == B.Destructor;
      });
    });
  }

  // Whether a value is of what E ends: the owner itself, where that ends, else
  // anything of the kind of its elements.
  bool isOfWhatEnds(const facts::Value *V) const {
    if (!V || !V->place())
      return false;
    return IsEnd ? AccessPath::of(File, V).startsWith(Owner)
                 : isOfKind(typeOf(*V));
  }

  bool saves(const facts::Event &Other) const {
    switch (Other.kind()) {
    case EventKind::Swap:
      return !IsEnd || isOfWhatEnds(Other.value()) ||
             (Other.place() &&
              AccessPath::of(File, *Other.place()).startsWith(Owner));
    case EventKind::Move:
    case EventKind::Return:
      return isOfWhatEnds(Other.value());
    case EventKind::Copy:
    case EventKind::Construct:
      if (!IsEnd && IsShared && isOfWhatEnds(Other.value()))
        return true;
      break;
    case EventKind::Call:
      if (const SymbolId S = P.resolve(F.Unit, Other.symbol());
          S != 0 && isOneOf(lastComponent(P.qualifiedName(S)), Takers) &&
          isOfWhatEnds(Other.receiver()))
        return true;
      break;
    default:
      break;
    }
    return isMoved(Other.value()) || isPassed(Other);
  }

  bool isMoved(const facts::Value *V) const {
    if (!V)
      return false;
    if (V->moved() && isOfWhatEnds(V))
      return true;
    for (const facts::CapturedValue *C : each(V->captures()))
      if (IsEnd || C->mode() == facts::CaptureMode::ByMove
              ? isOfWhatEnds(C->value())
              : isMoved(C->value()))
        return true;
    return false;
  }

  bool isPassed(const facts::Event &Other) const {
    const SymbolId S = P.resolve(F.Unit, Other.symbol());
    auto Params = each(S ? P.symbol(S).Fact->params() : nullptr);
    auto Args = each(Other.args());
    for (std::uint32_t I = 0; I < Args.size(); ++I) {
      const bool IsChangeable =
          IsEnd && (Args[I]->kind() == ValueKind::AddressOf ||
                    (I < Params.size() &&
                     Params[I]->pass() == facts::PassMode::Reference));
      if (isMoved(Args[I]) || (IsChangeable && isOfWhatEnds(Args[I])))
        return true;
    }
    return false;
  }

  const OwnedObjects &Objects;
  const Program &P;
  const ProgramFunction &F;
  const FactsFile &File;
  const facts::Event &E;
  const std::vector<Owned> &All;
  const AccessPath Owner;
  const bool IsEnd, IsShared;
};

const std::vector<OwnedObjects::Owned> &
OwnedObjects::endedBy(FunctionId F, const facts::Event &E, bool &Sure) const {
  static const std::vector<Owned> None;
  const SymbolId S = P.resolve(P.function(F).Unit, E.symbol());
  auto It = Ended.find(S);
  if (It == Ended.end() || E.kind() != EventKind::Call || !E.receiver() ||
      !E.receiver()->place() || Rescue(*this, F, E, It->second).found())
    return None;
  const std::string_view Name = lastComponent(P.qualifiedName(S));
  auto Args = each(E.args());
  Sure = !isOneOf(Name, Changers) &&
         (Name != "reset" || Args.empty() ||
          Args[0]->kind() == ValueKind::Null); // else there may be none yet
  return It->second;
}

} // namespace gridlock
