// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/WorkerLoops.h"

#include "checks/engine/Classify.h"

#include <algorithm>
#include <optional>

namespace gridlock {

using rules::Effect;

namespace {

using Member = std::pair<std::string_view, std::string_view>;

// The member that V names or points to, if that is an event loop.
std::optional<Member> loopMember(const Program &P, FunctionId F,
                                 const facts::Value *V) {
  if (!V || !V->place() || V->kind() == facts::ValueKind::Callable)
    return std::nullopt;
  auto Steps = each(V->place()->path());
  if (Steps.empty())
    return std::nullopt;
  const facts::Step *Last = Steps[Steps.size() - 1];
  if (Last->kind() != facts::StepKind::Field)
    return std::nullopt;
  std::uint32_t Unit = P.function(F).Unit;
  std::string_view Type =
      P.typeName(Unit, P.withoutReference(Unit, Last->type()));
  std::size_t Colons = Type.rfind("::");
  if (!P.isOfLoop(Type) ||
      (Colons != std::string_view::npos && P.isOfLoop(Type.substr(0, Colons))))
    return std::nullopt;
  return Member{P.text(Unit, Last->owner()), P.text(Unit, Last->name())};
}

// What keeps a loop running while it has nothing to do, made from it or from
// its executor.
bool isWorkGuard(const Program &P, FunctionId F, const facts::Event &E) {
  std::uint32_t Unit = P.function(F).Unit;
  if (P.qualifiedName(P.resolve(Unit, E.symbol())).find("work") !=
      std::string_view::npos)
    return true;
  for (const facts::Value *Arg : each(E.args()))
    if (P.typeName(Unit, P.withoutReference(Unit, typeOf(*Arg)))
            .find("outstanding_work") != std::string_view::npos)
      return true;
  return false;
}

// Executors of which nothing but a guard is made, by the calls that return
// them.
std::set<std::uint32_t> guardedExecutors(const Program &P, FunctionId F) {
  std::set<std::uint32_t> Guarded, Otherwise;
  bool Any = false;
  for (const facts::Block *B : each(P.function(F).Fact->blocks()))
    for (const facts::Event *E : each(B->events()))
      Any |= E->kind() == facts::EventKind::Call && E->receiver() &&
             P.qualifiedName(P.resolve(P.function(F).Unit, E->symbol()))
                 .ends_with("::get_executor");
  if (!Any)
    return {};
  for (const facts::Block *B : each(P.function(F).Fact->blocks()))
    for (const facts::Event *E : each(B->events()))
      for (const facts::Value *Arg : each(E->args()))
        if (Arg->place() &&
            Arg->place()->root() == facts::PlaceRoot::CallResult)
          (isWorkGuard(P, F, *E) ? Guarded : Otherwise)
              .insert(Arg->place()->id());
  for (std::uint32_t Call : Otherwise)
    Guarded.erase(Call);
  return Guarded;
}

} // namespace

WorkerLoops::WorkerLoops(const Program &P, const std::vector<bool> &OnThreads)
    : P(P) {
  for (FunctionId F = 0; F < P.functions().size(); ++F) {
    Guarded = guardedExecutors(P, F);
    for (const facts::Block *B : each(P.function(F).Fact->blocks()))
      for (const facts::Event *E : each(B->events()))
        scan(F, *E, OnThreads[F]);
  }
}

WorkerLoops::Uses *WorkerLoops::member(FunctionId F, const facts::Value *V) {
  std::optional<Member> M = loopMember(P, F, V);
  return M ? &Members[*M] : nullptr;
}

bool WorkerLoops::entersLoop(FunctionId F, std::uint32_t Symbol) const {
  Program::EntryList Entries = P.entries(P.resolve(P.function(F).Unit, Symbol));
  return std::any_of(Entries.begin(), Entries.end(), [](const auto *Entry) {
    return does(*Entry, Effect::EntersLoop);
  });
}

bool WorkerLoops::isMoved(FunctionId F, const facts::Event &E,
                          FunctionId Callable) const {
  if (Moved.empty())
    return false;
  const ProgramFunction &Fn = P.function(Callable);
  const facts::Symbol *S = P.symbol(Fn.Symbol).Fact;
  if (!hasFlag(Fn.Fact->flags(), facts::FunctionFlag::Lambda))
    return Moved.contains(P.typeName(P.symbol(Fn.Symbol).Unit, S->record()));
  auto Args = each(E.args());
  // The last: before it may stand a sender and its signal.
  for (std::uint32_t I = Args.size(); I-- > 1;)
    if (Args[I]->kind() == facts::ValueKind::Callable &&
        Args[I - 1]->kind() != facts::ValueKind::Callable)
      return Moved.contains(objectType(F, *Args[I - 1]));
  return false;
}

// The class of what V is or points to, whatever base it is used as.
std::string_view WorkerLoops::objectType(FunctionId F,
                                         const facts::Value &V) const {
  std::uint32_t Unit = P.function(F).Unit;
  std::uint32_t Type = typeOf(V);
  if (V.place() && V.kind() != facts::ValueKind::Callable) {
    Type = V.place()->type();
    for (const facts::Step *Step : each(V.place()->path())) {
      std::uint32_t Before = P.withoutReference(Unit, Type);
      if (Step->kind() == facts::StepKind::Deref &&
          P.type(Unit, Before)->kind() == facts::TypeKind::Pointer)
        Type = P.type(Unit, Before)->pointee();
      else if (Step->kind() != facts::StepKind::Base)
        Type = Step->type();
    }
  }
  Type = P.withoutReference(Unit, Type);
  if (P.type(Unit, Type)->kind() == facts::TypeKind::Pointer)
    Type = P.type(Unit, Type)->pointee();
  return P.typeName(Unit, Type);
}

void WorkerLoops::scan(FunctionId F, const facts::Event &E, bool OnThread) {
  SymbolId Callee = P.resolve(P.function(F).Unit, E.symbol());
  if (E.receiver() && P.qualifiedName(Callee) == "QObject::moveToThread")
    Moved.insert(objectType(F, *E.receiver()));
  bool Sink = false;
  for (const rules::Entry *Entry : P.entries(Callee))
    Sink |= does(*Entry, Effect::RunsCallable);
  auto Args = each(E.args());
  // std::bind(&io_context::run, &Loop): what is made of it tells who runs it.
  bool Harmless =
      isWorkGuard(P, F, E) ||
      (!Args.empty() && Args[0]->kind() == facts::ValueKind::Callable &&
       P.qualifiedName(Callee).find("bind") != std::string_view::npos &&
       entersLoop(F, Args[0]->symbol()));
  for (std::uint32_t I = 0; I < Args.size(); ++I) {
    if (Uses *Used = member(F, Args[I]))
      Used->Otherwise |= !Harmless && !(Sink && I == 0);
    if (Args[I]->kind() == facts::ValueKind::Callable)
      for (const facts::CapturedValue *C : each(Args[I]->captures()))
        if (Uses *Used = member(F, C->value()))
          (entersLoop(F, Args[I]->symbol()) ? Used->RunByThread
                                            : Used->Otherwise) = true;
  }
  if (E.kind() != facts::EventKind::Call) {
    if (Uses *Used = member(F, E.value()))
      Used->Otherwise = true;
  } else if (Uses *Used = member(F, E.receiver())) {
    std::string_view Name = P.qualifiedName(Callee);
    if (entersLoop(F, E.symbol()))
      (OnThread ? Used->RunByThread : Used->Otherwise) = true;
    else
      Used->Otherwise |=
          Name.ends_with("::get_executor") && !Guarded.contains(E.id());
  }
}

bool WorkerLoops::isExecutorOf(FunctionId F, const facts::Event &E) const {
  std::optional<Member> M = loopMember(P, F, argument(E, 0));
  if (!M)
    return false;
  auto It = Members.find(*M);
  return It != Members.end() && It->second.RunByThread && !It->second.Otherwise;
}

} // namespace gridlock
