// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/locks/ThreadStarts.h"

#include "checks/locks/LockPaths.h"
#include "checks/locks/ThreadNames.h"

#include <algorithm>
#include <set>

namespace gridlock {

using facts::EventKind;
using facts::PlaceRoot;
using facts::StepKind;
using rules::Effect;

namespace {

// Ends of objects that wait: threads that join themselves, what std::async has
// returned, and containers of the former.
bool waitsAtEnd(const Program &P, std::uint32_t Unit, const facts::Event &E) {
  std::string_view Name = P.qualifiedName(P.resolve(Unit, E.symbol()));
  if (Name == "std::jthread::~jthread" || Name == "std::future::~future")
    return true;
  if (!E.receiver() || (E.implicit() != facts::ImplicitKind::Destructor &&
                        lastComponent(Name) != "clear"))
    return false;
  auto Of = each(
      P.type(Unit, P.withoutReference(Unit, typeOf(*E.receiver())))->args());
  return std::any_of(Of.begin(), Of.end(), [&](std::uint32_t Type) {
    return P.typeName(Unit, Type) == "std::jthread";
  });
}

// Whether F hands the object PATH on, or has waited for it itself.
bool isGivenAway(const Program &P, FunctionId F, const AccessPath &Path,
                 bool OfMany) {
  const ProgramFunction &Fn = P.function(F);
  const FactsFile &File = P.unit(Fn.Unit);
  // A temporary that is handed to something is left empty by it.
  const bool IsTemporary =
      Path.Root == PlaceRoot::Temporary || Path.Root == PlaceRoot::CallResult;
  auto Moves = [&](const facts::Value *V) {
    return V && (V->moved() || IsTemporary) && AccessPath::of(File, V) == Path;
  };
  for (const facts::Block *B : each(Fn.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      auto Args = each(E->args());
      std::string_view Method =
          lastComponent(P.qualifiedName(P.resolve(Fn.Unit, E->symbol())));
      // Which of a container's threads is meant shows in no path.
      if (OfMany && Method == "join")
        return true;
      if (Moves(E->value()) || std::any_of(Args.begin(), Args.end(), Moves) ||
          ((Method == "join" || Method == "detach" || Method == "get" ||
            Method == "swap" || Method == "share") &&
           AccessPath::of(File, E->receiver()) == Path))
        return true;
    }
  return false;
}

} // namespace

bool makesReference(std::string_view QualifiedName) {
  return QualifiedName == "std::ref" || QualifiedName == "boost::ref";
}

bool startsThread(std::string_view QualifiedName) {
  auto Has = [&](std::string_view Part) {
    return QualifiedName.find(Part) != std::string_view::npos;
  };
  return QualifiedName == "thrd_create" || Has("thread_create") ||
         Has("thread_new") || Has("thread_try_new") ||
         QualifiedName.starts_with("std::thread::") ||
         QualifiedName.starts_with("std::jthread::") ||
         QualifiedName.starts_with("boost::thread::");
}

const facts::Value *waitedHandle(const Program &P, FunctionId F,
                                 const facts::Event &E) {
  if (E.kind() != EventKind::Call)
    return nullptr;
  std::uint32_t Unit = P.function(F).Unit;
  if (waitsAtEnd(P, Unit, E))
    return isGivenAway(P, F, AccessPath::of(P.unit(Unit), E.receiver()),
                       !P.typeName(Unit, typeOf(*E.receiver()))
                            .starts_with("std::jthread"))
               ? nullptr
               : E.receiver();
  for (const rules::Entry *Entry :
       P.entries(P.resolve(P.function(F).Unit, E.symbol())))
    if (does(*Entry, Effect::Blocks) &&
        Entry->category() == rules::Category::Wait &&
        !does(*Entry, Effect::RunsCallable) &&
        !does(*Entry, Effect::WaitsReleasing))
      return E.receiver() ? E.receiver() : argument(E, 0);
  return nullptr;
}

std::vector<FunctionId> bodiesIn(const CallGraph &Calls, FunctionId F,
                                 const facts::Value *V) {
  if (!V)
    return {};
  CallableFlow::Origins From = Calls.callables().origins(F, V);
  for (CallableFlow::NodeId Holder : From.Holders)
    if (const std::vector<FunctionId> &Held = Calls.callables().targets(Holder);
        Held.size() <= CallableFlow::MaxTargets)
      From.Callables.insert(From.Callables.end(), Held.begin(), Held.end());
  From.normalise();
  return std::move(From.Callables);
}

ThreadStarts::ThreadStarts(const Program &P, const CallGraph &Calls)
    : P(P), Asked(P.symbolCount(), 0) {
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    scan(F, Calls);
  Asked = {};
  if (!Starts.empty())
    for (const auto &[F, Waits] : Waiting)
      findAliases(F);
  std::erase_if(Waiting, [&](const auto &Item) {
    return !Item.second || Starts.empty();
  });
}

// Members and globals by name, locals by function; what is in a container or
// behind a pointer counts as the container or pointer.
std::string ThreadStarts::keyOf(FunctionId F, const AccessPath &Path) const {
  for (std::size_t I = Path.Steps.size(); I > 0; --I)
    if (const PathStep &S = Path.Steps[I - 1]; S.Kind == StepKind::Field)
      return std::string(S.Owner) + "::" + std::string(S.Name);
  if (Path.Root == PlaceRoot::Global)
    return std::string(Path.Global);
  if (!Path)
    return {};
  return std::to_string(F) + '/' + std::to_string(int(Path.Root)) + '/' +
         std::to_string(Path.Id);
}

void ThreadStarts::start(FunctionId F, const facts::Event &E,
                         std::uint32_t Argument, bool OneThread,
                         bool InContainer, const CallGraph &Calls) {
  auto Args = each(E.args());
  if (Argument >= Args.size())
    return;
  const FactsFile &File = P.unit(P.function(F).Unit);
  AccessPath Handle;
  if (E.kind() == EventKind::Construct && E.place())
    Handle = AccessPath::of(File, *E.place());
  else if (Argument > 0 && Args[0]->place() &&
           P.type(P.function(F).Unit, E.type())->kind() !=
               facts::TypeKind::Record)
    Handle = AccessPath::of(File, Args[0]); // C: the first argument is filled
  else if (E.receiver())
    Handle = AccessPath::of(File, E.receiver());
  else
    Handle = AccessPath::ofResult(E.id());
  std::string Key = keyOf(F, Handle);
  for (FunctionId Body : bodiesIn(Calls, F, Args[Argument])) {
    if (!Key.empty())
      ByKey[Key].push_back(static_cast<std::uint32_t>(Starts.size()));
    BySite[&E].push_back(static_cast<std::uint32_t>(Starts.size()));
    Starts.push_back({F, &E, Body, callableIn(F, Args[Argument]), Argument,
                      OneThread, InContainer});
    Waiting.try_emplace(F, false);
  }
}

// Whether calls of it may start a thread, or wait for one.
bool ThreadStarts::isOfInterest(SymbolId Callee) {
  enum : std::uint8_t { Unasked, No, Yes };
  if (Asked[Callee] == Unasked) {
    std::string_view Name = lastComponent(P.qualifiedName(Callee));
    bool Is = !P.entries(Callee).empty() || Name.starts_with("make_") ||
              Name.starts_with("emplace") || Name.starts_with('~') ||
              Name == "clear" || Callee == 0;
    Asked[Callee] = Is ? Yes : No;
  }
  return Asked[Callee] == Yes;
}

void ThreadStarts::scan(FunctionId F, const CallGraph &Calls) {
  const ProgramFunction &Fn = P.function(F);
  if (P.isSystem(F))
    return;
  auto IsThread = [&](std::uint32_t Type) {
    std::string_view Name = P.typeName(Fn.Unit, Type);
    return Name.ends_with("::thread") || Name.ends_with("::jthread");
  };
  for (const CallEvent &C : P.callEvents(F)) {
    const facts::Event *E = C.Event;
    const SymbolId Callee = C.Callee;
    if ((Callee == 0 && C.is(CallEvent::Constructs)) || !isOfInterest(Callee))
      continue;
    std::string_view Name = lastComponent(P.qualifiedName(Callee));
    bool IsOne = (E->kind() == EventKind::Construct && IsThread(E->type())) ||
                 startsThread(P.qualifiedName(Callee));
    std::size_t Before = Starts.size();
    for (const rules::Entry *Entry : P.entries(Callee))
      if (does(*Entry, Effect::RunsCallable) && Entry->callable() >= 0 &&
          Entry->where() == rules::Where::Elsewhere && Starts.size() == Before)
        start(F, *E, static_cast<std::uint32_t>(Entry->callable()), IsOne,
              false, Calls);
    if (E->kind() != EventKind::Call)
      continue;
    if (waitedHandle(P, F, *E))
      Waiting[F] = true;
    // Threads made in a container or by make_unique.
    bool Emplaces = Name.starts_with("emplace");
    std::uint32_t Holder = Name.starts_with("make_")   ? E->type()
                           : Emplaces && E->receiver() ? typeOf(*E->receiver())
                                                       : 0;
    if (Holder != 0)
      for (std::uint32_t Arg :
           each(P.type(Fn.Unit, P.withoutReference(Fn.Unit, Holder))->args()))
        if (IsThread(Arg) && Starts.size() == Before)
          start(F, *E, 0, true, Emplaces, Calls);
  }
}

const facts::Value *ThreadStarts::callableIn(FunctionId F,
                                             const facts::Value *V) const {
  if (V->kind() == facts::ValueKind::Callable)
    return V;
  const ProgramFunction &Fn = P.function(F);
  AccessPath Path = AccessPath::of(P.unit(Fn.Unit), V);
  for (const facts::Block *B : each(Fn.Fact->blocks()))
    for (const facts::Event *E : each(B->events()))
      if (E->value() && E->value()->kind() == facts::ValueKind::Callable &&
          E->place() && AccessPath::of(P.unit(Fn.Unit), *E->place()) == Path)
        return E->value();
  return nullptr;
}

// A handle that is moved or stored, and what a container's iterator or element
// is of.
void ThreadStarts::findAliases(FunctionId F) {
  const ProgramFunction &Fn = P.function(F);
  const FactsFile &File = P.unit(Fn.Unit);
  auto Add = [&](const AccessPath &To, const facts::Value *V) {
    std::string Into = keyOf(F, To), Source = keyOf(F, AccessPath::of(File, V));
    if (!Into.empty() && !Source.empty() && Into != Source)
      From[Into].push_back(std::move(Source));
  };
  for (const facts::Block *B : each(Fn.Fact->blocks()))
    for (const facts::Event *E : each(B->events())) {
      if (E->place()) {
        Add(AccessPath::of(File, *E->place()), E->value());
        if (E->kind() == EventKind::Construct && each(E->args()).size() == 1)
          Add(AccessPath::of(File, *E->place()), each(E->args())[0]);
      } else if (E->kind() == EventKind::Call && E->receiver()) {
        Add(AccessPath::ofResult(E->id()), E->receiver());
        if (each(E->args()).size() == 1 && each(E->args())[0]->place())
          Add(AccessPath::of(File, E->receiver()), each(E->args())[0]);
      }
    }
}

std::vector<const ThreadStart *>
ThreadStarts::waitedFor(FunctionId F, const facts::Event &E) const {
  if (!hasWaits(F))
    return {};
  std::vector<const ThreadStart *> Result = startsOf(F, waitedHandle(P, F, E));
  // The end of any other future waits for nothing.
  if (E.implicit() == facts::ImplicitKind::Destructor)
    std::erase_if(Result, [&](const ThreadStart *T) {
      std::uint32_t Unit = P.function(T->Starter).Unit;
      return !T->OneThread &&
             P.qualifiedName(P.resolve(Unit, T->Site->symbol())) !=
                 "std::async";
    });
  return Result;
}

std::vector<const ThreadStart *>
ThreadStarts::startsOf(FunctionId F, const facts::Value *Handle) const {
  std::vector<const ThreadStart *> Result;
  std::string First =
      keyOf(F, AccessPath::of(P.unit(P.function(F).Unit), Handle));
  if (First.empty())
    return Result;
  std::set<std::string> Seen{First};
  std::vector<std::string> Pending{First};
  constexpr std::size_t MaxHandles = 64;
  while (!Pending.empty() && Seen.size() < MaxHandles) {
    std::string Key = std::move(Pending.back());
    Pending.pop_back();
    if (auto It = ByKey.find(Key); It != ByKey.end())
      for (std::uint32_t I : It->second)
        Result.push_back(&Starts[I]);
    if (auto It = From.find(Key); It != From.end())
      for (const std::string &Source : It->second)
        if (Seen.insert(Source).second)
          Pending.push_back(Source);
  }
  return Result;
}

std::vector<const ThreadStart *>
ThreadStarts::startedAt(const facts::Event &E) const {
  std::vector<const ThreadStart *> Result;
  if (auto It = BySite.find(&E); It != BySite.end())
    for (std::uint32_t I : It->second)
      Result.push_back(&Starts[I]);
  return Result;
}

std::optional<AccessPath> ThreadStarts::atStart(const ThreadStart &T,
                                                const AccessPath &Path) const {
  if (Path.Root == PlaceRoot::Global)
    return Path;
  const ProgramFunction &Starter = P.function(T.Starter);
  const FactsFile &File = P.unit(Starter.Unit);
  AccessPath Rest;
  Rest.Steps = Path.Steps;
  auto Args = each(T.Site->args());
  facts::FunctionFlag Flags = P.function(T.Body).Fact->flags();
  bool IsLambda = hasFlag(Flags, facts::FunctionFlag::Lambda);
  bool IsMethod = !IsLambda && hasFlag(Flags, facts::FunctionFlag::Method);
  std::optional<Binding> B;
  if (Path.Root == PlaceRoot::Capture) {
    auto Captures = each(T.Callable ? T.Callable->captures() : nullptr);
    if (Path.Id >= Captures.size())
      return std::nullopt;
    B = bindingOf(File, Captures[Path.Id]->value());
    facts::CaptureMode Mode = Captures[Path.Id]->mode();
    if (B && Mode != facts::CaptureMode::ByCopy &&
        Mode != facts::CaptureMode::ByMove)
      B->Address = false;
  } else if (Path.Root == PlaceRoot::This && IsMethod &&
             T.Argument + 1 < Args.size()) {
    B = bindingOf(File, Args[T.Argument + 1]);
    if (B && !B->Address)
      B->To.Steps.push_back({StepKind::Deref, {}, {}, 0});
    if (B)
      B->Address = false;
  } else if (std::size_t I = T.Argument + 1 + (IsMethod ? 1 : 0) + Path.Id;
             Path.Root == PlaceRoot::Param && I < Args.size()) {
    B = bindingOf(File, Args[I]);
    if (const facts::Event *Maker = B ? callOf(*Starter.Fact, B->To) : nullptr)
      if (makesReference(
              P.qualifiedName(P.resolve(Starter.Unit, Maker->symbol()))))
        B = bindingOf(File, argument(*Maker, 0));
  }
  return B ? rebase(Rest, *B) : std::nullopt;
}

std::optional<AccessPath> ThreadStarts::atWait(const ThreadStart &T,
                                               FunctionId F,
                                               const facts::Event &E,
                                               const AccessPath &Path) const {
  std::optional<AccessPath> Result = atStart(T, Path);
  if (!Result || Result->Root == PlaceRoot::Global || T.Starter == F)
    return Result;
  // Started by another method of the object that keeps the handle.
  const facts::Value *Handle = waitedHandle(P, F, E);
  bool IsOwn = AccessPath::of(P.unit(P.function(F).Unit), Handle).Root ==
               PlaceRoot::This;
  const auto &SymbolOf = [&](FunctionId Id) -> const ProgramSymbol & {
    return P.symbol(P.function(Id).Symbol);
  };
  const ProgramSymbol &Here = SymbolOf(F), &There = SymbolOf(T.Starter);
  bool SameClass = Here.Fact->record() != 0 && There.Fact->record() != 0 &&
                   P.typeName(Here.Unit, Here.Fact->record()) ==
                       P.typeName(There.Unit, There.Fact->record());
  if (Result->Root == PlaceRoot::This && SameClass &&
      (IsOwn ||
       hasFlag(P.function(F).Fact->flags(), facts::FunctionFlag::Method)))
    return Result;
  return std::nullopt;
}

} // namespace gridlock
