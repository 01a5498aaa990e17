// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/extract/BodyScan.h"
#include "checks/extract/Values.h"

#include "clang/AST/StmtObjC.h"
#include "clang/AST/StmtOpenMP.h"

using namespace clang;

namespace gridlock::extract {
namespace {

/// The expression that makes the value, with the copies Clang may elide
/// stripped.
const Expr *core(const Expr *E) { return E ? strip(E).E : nullptr; }

bool isStdIgnore(const Expr *E) {
  const auto *Ref = dyn_cast<DeclRefExpr>(E->IgnoreParenImpCasts());
  return Ref && Ref->getDecl()->getDeclName().isIdentifier() &&
         Ref->getDecl()->getName() == "ignore" &&
         Ref->getDecl()->isInStdNamespace();
}

} // namespace

BodyScan::BodyScan(const FunctionDecl *FD, const Stmt *Body) {
  // The handlers of a constructor's function try block see its initialisers.
  Try = dyn_cast_or_null<CXXTryStmt>(Body);
  if (const auto *Ctor = dyn_cast_or_null<CXXConstructorDecl>(FD)) {
    for (const CXXCtorInitializer *Init : Ctor->inits()) {
      ConstructTarget Target;
      Target.Member = Init;
      target(Init->getInit(), Target);
      const Expr *E = Init->getInit();
      if (const auto *Default = dyn_cast<CXXDefaultInitExpr>(E))
        E = Default->getExpr();
      walk(E);
    }
  }
  Try = nullptr;
  if (Body && isa<Expr>(Body))
    walk(Body);
  else if (Body)
    expressionStatement(Body);
}

void BodyScan::target(const Expr *Init, ConstructTarget Target) {
  const Expr *E = core(Init);
  if (const auto *Choice = dyn_cast_or_null<ConditionalOperator>(E)) {
    if (!E->isPRValue())
      return;
    target(Choice->getTrueExpr(), Target);
    target(Choice->getFalseExpr(), Target);
  } else if (isa_and_nonnull<CXXConstructExpr, CXXInheritedCtorInitExpr>(E) ||
             (isa_and_nonnull<InitListExpr>(E) &&
              (E->getType()->isRecordType() || E->getType()->isArrayType()))) {
    Targets[E] = Target;
  }
}

/// Objects in LIST are made where the list's object is.
void BodyScan::parts(const InitListExpr *List) {
  if (!List->getType()->isRecordType() && !List->getType()->isArrayType())
    return;
  for (unsigned I = 0; I < List->getNumInits(); ++I) {
    if (!List->getInit(I) || List->getInit(I)->getType()->isArithmeticType())
      continue;
    const Expr *E = core(List->getInit(I));
    if (isa_and_nonnull<CXXConstructExpr, CXXInheritedCtorInitExpr,
                        InitListExpr>(E))
      Parts[E] = {List, I};
  }
}

void BodyScan::enterScope(const VarDecl *VD) {
  if (!VD->hasLocalStorage())
    return;
  bool Ends =
      VD->hasAttr<CleanupAttr>() || VD->needsDestruction(VD->getASTContext());
  if (VD->getType()->isReferenceType() && VD->getInit()) {
    const auto *Temp =
        dyn_cast<MaterializeTemporaryExpr>(VD->getInit()->IgnoreImplicit());
    Ends |= Temp && Temp->getExtendingDecl() == VD;
  }
  if (Ends)
    Scope = &Variables.emplace_back(ScopeVariable{VD, Scope});
}

/// Remembers what is around S, which may throw.
void BodyScan::place(const Stmt *S) {
  if (Try)
    InTry[S] = Try;
  if (Scope &&
      (isa<CXXThrowExpr>(S) ||
       (Try && isa<CallExpr, CXXConstructExpr, CXXInheritedCtorInitExpr>(S))))
    InScope[S] = Scope;
}

/// S stands where a statement stands: if it is an expression, its value is
/// unused.
void BodyScan::expressionStatement(const Stmt *S) {
  if (!S)
    return;
  if (const auto *E = dyn_cast<Expr>(S))
    unused(E, Use::Discarded);
  walk(S);
}

void BodyScan::unused(const Expr *E, Use How) {
  if (const auto *Cast = dyn_cast<ExplicitCastExpr>(E->IgnoreParens());
      Cast && Cast->getCastKind() == CK_ToVoid)
    return unused(Cast->getSubExpr(), Use::VoidCast);
  if (const auto *Full = dyn_cast<FullExpr>(E))
    return unused(Full->getSubExpr(), How);
  if (const auto *Comma = dyn_cast<BinaryOperator>(E->IgnoreParens());
      Comma && Comma->getOpcode() == BO_Comma)
    return unused(Comma->getRHS(), How); // walk() sees to the left side
  E = core(E);
  if (!E)
    return;
  if (const auto *Choice = dyn_cast<ConditionalOperator>(E)) {
    unused(Choice->getTrueExpr(), How);
    unused(Choice->getFalseExpr(), How);
  } else if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(E);
             Op && Op->getOperator() == OO_Equal &&
             isStdIgnore(Op->getArg(0))) {
    unused(Op->getArg(1), Use::VoidCast);
    Silent.insert(Op);
  } else if (const auto *Await = dyn_cast<CoroutineSuspendExpr>(E)) {
    if (const Expr *Resume = core(Await->getResumeExpr()))
      Unused[Resume] = How;
  } else if (isa<CallExpr, CXXConstructExpr>(E) &&
             !E->getType()->isVoidType()) {
    Unused[E] = How;
  }
}

void BodyScan::children(const Stmt *S) {
  for (const Stmt *Child : S->children())
    if (Child)
      walk(Child);
}

void BodyScan::walk(const Stmt *S) {
  if (!S)
    return;
  const ScopeVariable *Around = Scope;
  visit(S);
  if (isa<CompoundStmt, IfStmt, ForStmt, WhileStmt, SwitchStmt, CXXForRangeStmt,
          CXXCatchStmt>(S))
    Scope = Around;
}

void BodyScan::visit(const Stmt *S) {
  place(S);
  if (const auto *Body = dyn_cast<CompoundStmt>(S)) {
    for (const Stmt *Child : Body->body()) {
      const auto *E = dyn_cast<Expr>(Child);
      if (const auto *Call =
              dyn_cast_or_null<CallExpr>(E ? E->IgnoreImplicit() : nullptr))
        Blocks[Call] = Body;
      expressionStatement(Child);
    }
    return;
  }
  if (const auto *L = dyn_cast<LambdaExpr>(S))
    return lambda(L);
  if (isa<UnaryExprOrTypeTraitExpr, RequiresExpr, TypeTraitExpr,
          SizeOfPackExpr>(S))
    return; // unevaluated
  // Clang's CFG goes into these.
  const auto *Constant = dyn_cast<ConstantExpr>(S);
  if (isa<CXXNoexceptExpr>(S) ||
      (Constant && Constant->isImmediateInvocation()))
    return silence(S, nullptr);
  if (const auto *Typeid = dyn_cast<CXXTypeidExpr>(S);
      Typeid && !Typeid->isPotentiallyEvaluated())
    return;
  if (const auto *If = dyn_cast<IfStmt>(S)) {
    walk(If->getInit());
    walk(If->getConditionVariableDeclStmt());
    walk(If->getCond());
    if (If->isConstexpr()) {
      // The discarded branch of an instance is gone or never evaluated.
      const auto *Known =
          dyn_cast<ConstantExpr>(If->getCond()->IgnoreParenImpCasts());
      if (Known && Known->hasAPValueResult() &&
          Known->getAPValueResult().isInt()) {
        bool Taken = Known->getAPValueResult().getInt().getBoolValue();
        return expressionStatement(Taken ? If->getThen() : If->getElse());
      }
    }
    expressionStatement(If->getThen());
    expressionStatement(If->getElse());
    return;
  }
  if (const auto *Loop = dyn_cast<ForStmt>(S)) {
    expressionStatement(Loop->getInit());
    walk(Loop->getConditionVariableDeclStmt());
    walk(Loop->getCond());
    expressionStatement(Loop->getInc());
    expressionStatement(Loop->getBody());
    return;
  }
  if (const auto *Loop = dyn_cast<CXXForRangeStmt>(S))
    return rangeFor(Loop);
  if (const auto *Loop = dyn_cast<WhileStmt>(S)) {
    walk(Loop->getConditionVariableDeclStmt());
    walk(Loop->getCond());
    expressionStatement(Loop->getBody());
    return;
  }
  if (const auto *Loop = dyn_cast<DoStmt>(S)) {
    expressionStatement(Loop->getBody());
    walk(Loop->getCond());
    return;
  }
  if (const auto *Case = dyn_cast<SwitchCase>(S))
    return expressionStatement(Case->getSubStmt());
  if (const auto *Label = dyn_cast<LabelStmt>(S))
    return expressionStatement(Label->getSubStmt());
  if (const auto *With = dyn_cast<AttributedStmt>(S))
    return expressionStatement(With->getSubStmt());
  if (const auto *T = dyn_cast<CXXTryStmt>(S)) {
    const CXXTryStmt *Outer = std::exchange(Try, T);
    TryScopes[T] = Scope;
    walk(T->getTryBlock());
    Try = Outer;
    for (unsigned I = 0; I < T->getNumHandlers(); ++I)
      walk(T->getHandler(I));
    return;
  }
  if (const auto *Catch = dyn_cast<CXXCatchStmt>(S)) {
    if (const VarDecl *Caught = Catch->getExceptionDecl())
      enterScope(Caught);
    return walk(Catch->getHandlerBlock());
  }
  if (const auto *DS = dyn_cast<DeclStmt>(S)) {
    declaration(DS);
    children(S);
    for (const Decl *D : DS->decls())
      if (const auto *Var = dyn_cast<VarDecl>(D))
        enterScope(Var);
    return;
  }
  if (const auto *List = dyn_cast<InitListExpr>(S)) {
    parts(List);
  } else if (const auto *Literal = dyn_cast<CompoundLiteralExpr>(S)) {
    ConstructTarget Target;
    Target.Literal = Literal;
    target(Literal->getInitializer(), Target);
  } else if (const auto *Arg = dyn_cast<CXXDefaultArgExpr>(S)) {
    return walk(Arg->getExpr());
  } else if (const auto *Member = dyn_cast<CXXDefaultInitExpr>(S)) {
    return walk(Member->getExpr());
  } else if (const auto *Ret = dyn_cast<ReturnStmt>(S)) {
    returned(Ret->getRetValue());
  } else if (const auto *Ret = dyn_cast<CoreturnStmt>(S)) {
    // Operand and promise call share their subexpressions.
    if (Ret->getPromiseCall()) {
      Implicit[core(Ret->getPromiseCall())] = facts::ImplicitKind::Promise;
      return walk(Ret->getPromiseCall());
    }
    return walk(Ret->getOperand());
  } else if (const auto *Await = dyn_cast<CoroutineSuspendExpr>(S)) {
    return suspend(Await);
  } else if (const auto *New = dyn_cast<CXXNewExpr>(S)) {
    ConstructTarget Target;
    Target.New = New;
    target(New->getInitializer(), Target);
  } else if (const auto *Temp = dyn_cast<MaterializeTemporaryExpr>(S)) {
    if (const auto *Var = dyn_cast_or_null<VarDecl>(Temp->getExtendingDecl())) {
      ConstructTarget Target;
      Target.Var = Var;
      target(Temp->getSubExpr(), Target);
    }
  } else if (const auto *Comma = dyn_cast<BinaryOperator>(S);
             Comma && Comma->getOpcode() == BO_Comma) {
    unused(Comma->getLHS(), Use::Discarded);
  } else if (const auto *Inner = dyn_cast<StmtExpr>(S)) {
    // The last statement of ({ ... }) is the value.
    for (const Stmt *Child : Inner->getSubStmt()->body())
      Child == Inner->getSubStmt()->body_back() ? walk(Child)
                                                : expressionStatement(Child);
    return;
  } else if (isa<OpaqueValueExpr>(S)) {
    return; // its source is visited where it stands
  } else if (isa<GCCAsmStmt, MSAsmStmt>(S)) {
    Unsupported.emplace_back(S, "inline assembly");
    return;
  } else if (isa<BlockExpr>(S)) {
    Unsupported.emplace_back(S, "block");
    return;
  } else if (isa<OMPExecutableDirective>(S)) {
    Unsupported.emplace_back(S, "OpenMP directive");
    return;
  } else if (isa<SEHTryStmt>(S)) {
    Unsupported.emplace_back(S, "structured exception handling");
  } else if (isa<RecoveryExpr>(S)) {
    Unsupported.emplace_back(S, "erroneous expression");
    return;
  }
  children(S);
}

void BodyScan::declaration(const DeclStmt *DS) {
  for (const Decl *D : DS->decls()) {
    if (const auto *RD = dyn_cast<CXXRecordDecl>(D))
      LocalClasses.push_back(RD);
    const auto *Var = dyn_cast<VarDecl>(D);
    if (!Var || !Var->getInit())
      continue;
    // Initialised by the compiler: no call happens.
    if (Var->isConstexpr() ||
        (Var->hasGlobalStorage() && Var->hasConstantInitialization()))
      silenceCalls(Var->getInit());
    ConstructTarget Target;
    Target.Var = Var;
    if (!Var->getType()->isReferenceType())
      target(Var->getInit(), Target);
    if (isa<DecompositionDecl>(Var))
      for (const BindingDecl *Binding :
           cast<DecompositionDecl>(Var)->bindings())
        if (const VarDecl *Holding = Binding->getHoldingVar()) {
          walk(Holding->getInit());
          markAll(Holding->getInit(), facts::ImplicitKind::StructuredBinding);
          group(Holding->getInit(), cast<DecompositionDecl>(Var));
        }
  }
}

/// `return x;` hands x out: the copy or move into the result is no event of its
/// own.
void BodyScan::returned(const Expr *E) {
  const auto *Made = dyn_cast_or_null<CXXConstructExpr>(core(E));
  if (Made && Made->getConstructor()->isCopyOrMoveConstructor() &&
      Made->getNumArgs())
    Silent.insert(Made);
}

void BodyScan::suspend(const CoroutineSuspendExpr *S) {
  // getOperand() is part of the common expression.
  walk(S->getCommonExpr());
  // promise.await_transform(x), promise.yield_value(x), operator co_await(x)
  const Expr *Made = core(S->getCommonExpr());
  if (const auto *Op = dyn_cast_or_null<CXXOperatorCallExpr>(Made);
      Op && Op->getOperator() == OO_Coawait) {
    Implicit[Op] = facts::ImplicitKind::Await;
    Made = core(Op->getArg(0));
  }
  if (const auto *Call = dyn_cast_or_null<CXXMemberCallExpr>(Made)) {
    const CXXMethodDecl *MD = Call->getMethodDecl();
    if (MD && MD->getDeclName().isIdentifier() &&
        (MD->getName() == "await_transform" || MD->getName() == "yield_value"))
      Implicit[Call] = facts::ImplicitKind::Promise;
  }
  const Expr *Ready = core(S->getReadyExpr()),
             *Resume = core(S->getResumeExpr());
  const Stmt *Calls[] = {S->getReadyExpr(), S->getSuspendExpr(),
                         S->getResumeExpr(), Ready, Resume};
  for (const Stmt *Part : Calls)
    place(Part);
  AwaitParts[Ready] = S;
  AwaitParts[Resume] = S;
  // await_suspend may be wrapped, to resume the handle it returns.
  llvm::SmallVector<const Stmt *, 8> Work{S->getSuspendExpr()};
  const CallExpr *Suspend = nullptr;
  while (!Work.empty() && !Suspend) {
    const Stmt *Part = Work.pop_back_val();
    const auto *Call = dyn_cast<CallExpr>(Part);
    const FunctionDecl *FD = Call ? Call->getDirectCallee() : nullptr;
    if (FD && FD->getDeclName().isIdentifier() &&
        FD->getName() == "await_suspend")
      Suspend = Call;
    for (const Stmt *Child : Part->children())
      if (Child)
        Work.push_back(Child);
  }
  if (Suspend) {
    place(Suspend);
    AwaitParts[Suspend] = S;
    AwaitSuspends[S] = Suspend;
  }
  silence(S->getSuspendExpr(), Suspend);
}

void BodyScan::silenceCalls(const Stmt *S) {
  if (!S || isa<LambdaExpr>(S))
    return;
  if (isa<CallExpr>(S))
    Silent.insert(S);
  for (const Stmt *Child : S->children())
    silenceCalls(Child);
}

void BodyScan::group(const Stmt *S, const DecompositionDecl *Group) {
  if (!S)
    return;
  Groups[S] = Group;
  for (const Stmt *Child : S->children())
    group(Child, Group);
}

void BodyScan::silence(const Stmt *S, const Stmt *Except) {
  if (S != Except)
    Silent.insert(S);
  if (isa<OpaqueValueExpr>(S))
    return;
  for (const Stmt *Child : S->children())
    if (Child)
      silence(Child, Except);
}

void BodyScan::markAll(const Stmt *S, facts::ImplicitKind Kind) {
  if (!S)
    return;
  if (isa<CallExpr, CXXConstructExpr>(S))
    Implicit[S] = Kind;
  for (const Stmt *Child : S->children())
    if (Child)
      markAll(Child, Kind);
}

void BodyScan::rangeFor(const CXXForRangeStmt *S) {
  walk(S->getInit());
  const Stmt *Steps[] = {S->getBeginStmt(), S->getEndStmt(), S->getCond(),
                         S->getInc()};
  for (const Stmt *Step : Steps)
    markAll(Step, facts::ImplicitKind::RangeFor);
  walk(S->getRangeStmt());
  walk(S->getBeginStmt());
  walk(S->getEndStmt());
  walk(S->getCond());
  walk(S->getLoopVarStmt());
  expressionStatement(S->getInc());
  if (const Expr *Step = core(S->getInc()))
    Unused.erase(Step); // `++it` of the loop is nobody's mistake
  expressionStatement(S->getBody());
}

void BodyScan::lambda(const LambdaExpr *L) {
  Lambdas.push_back(L);
  for (const Expr *Init : L->capture_inits()) {
    if (!Init)
      continue;
    walk(Init);
    const auto *Made = dyn_cast_or_null<CXXConstructExpr>(core(Init));
    if (Made && Made->getConstructor()->isCopyOrMoveConstructor())
      Silent.insert(Made);
  }
}

} // namespace gridlock::extract
