// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a coroutine does around its body: Clang's CFG of a coroutine puts it at
// the wrong end, so the CFG is built for the body alone and the rest is added
// here.
#include "checks/extract/CoroutineTypes.h"
#include "checks/extract/FunctionExtractor.h"

using namespace clang;

namespace gridlock::extract {
namespace {

const CoroutineSuspendExpr *suspendIn(const Stmt *S) {
  const auto *E = dyn_cast_or_null<Expr>(S);
  return E ? dyn_cast_or_null<CoroutineSuspendExpr>(strip(E).E) : nullptr;
}

} // namespace

void FunctionExtractor::coroutine(const CoroutineBodyStmt *Body) {
  const Stmt *Parts[] = {Body->getPromiseDeclStmt(), Body->getReturnValueInit(),
                         Body->getInitSuspendStmt(),
                         Body->getFinalSuspendStmt(),
                         Body->getFallthroughHandler()};
  for (const Stmt *Part : Parts) {
    if (!Part)
      continue;
    Scan.include(Part);
    Scan.markAll(Part, facts::ImplicitKind::Promise);
  }
  if (const CoroutineSuspendExpr *S = suspendIn(Body->getInitSuspendStmt()))
    SuspendKinds[S] = facts::SuspendKind::Initial;
  if (const CoroutineSuspendExpr *S = suspendIn(Body->getFinalSuspendStmt()))
    SuspendKinds[S] = facts::SuspendKind::Final;
  // The await calls are what they are in any await.
  for (const auto &[Part, S] : Scan.AwaitParts)
    Scan.Implicit[Part] = facts::ImplicitKind::Await;
  F->coroutine_type = T.type(FD->getReturnType());
  if (const VarDecl *Promise = Body->getPromiseDecl())
    F->promise_type = T.type(Promise->getType());
  build(FD, Body->getBody());
}

/// Into the entry block: promise, return object, initial suspension.
void FunctionExtractor::prologue() {
  linear(Coroutine->getPromiseDeclStmt());
  linear(Coroutine->getReturnValueInit());
  linear(Coroutine->getInitSuspendStmt());
}

/// Puts the final suspension before the exit: Clang's exit block becomes the
/// epilogue, and a new block the exit.
void FunctionExtractor::epilogue(const CFG &Graph) {
  const CFGBlock &Exit = Graph.getExit();
  const std::uint32_t Last = Blocks[&Exit].Last;
  const std::uint32_t New = newBlock();
  // Flowing off the end returns nothing: in a block of its own, since a branch
  // may lead there.
  std::optional<std::uint32_t> Fallthrough;
  for (const CFGBlock::AdjacentBlock &Pred : Exit.preds()) {
    const CFGBlock *B = Pred.getReachableBlock();
    if (!B || !Blocks.count(B) || !Coroutine->getFallthroughHandler())
      continue;
    bool Leaves = false;
    for (const CFGElement &E : *B)
      if (auto S = E.getAs<CFGStmt>())
        Leaves |= isa<CoreturnStmt, CXXThrowExpr>(S->getStmt());
    if (Leaves)
      continue;
    for (const auto &E : F->blocks[Blocks[B].Last]->edges) {
      if (E->to != Last || E->kind == facts::EdgeKind::Unwind)
        continue;
      if (!Fallthrough) {
        Fallthrough = newBlock();
        Block = F->blocks[*Fallthrough].get();
        linear(Coroutine->getFallthroughHandler());
        edge(*Fallthrough, Last, facts::EdgeKind::Always);
      }
      E->to = *Fallthrough;
    }
  }
  Block = F->blocks[Last].get();
  linear(Coroutine->getFinalSuspendStmt());
  edge(Last, New, facts::EdgeKind::Always);
  F->exit = New;
}

void FunctionExtractor::suspend(const CoroutineSuspendExpr *S) {
  if (!Suspended.insert(S).second)
    return;
  std::unique_ptr<facts::ValueT> Operand = V.valuePtr(S->getOperand());
  QualType Awaiter = S->getCommonExpr()->getType();
  Event &E = emitFor(facts::EventKind::Suspend, S);
  auto Kind = SuspendKinds.find(S);
  if (Kind != SuspendKinds.end())
    E.suspend = Kind->second;
  else
    E.suspend = isa<CoyieldExpr>(S) ? facts::SuspendKind::Yield
                                    : facts::SuspendKind::Await;
  E.readiness = readinessOf(Awaiter);
  E.value = std::move(Operand);
  E.type = T.type(S->getOperand()->getType());
  E.awaiter_type = T.type(Awaiter);
  const Expr *Common = strip(S->getCommonExpr()).E;
  const auto *Op = dyn_cast_or_null<CXXOperatorCallExpr>(Common);
  if (Op && Op->getOperator() == OO_Coawait)
    T.markCoAwaitable(Op->getArg(0)->getType());
}

} // namespace gridlock::extract
