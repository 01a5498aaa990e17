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
bool isWorkGuard(const Program &P, FunctionId F, std::uint32_t Block,
                 const facts::Event &E) {
  if (!does(P.entries(P.resolve(P.function(F).Unit, E.symbol())),
            Effect::KeepsLoopRunning))
    return false;
  std::vector<Applied> Known = Classifier(P, F).classify(Block, E);
  return std::any_of(Known.begin(), Known.end(), [](const Applied &A) {
    return A.does(Effect::KeepsLoopRunning);
  });
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
  auto Blocks = each(P.function(F).Fact->blocks());
  for (std::uint32_t B = 0; B < Blocks.size(); ++B)
    for (const facts::Event *E : each(Blocks[B]->events()))
      for (const facts::Value *Arg : each(E->args()))
        if (Arg->place() &&
            Arg->place()->root() == facts::PlaceRoot::CallResult)
          (isWorkGuard(P, F, B, *E) ? Guarded : Otherwise)
              .insert(Arg->place()->id());
  for (std::uint32_t Call : Otherwise)
    Guarded.erase(Call);
  return Guarded;
}

} // namespace

WorkerLoops::WorkerLoops(const Program &P, const std::vector<bool> &OnThreads)
    : P(P) {
  const bool Moves = movesObjects(P);
  for (FunctionId F = 0; F < P.functions().size(); ++F) {
    if (!Moves && !P.has(F, Has::OfLoop))
      continue;
    Guarded = guardedExecutors(P, F);
    auto Blocks = each(P.function(F).Fact->blocks());
    for (std::uint32_t B = 0; B < Blocks.size(); ++B)
      for (const facts::Event *E : each(Blocks[B]->events()))
        scan(F, B, *E, OnThreads[F]);
  }
}

bool WorkerLoops::movesObjects(const Program &P) {
  for (SymbolId S = 1; S < P.symbolCount(); ++S)
    if ((P.symbol(S).Bits & callsEffect(Effect::MovesToThread)) != 0)
      return true;
  return false;
}

bool WorkerLoops::isOfMoved(FunctionId Method) const {
  const ProgramSymbol &S = P.symbol(P.function(Method).Symbol);
  return Moved.contains(P.typeName(S.Unit, S.Fact->record()));
}

WorkerLoops::Uses *WorkerLoops::member(FunctionId F, const facts::Value *V) {
  std::optional<Member> M = loopMember(P, F, V);
  return M ? &Members[*M] : nullptr;
}

bool WorkerLoops::entersLoop(FunctionId F, std::uint32_t Symbol) const {
  return does(P.entries(P.resolve(P.function(F).Unit, Symbol)),
              Effect::EntersLoop);
}

bool WorkerLoops::isMoved(FunctionId F, const facts::Event &E,
                          FunctionId Callable) const {
  if (Moved.empty())
    return false;
  if (!hasFlag(P.function(Callable).Fact->flags(), facts::FunctionFlag::Lambda))
    return isOfMoved(Callable);
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

void WorkerLoops::scan(FunctionId F, std::uint32_t Block, const facts::Event &E,
                       bool OnThread) {
  SymbolId Callee = P.resolve(P.function(F).Unit, E.symbol());
  if (E.receiver() && does(P.entries(Callee), Effect::MovesToThread))
    Moved.insert(objectType(F, *E.receiver()));
  bool Sink = does(P.entries(Callee), Effect::RunsCallable);
  auto Args = each(E.args());
  // std::bind(&io_context::run, &Loop): what is made of it tells who runs it.
  bool Harmless =
      isWorkGuard(P, F, Block, E) ||
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
