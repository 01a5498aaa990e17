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

const Expr *core(const Stmt *S) {
  const auto *E = dyn_cast_or_null<Expr>(S);
  return E ? strip(E).E : nullptr;
}

} // namespace

void FunctionExtractor::coroutine(const CoroutineBodyStmt *Body) {
  const Stmt *Parts[] = {
      Body->getPromiseDeclStmt(),    Body->getReturnValueInit(),
      Body->getInitSuspendStmt(),    Body->getFinalSuspendStmt(),
      Body->getFallthroughHandler(), Body->getExceptionHandler()};
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
  if (const auto *Allocate =
          dyn_cast_or_null<CallExpr>(core(Coroutine->getAllocate()));
      Allocate && Allocate->getDirectCallee() &&
      T.isProject(Allocate->getDirectCallee()->getLocation()))
    emitFor(facts::EventKind::Allocate, Allocate).symbol =
        T.symbol(Allocate->getDirectCallee());
  parameterCopies();
  linear(Coroutine->getPromiseDeclStmt());
  linear(Coroutine->getReturnValueInit());
  linear(Coroutine->getInitSuspendStmt());
}

/// By-value parameters are copied or moved into the frame, which the body then
/// uses: that is a call on the parameter itself.
void FunctionExtractor::parameterCopies() {
  for (const Stmt *Part : Coroutine->getParamMoves()) {
    const auto *DS = dyn_cast_or_null<DeclStmt>(Part);
    const auto *Copy = DS && DS->isSingleDecl()
                           ? dyn_cast<VarDecl>(DS->getSingleDecl())
                           : nullptr;
    const Expr *Init = Copy ? Copy->getInit() : nullptr;
    const auto *Made = dyn_cast_or_null<CXXConstructExpr>(core(Init));
    std::optional<Place> P;
    if (Init)
      P = V.place(Made && Made->getNumArgs() ? Made->getArg(0) : Init);
    if (!P)
      continue;
    Bound[Copy] = *P;
    if (!Made)
      continue;
    FrameCopies.push_back(Copy);
    if (Made->getConstructor()->isTrivial())
      continue;
    std::unique_ptr<facts::ValueT> Source = V.valuePtr(Made->getArg(0));
    Event &E = emit(facts::EventKind::Call, FD->getLocation());
    E.symbol = T.symbol(Made->getConstructor());
    E.implicit = facts::ImplicitKind::Promise;
    E.receiver = std::make_unique<facts::ValueT>();
    E.receiver->kind = facts::ValueKind::Place;
    E.receiver->type = P->path.empty() ? P->type : P->path.back()->type;
    E.receiver->place = std::make_unique<Place>(std::move(*P));
    E.args.push_back(std::move(Source));
  }
}

/// An exception that leaves the body goes to the promise, then to the final
/// suspension.
void FunctionExtractor::unhandled(std::uint32_t Final) {
  if (!Coroutine->getExceptionHandler())
    return;
  const std::uint32_t Handler = newBlock();
  for (std::uint32_t Index = 0; Index < Handler; ++Index)
    for (const auto &E : F->blocks[Index]->edges)
      if (E->to == Final && E->kind == facts::EdgeKind::Unwind)
        E->to = Handler;
  edge(0, Handler, facts::EdgeKind::Handler);
  Block = F->blocks[Handler].get();
  linear(Coroutine->getExceptionHandler());
  edge(Handler, Final, facts::EdgeKind::Always);
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
  unhandled(Last);
  Block = F->blocks[Last].get();
  linear(Coroutine->getFinalSuspendStmt());
  // The end of the frame.
  if (const VarDecl *Promise = Coroutine->getPromiseDecl())
    destroy(variablePlace(Promise), Promise->getType(), FD->getEndLoc());
  for (const VarDecl *Copy : llvm::reverse(FrameCopies))
    destroy(variablePlace(Copy), Copy->getType(), FD->getEndLoc());
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
