// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/engine/Contexts.h"

#include "checks/engine/ChildProcess.h"
#include "checks/engine/Classify.h"
#include "checks/engine/OffLoop.h"
#include "checks/engine/Offloaded.h"

#include <algorithm>
#include <map>

namespace gridlock {

using facts::FunctionFlag;

namespace {

// Bodies of tests may block: nothing else waits for them. What is written in
// one is its part.
bool isInTest(const Program &P, FunctionId F) {
  std::string_view Name = P.qualifiedName(P.enclosing(P.function(F).Symbol));
  if (Name.ends_with("::TestBody") || Name.ends_with("::test_method"))
    return true;
  for (std::string_view Mark :
       {"CATCH2_INTERNAL_TEST_", "C_A_T_C_H_T_E_S_T_", "DOCTEST_ANON_FUNC_"})
    if (Name.find(Mark) != std::string_view::npos)
      return true;
  return false;
}

bool isTask(const Program &P, FunctionId Id) {
  if (!P.isCoroutine(Id) || P.function(Id).Fact->coroutine_type() == 0)
    return false;
  const ProgramFunction &F = P.function(Id);
  const facts::Type *Type = P.type(F.Unit, F.Fact->coroutine_type());
  if (Type->promise())
    return !Type->promise()->is_generator();
  for (const rules::Entry *E : P.typeEntries(F.Unit, F.Fact->coroutine_type()))
    if (E->kind() == rules::EntryKind::Task)
      return true;
  return false;
}

std::vector<bool> findTasks(const Program &P) {
  std::vector<bool> Tasks(P.functions().size());
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    Tasks[F] = isTask(P, F);
  return Tasks;
}

} // namespace

Contexts::~Contexts() = default;

const OffLoop &Contexts::offLoop() const {
  if (!Elsewhere)
    Elsewhere = std::make_unique<OffLoop>(P, Calls, *this);
  return *Elsewhere;
}

Contexts::Contexts(const Program &P, const CallGraph &Calls)
    : P(P), Calls(Calls), Own(Calls.ownLoops()), CoroutineRoot(findTasks(P)),
      Executors(P, Calls, CoroutineRoot) {
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    if (std::vector<bool> Child = childBlocks(P, F); !Child.empty())
      Children[F] = std::move(Child);
  std::vector<bool> Offloaded = offloadedCoroutines(P, Calls, *this);
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    if (CoroutineRoot[F] && !Offloaded[F] && !P.isSystem(F) && !isInTest(P, F))
      Roots.push_back({F, RootKind::Coroutine, nullptr});
  std::vector<bool> IsRoot = CoroutineRoot;
  for (bool Certain : {true, false})
    for (const LoopCallable &L : Calls.loopCallables())
      if (L.Certain == Certain && !IsRoot[L.Callable] &&
          !P.isSystem(L.Callable) && !isInTest(P, L.Callable)) {
        IsRoot[L.Callable] = true;
        Roots.push_back({L.Callable, RootKind::LoopCallback, &L});
      }
  for (FunctionId F = 0; F < P.functions().size(); ++F)
    if (!IsRoot[F] && isAnnotated(F))
      Roots.push_back({F, RootKind::Annotated, nullptr});
  for (const OwnLoop &L : Own.all())
    if (!IsRoot[L.Function] && !isAnnotated(L.Function))
      Roots.push_back({L.Function, RootKind::OwnLoop, nullptr});
}

bool Contexts::isAnnotated(FunctionId Id) const {
  SymbolId S = P.functions()[Id].Symbol;
  return P.runsOnLoop(S) ||
         hasFlag(P.symbol(S).Flags, facts::SymbolFlag::NonBlocking);
}

void Contexts::forEachOnLoop(FunctionId F, const Visitor &Visit) const {
  const OwnLoop *Loop = Own.of(F);
  const std::vector<bool> *Child = childOf(F);
  Executors.visit(F,
                  [&](std::uint32_t Block, const facts::Event &E, bool OnLoop) {
                    if (OnLoop && isInLoop(Loop, Child, Block))
                      Visit(Block, E);
                  });
}

std::string Contexts::frameworkOf(const Root &R) const {
  const ProgramFunction &F = P.function(R.Function);
  if (R.Handed && R.Handed->Entry->framework() &&
      R.Handed->Entry->framework()->size() != 0)
    return R.Handed->Entry->framework()->str();
  for (const rules::Entry *E : P.typeEntries(F.Unit, F.Fact->coroutine_type()))
    if (E->framework() && E->framework()->size() != 0)
      return E->framework()->str();
  std::map<std::string, unsigned> Used;
  auto Symbols = each(P.unit(F.Unit).root().symbols());
  for (std::uint32_t S = 1; S < Symbols.size(); ++S)
    for (const rules::Entry *E : P.entries(P.resolve(F.Unit, S)))
      if (E->framework() && E->framework()->size() != 0)
        ++Used[E->framework()->str()];
  auto Most = std::max_element(
      Used.begin(), Used.end(),
      [](const auto &A, const auto &B) { return A.second < B.second; });
  return Most == Used.end() ? "any" : Most->first;
}

} // namespace gridlock
