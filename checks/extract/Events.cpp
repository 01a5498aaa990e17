// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Statements other than calls, in the order the CFG gives them, to events.
#include "checks/extract/FunctionExtractor.h"

using namespace clang;

namespace gridlock::extract {
namespace {

std::unique_ptr<facts::PlaceT> boxed(facts::PlaceT P) {
  return std::make_unique<facts::PlaceT>(std::move(P));
}

std::unique_ptr<facts::ValueT> placeValue(facts::PlaceT P) {
  auto V = std::make_unique<facts::ValueT>();
  V->kind = facts::ValueKind::Place;
  V->type = P.path.empty() ? P.type : P.path.back()->type;
  V->place = boxed(std::move(P));
  return V;
}

/// In a const method, the expression is const and the member is not.
bool isDeclaredConst(const Expr *E) {
  while (true) {
    E = E->IgnoreParenImpCasts();
    if (const auto *Ref = dyn_cast<DeclRefExpr>(E))
      return Ref->getDecl()->getType().isConstQualified();
    if (const auto *Sub = dyn_cast<ArraySubscriptExpr>(E)) {
      E = Sub->getBase();
      const auto *Decay = dyn_cast<ImplicitCastExpr>(E);
      if (!Decay || Decay->getCastKind() != CK_ArrayToPointerDecay)
        return false;
      continue;
    }
    const auto *Member = dyn_cast<MemberExpr>(E);
    if (!Member)
      return false;
    if (Member->getMemberDecl()->getType().isConstQualified())
      return true;
    const auto *Field = dyn_cast<FieldDecl>(Member->getMemberDecl());
    if (Member->isArrow() || !Field || Field->isMutable())
      return false;
    E = Member->getBase();
  }
}

const CXXRecordDecl *classOf(QualType T) {
  return T.isNull() ? nullptr
                    : T->getBaseElementTypeUnsafe()->getAsCXXRecordDecl();
}

} // namespace

void FunctionExtractor::element(const CFGElement &E) {
  switch (E.getKind()) {
  case CFGElement::Statement:
  case CFGElement::Constructor:
  case CFGElement::CXXRecordTypedCall:
    return statement(E.castAs<CFGStmt>().getStmt());
  case CFGElement::Initializer:
    return initialiseMember(E.castAs<CFGInitializer>().getInitializer());
  case CFGElement::NewAllocator: {
    const CXXNewExpr *New = E.castAs<CFGNewAllocator>().getAllocatorExpr();
    Event &Made = emitFor(facts::EventKind::Allocate, New);
    Made.symbol = T.symbol(New->getOperatorNew());
    Made.place = boxed(rooted(facts::PlaceRoot::Alloc, New));
    return;
  }
  case CFGElement::AutomaticObjectDtor: {
    auto D = E.castAs<CFGAutomaticObjDtor>();
    const VarDecl *VD = D.getVarDecl();
    // An argument is the caller's temporary, and ends there (and before LLVM 22
    // the CFG forgets parameters on early returns).
    if (isa<ParmVarDecl>(VD))
      return;
    return destroy(variablePlace(VD), VD->getType().getNonReferenceType(),
                   D.getTriggerStmt()->getEndLoc());
  }
  case CFGElement::LifetimeEnds: {
    auto L = E.castAs<CFGLifetimeEnds>();
    const VarDecl *VD = L.getVarDecl();
    // With a destructor, the call before is where the lifetime ends.
    const CXXRecordDecl *RD = classOf(VD->getType());
    if (RD && RD->hasDefinition() && RD->hasTrivialDestructor() &&
        !isa<ParmVarDecl>(VD))
      endLifetime(variablePlace(VD), L.getTriggerStmt()->getEndLoc());
    return;
  }
  case CFGElement::DeleteDtor: {
    const CXXDeleteExpr *Delete = E.castAs<CFGDeleteDtor>().getDeleteExpr();
    if (std::optional<Place> P = V.pointee(Delete->getArgument()))
      destroy(std::move(*P), Delete->getDestroyedType(), Delete->getBeginLoc());
    return;
  }
  case CFGElement::BaseDtor: {
    const CXXBaseSpecifier *Base = E.castAs<CFGBaseDtor>().getBaseSpecifier();
    Place P = thisPlace();
    V.addBase(P, Base->getType());
    return destroy(std::move(P), Base->getType(), FD->getEndLoc());
  }
  case CFGElement::MemberDtor: {
    const FieldDecl *Field = E.castAs<CFGMemberDtor>().getFieldDecl();
    Place P = thisPlace();
    V.addField(P, Field);
    return destroy(std::move(P), Field->getType(), FD->getEndLoc());
  }
  case CFGElement::TemporaryDtor: {
    const CXXBindTemporaryExpr *Bind =
        E.castAs<CFGTemporaryDtor>().getBindTemporaryExpr();
    forgetTemporary(Bind);
    // `T x = T();` at namespace scope makes no temporary.
    if (!Destroyed.insert(Bind).second ||
        (Initialised && !Initialised->getType()->isReferenceType() &&
         strip(Initialised->getInit()).E == strip(Bind).E))
      return;
    const Expr *Made = strip(Bind).E;
    if (std::optional<Place> P = Made ? result(Made) : std::nullopt)
      destroy(std::move(*P), Bind->getType(), Bind->getEndLoc());
    return;
  }
  case CFGElement::CleanupFunction: {
    auto C = E.castAs<CFGCleanupFunction>();
    return cleanup(C.getVarDecl(), C.getFunctionDecl());
  }
  case CFGElement::ScopeBegin:
  case CFGElement::ScopeEnd:
  case CFGElement::LoopExit:
    return;
  default: // added by a later Clang
    return unsupported(FD ? FD->getLocation() : Initialised->getLocation(),
                       "unknown kind of control-flow element");
  }
}

void FunctionExtractor::statement(const Stmt *S) {
  if (!S || Scan.Silent.contains(S) || !Done.insert(S).second)
    return;
  // `auto [a, b] = tuple;` makes the tuple first, then calls get().
  if (auto Group = Scan.Groups.find(S); Group != Scan.Groups.end())
    initialise(Group->second);
  if (const auto *C = dyn_cast<CallExpr>(S))
    return call(C);
  if (const auto *C = dyn_cast<CXXConstructExpr>(S))
    return construct(C);
  if (const auto *C = dyn_cast<CXXInheritedCtorInitExpr>(S)) {
    Event &E = emitFor(facts::EventKind::Construct, C);
    E.symbol = T.symbol(C->getConstructor());
    E.implicit = facts::ImplicitKind::Inherited;
    for (const ParmVarDecl *Param :
         FD ? FD->parameters() : llvm::ArrayRef<ParmVarDecl *>())
      if (std::optional<Place> P = V.declaration(Param))
        E.args.push_back(placeValue(std::move(*P)));
    if (std::optional<Place> P = result(C))
      E.place = boxed(std::move(*P));
    return;
  }
  if (const auto *DS = dyn_cast<DeclStmt>(S))
    return declare(DS);
  if (const auto *Ret = dyn_cast<ReturnStmt>(S))
    return returnValue(S, Ret->getRetValue());
  if (const auto *Ret = dyn_cast<CoreturnStmt>(S))
    return returnValue(S, Ret->getOperand());
  if (const auto *Throw = dyn_cast<CXXThrowExpr>(S)) {
    std::unique_ptr<facts::ValueT> Value =
        Throw->getSubExpr() ? V.valuePtr(Throw->getSubExpr()) : nullptr;
    emitFor(facts::EventKind::Throw, S).value = std::move(Value);
    return unwindThrow(Throw);
  }
  if (const auto *B = dyn_cast<BinaryOperator>(S))
    return B->isAssignmentOp() ? assign(B) : void();
  if (const auto *U = dyn_cast<UnaryOperator>(S)) {
    if (U->isIncrementDecrementOp())
      return incrementDecrement(U);
    if (U->getOpcode() == UO_AddrOf)
      access(facts::EventKind::AddressTaken, U->getSubExpr());
    return;
  }
  if (const auto *Cast = dyn_cast<ImplicitCastExpr>(S)) {
    if (Cast->getCastKind() == CK_LValueToRValue)
      access(facts::EventKind::Read, Cast->getSubExpr());
    return;
  }
  if (const auto *A = dyn_cast<AtomicExpr>(S))
    return atomicBuiltin(A);
  if (const auto *Delete = dyn_cast<CXXDeleteExpr>(S)) {
    std::unique_ptr<facts::ValueT> Value = V.valuePtr(Delete->getArgument());
    Event &E = emitFor(facts::EventKind::Deallocate, S);
    E.value = std::move(Value);
    E.symbol = T.symbol(Delete->getOperatorDelete());
    return;
  }
  if (const auto *Arg = dyn_cast<CXXDefaultArgExpr>(S))
    return defaultArgument(Arg);
  if (const auto *Bind = dyn_cast<CXXBindTemporaryExpr>(S))
    return noteTemporary(Bind);
  if (const auto *List = dyn_cast<InitListExpr>(S))
    return listObject(List);
  if (const auto *Catch = dyn_cast<CXXCatchStmt>(S);
      Catch && Catch->getExceptionDecl())
    local(Catch->getExceptionDecl());
}

/// For code that Clang's CFG leaves out and that has no branches of its own.
void FunctionExtractor::linear(const Stmt *S) {
  if (!S || isa<LambdaExpr, OpaqueValueExpr>(S))
    return;
  if (const auto *Await = dyn_cast<CoroutineSuspendExpr>(S)) {
    linear(Await->getCommonExpr());
    linear(Await->getReadyExpr());
    linear(Await->getSuspendExpr());
    linear(Await->getResumeExpr());
    return statement(S);
  }
  if (const auto *Arg = dyn_cast<CXXDefaultArgExpr>(S))
    return defaultArgument(Arg);
  if (const auto *Ret = dyn_cast<CoreturnStmt>(S))
    return linear(Ret->getPromiseCall()), statement(S);
  for (const Stmt *Child : S->children())
    linear(Child);
  statement(S);
}

/// A default argument's expression belongs to the callee's declaration: every
/// call has its own events for it.
void FunctionExtractor::defaultArgument(const CXXDefaultArgExpr *Arg) {
  if (Arg->hasRewrittenInit())
    return; // expanded by Clang's CFG
  llvm::SmallVector<const Stmt *, 8> Work{Arg->getExpr()};
  while (!Work.empty()) {
    const Stmt *S = Work.pop_back_val();
    Ids.erase(S);
    Done.erase(S);
    if (isa<CallExpr, CXXConstructExpr>(S))
      Scan.Implicit[S] = facts::ImplicitKind::DefaultArgument;
    for (const Stmt *Child : S->children())
      if (Child && !isa<LambdaExpr>(S))
        Work.push_back(Child);
  }
  linear(Arg->getExpr());
}

void FunctionExtractor::construct(const CXXConstructExpr *C) {
  const CXXConstructorDecl *Ctor = C->getConstructor();
  if (C->isElidable() && C->getNumArgs())
    return; // the copy that strip() looks through
  facts::EventKind Kind = facts::EventKind::Construct;
  if (Ctor->isCopyConstructor())
    Kind = facts::EventKind::Copy;
  else if (Ctor->isMoveConstructor())
    Kind = facts::EventKind::Move;
  facts::ValueT Made = V.value(C);
  std::unique_ptr<facts::ValueT> Source =
      Kind != facts::EventKind::Construct ? V.valuePtr(C->getArg(0)) : nullptr;
  std::optional<Place> P = result(C);
  if (Kind != facts::EventKind::Construct)
    ownCopy(Ctor, C->getBeginLoc(), P, Source.get());
  Event &E = emitFor(Kind, C);
  E.symbol = T.symbol(Ctor);
  E.is_noexcept = (T.out().symbols[E.symbol]->flags &
                   facts::SymbolFlag::NoThrow) != facts::SymbolFlag::NONE;
  if (P)
    E.place = boxed(std::move(*P));
  E.type = T.type(C->getType());
  if (Source)
    E.value = std::move(Source);
  else
    arguments(E, llvm::ArrayRef(C->getArgs(), C->getNumArgs()));
  if (!E.value && (Made.kind == facts::ValueKind::Constant ||
                   Made.kind == facts::ValueKind::Callable))
    E.value = std::make_unique<facts::ValueT>(std::move(Made));
  auto Target = Scan.Targets.find(C);
  if (Target != Scan.Targets.end() && Target->second.Member) {
    const CXXCtorInitializer *Init = Target->second.Member;
    E.implicit = Init->isDelegatingInitializer()
                     ? facts::ImplicitKind::Delegating
                 : Init->isBaseInitializer() ? facts::ImplicitKind::BaseInit
                                             : facts::ImplicitKind::MemberInit;
  } else if (auto It = Scan.Implicit.find(C); It != Scan.Implicit.end()) {
    E.implicit = It->second;
  }
  markUse(E, C);
}

void FunctionExtractor::returnValue(const Stmt *S, const Expr *E) {
  std::unique_ptr<facts::ValueT> Value;
  if (E) {
    const auto *Made = dyn_cast_or_null<CXXConstructExpr>(strip(E).E);
    const auto *Ret = dyn_cast<ReturnStmt>(S);
    if (Made && Scan.Silent.contains(Made)) {
      Value = V.valuePtr(Made->getArg(0));
      Value->moved |= Made->getConstructor()->isMoveConstructor() ||
                      (Ret && Ret->getNRVOCandidate());
    } else {
      Value = V.valuePtr(E);
    }
  }
  emitFor(facts::EventKind::Return, S).value = std::move(Value);
}

bool FunctionExtractor::isShared(const Place &P) const {
  using Root = facts::PlaceRoot;
  if (P.root == Root::Global || P.root == Root::ThreadLocal ||
      P.root == Root::Capture)
    return true;
  bool ByReference = P.root == Root::This || P.root == Root::CallResult;
  if (P.root == Root::Param && FD && P.id < FD->getNumParams())
    ByReference = FD->getParamDecl(P.id)->getType()->isReferenceType();
  bool Member = false;
  for (const auto &Step : P.path) {
    ByReference |= Step->kind == facts::StepKind::Deref;
    Member |= Step->kind == facts::StepKind::Field;
  }
  return ByReference && Member;
}

void FunctionExtractor::access(facts::EventKind Kind, const Expr *E) {
  if (Kind == facts::EventKind::Read && isDeclaredConst(E))
    return; // nobody writes it
  std::optional<Place> P = V.place(E);
  if (!P || !isShared(*P))
    return;
  emit(Kind, E->getExprLoc()).place = boxed(std::move(*P));
}

void FunctionExtractor::assign(const BinaryOperator *B) {
  std::optional<Place> P = V.place(B->getLHS());
  if (!P)
    return;
  std::unique_ptr<facts::ValueT> Value;
  if (B->isCompoundAssignmentOp()) {
    access(facts::EventKind::Read, B->getLHS());
    Value = V.computed(B);
  } else {
    Value = V.valuePtr(B->getRHS());
  }
  Event &E = emitFor(facts::EventKind::Assign, B);
  E.place = boxed(std::move(*P));
  E.value = std::move(Value);
  access(facts::EventKind::Write, B->getLHS());
}

void FunctionExtractor::incrementDecrement(const UnaryOperator *U) {
  std::optional<Place> P = V.place(U->getSubExpr());
  if (!P)
    return;
  access(facts::EventKind::Read, U->getSubExpr());
  Event &E = emitFor(facts::EventKind::Assign, U);
  E.place = boxed(std::move(*P));
  E.value = std::make_unique<facts::ValueT>();
  E.value->reason = facts::UnknownReason::Arithmetic;
  access(facts::EventKind::Write, U->getSubExpr());
}

void FunctionExtractor::destroy(Place P, QualType Type, SourceLocation Where) {
  const CXXRecordDecl *RD = classOf(Type);
  const CXXDestructorDecl *Dtor =
      RD && RD->hasDefinition() ? RD->getDestructor() : nullptr;
  if (Dtor && !Dtor->isTrivial()) {
    Place Object = P;
    if (Type->isArrayType())
      V.addStep(Object, facts::StepKind::IndexUnknown,
                QualType(Type->getBaseElementTypeUnsafe(), 0));
    Event &E = emit(facts::EventKind::Call, Where);
    E.symbol = T.symbol(Dtor);
    E.implicit = facts::ImplicitKind::Destructor;
    bool Owned = P.root != facts::PlaceRoot::This && P.path.empty();
    E.dispatch = Dtor->isVirtual() && !Owned &&
                         P.root != facts::PlaceRoot::This &&
                         !RD->hasAttr<FinalAttr>()
                     ? facts::Dispatch::Virtual
                     : facts::Dispatch::Static;
    E.receiver = placeValue(std::move(Object));
    E.is_noexcept = true;
  }
  endLifetime(std::move(P), Where);
}

void FunctionExtractor::endLifetime(Place P, SourceLocation Where) {
  emit(facts::EventKind::LifetimeEnd, Where).place = boxed(std::move(P));
}

void FunctionExtractor::cleanup(const VarDecl *VD,
                                const FunctionDecl *Function) {
  Event &E = emit(facts::EventKind::Call, VD->getLocation());
  E.symbol = T.symbol(Function);
  E.implicit = facts::ImplicitKind::Cleanup;
  E.args.push_back(placeValue(variablePlace(VD)));
  E.args.back()->kind = facts::ValueKind::AddressOf;
}

} // namespace gridlock::extract
