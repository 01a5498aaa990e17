// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/extract/FunctionExtractor.h"
#include "checks/extract/Names.h"

using namespace clang;

namespace gridlock::extract {
namespace {

const Stmt *bodyOf(const FunctionDecl *FD) {
  const Stmt *Body = FD->getBody();
  if (const auto *Coroutine = dyn_cast_or_null<CoroutineBodyStmt>(Body))
    return Coroutine->getBody();
  return Body;
}

} // namespace

FunctionExtractor::FunctionExtractor(Tables &T, const FunctionDecl *FD)
    : T(T), FD(FD),
      Coroutine(dyn_cast_or_null<CoroutineBodyStmt>(FD->getBody())),
      Scan(FD, bodyOf(FD)), V(T, this),
      F(std::make_unique<facts::FunctionT>()) {}

FunctionExtractor::FunctionExtractor(Tables &T, const VarDecl *VD)
    : T(T), Initialised(VD), Scan(nullptr, VD->getInit()), V(T, this),
      F(std::make_unique<facts::FunctionT>()) {
  ConstructTarget Target;
  Target.Var = VD;
  if (!VD->getType()->isReferenceType())
    Scan.target(VD->getInit(), Target);
}

std::unique_ptr<facts::FunctionT> FunctionExtractor::run() {
  describe();
  if (Coroutine)
    coroutine(Coroutine);
  else if (FD)
    build(FD, FD->getBody());
  else
    build(Initialised, Initialised->getInit());
  finish();
  return std::move(F);
}

std::unique_ptr<facts::FunctionT> FunctionExtractor::runConstant() {
  describe();
  newBlock();
  F->exit = newBlock();
  edge(0, F->exit, facts::EdgeKind::Always);
  Block = F->blocks[0].get();
  initialise(Initialised);
  finish();
  return std::move(F);
}

void FunctionExtractor::describe() {
  using Flag = facts::FunctionFlag;
  const Decl *D = FD ? static_cast<const Decl *>(FD) : Initialised;
  F->begin = T.loc(D->getBeginLoc());
  F->end = T.loc(D->getEndLoc());
  if (!FD) {
    F->symbol = T.initialiser(Initialised);
    F->flags = Flag::StaticInit;
    return;
  }
  F->symbol = T.symbol(FD);
  T.markDefined(F->symbol);
  auto Set = [&](bool On, Flag Bit) {
    if (On)
      F->flags |= Bit;
  };
  Set(Coroutine != nullptr, Flag::Coroutine);
  Set(FD->isMain(), Flag::Main);
  Set(isa<CXXConstructorDecl>(FD), Flag::Constructor);
  Set(isa<CXXDestructorDecl>(FD), Flag::Destructor);
  Set(isa<CXXMethodDecl>(FD), Flag::Method);
  Set(FD->getTemplateInstantiationPattern() != nullptr, Flag::TemplateInstance);
  Set(FD->isInvalidDecl(), Flag::Partial);
  const auto *MD = dyn_cast<CXXMethodDecl>(FD);
  if (MD && MD->getParent()->isLambda() &&
      MD->getOverloadedOperator() == OO_Call) {
    Set(true, Flag::Lambda);
    describeCaptures(MD->getParent());
  }
}

void FunctionExtractor::describeCaptures(const CXXRecordDecl *Closure) {
  for (const LambdaCapture &C : Closure->captures()) {
    if (C.getCaptureKind() == LCK_VLAType)
      continue;
    auto Facts = std::make_unique<facts::CaptureT>();
    std::uint32_t Index = F->captures.size();
    switch (C.getCaptureKind()) {
    case LCK_This:
    case LCK_StarThis:
      ThisCapture = Index;
      CapturesThisByCopy = C.getCaptureKind() == LCK_StarThis;
      Facts->mode = CapturesThisByCopy ? facts::CaptureMode::StarThis
                                       : facts::CaptureMode::This;
      Facts->name = T.string("this");
      if (const auto *Outer = dyn_cast_or_null<CXXMethodDecl>(
              Closure->getDeclContext()->getNonClosureAncestor())) {
        ThisPointee = Outer->getThisType()->getPointeeType();
        Facts->type =
            T.type(CapturesThisByCopy ? ThisPointee : Outer->getThisType());
      }
      break;
    default: {
      const ValueDecl *Var = C.getCapturedVar();
      Captures[Var] = Index;
      Facts->name = T.string(Var->getName());
      Facts->type = T.type(Var->getType().getNonReferenceType());
      Facts->mode = C.getCaptureKind() == LCK_ByRef
                        ? facts::CaptureMode::ByReference
                        : facts::CaptureMode::ByCopy;
      const auto *Init = dyn_cast<VarDecl>(Var);
      if (Init && Init->isInitCapture() && Init->getInit()) {
        const auto *Made =
            dyn_cast_or_null<CXXConstructExpr>(strip(Init->getInit()).E);
        if (strip(Init->getInit()).Moved ||
            (Made && Made->getConstructor()->isMoveConstructor()))
          Facts->mode = facts::CaptureMode::ByMove;
      }
    }
    }
    F->captures.push_back(std::move(Facts));
  }
}

std::uint32_t FunctionExtractor::idOf(const Stmt *S) {
  std::uint32_t &Id = Ids[S];
  if (!Id)
    Id = ++LastId;
  return Id;
}

std::uint32_t FunctionExtractor::local(const VarDecl *VD) {
  auto [It, New] = Locals.try_emplace(VD, F->locals.size());
  if (!New)
    return It->second;
  auto L = std::make_unique<facts::LocalT>();
  L->name = T.string(VD->getName());
  L->type = T.type(VD->getType());
  L->loc = T.loc(VD->getLocation());
  L->is_exception = VD->isExceptionVariable();
  L->is_static = VD->isStaticLocal();
  L->is_thread_local = VD->getTLSKind() != VarDecl::TLS_None;
  F->locals.push_back(std::move(L));
  return It->second;
}

FunctionExtractor::Place FunctionExtractor::variablePlace(const VarDecl *VD) {
  std::optional<Place> P = V.declaration(VD);
  return P ? std::move(*P) : Place();
}

std::optional<facts::PlaceT> FunctionExtractor::variable(const ValueDecl *VD) {
  if (auto It = Bound.find(VD); It != Bound.end())
    return It->second;
  Place P;
  if (auto It = Captures.find(VD); It != Captures.end()) {
    P.root = facts::PlaceRoot::Capture;
    P.id = It->second;
    P.name = T.string(VD->getName());
    P.type = T.type(VD->getType().getNonReferenceType());
    return P;
  }
  const auto *Var = dyn_cast<VarDecl>(VD);
  if (!Var || !Var->hasLocalStorage() || isa<ParmVarDecl>(Var))
    return std::nullopt;
  P.root = facts::PlaceRoot::Local;
  P.id = local(Var);
  P.name = T.string(Var->getName());
  P.type = T.type(Var->getType().getNonReferenceType());
  return P;
}

facts::PlaceT FunctionExtractor::thisPlace() {
  Place P;
  if (!ThisCapture) {
    P.root = facts::PlaceRoot::This;
    if (const auto *MD = dyn_cast_or_null<CXXMethodDecl>(FD);
        MD && MD->isInstance())
      P.type = T.type(MD->getThisType()->getPointeeType());
    return P;
  }
  P.root = facts::PlaceRoot::Capture;
  P.id = *ThisCapture;
  P.name = T.string("this");
  P.type = F->captures[*ThisCapture]->type;
  if (!CapturesThisByCopy)
    V.addStep(P, facts::StepKind::Deref, ThisPointee);
  return P;
}

FunctionExtractor::Place FunctionExtractor::rooted(facts::PlaceRoot Root,
                                                   const Expr *E) {
  Place P;
  P.root = Root;
  P.id = idOf(E);
  QualType Type = E->getType().getNonReferenceType();
  P.type =
      T.type(Root == facts::PlaceRoot::Alloc ? Type->getPointeeType() : Type);
  return P;
}

std::optional<facts::PlaceT> FunctionExtractor::result(const Expr *E) {
  if (const auto *Suspend = dyn_cast<CoroutineSuspendExpr>(E)) {
    const Expr *Resume = strip(Suspend->getResumeExpr()).E;
    return Resume ? result(Resume) : std::nullopt;
  }
  if (isa<CallExpr>(E))
    return rooted(facts::PlaceRoot::CallResult, E);
  if (isa<CXXNewExpr>(E))
    return rooted(facts::PlaceRoot::Alloc, E);
  if (auto It = Scan.Targets.find(E); It != Scan.Targets.end()) {
    if (It->second.Var)
      return variablePlace(It->second.Var);
    if (It->second.New)
      return rooted(facts::PlaceRoot::Alloc, It->second.New);
    if (It->second.Literal)
      return rooted(facts::PlaceRoot::Temporary, It->second.Literal);
    return memberPlace(It->second.Member);
  }
  if (auto It = Scan.Parts.find(E); It != Scan.Parts.end()) {
    std::optional<Place> P = result(It->second.List);
    if (P)
      addElement(*P, It->second.List, It->second.Index);
    return P;
  }
  // A braced list that makes no class object has no identity.
  if (isa<InitListExpr>(E) && !E->getType()->isRecordType())
    return std::nullopt;
  return rooted(facts::PlaceRoot::Temporary, E);
}

FunctionExtractor::Place
FunctionExtractor::memberPlace(const CXXCtorInitializer *Init) {
  Place P = thisPlace();
  if (const FieldDecl *Field = Init->getAnyMember())
    V.addField(P, Field);
  else if (Init->isBaseInitializer())
    V.addBase(P, QualType(Init->getBaseClass(), 0));
  return P;
}

FunctionExtractor::Event &FunctionExtractor::emit(facts::EventKind Kind,
                                                  SourceLocation Where) {
  auto E = std::make_unique<Event>();
  E->kind = Kind;
  E->id = ++LastId;
  E->loc = T.loc(Where);
  E->spelling = T.spelling(Where);
  E->macro = T.macro(Where);
  Block->events.push_back(std::move(E));
  return *Block->events.back();
}

FunctionExtractor::Event &FunctionExtractor::emitFor(facts::EventKind Kind,
                                                     const Stmt *S) {
  const auto *Member = dyn_cast<CXXMemberCallExpr>(S);
  // `a.b().c()` begins at `a` for all its calls: a member call is placed at its
  // name.
  SourceLocation Where = Member ? Member->getExprLoc() : S->getBeginLoc();
  Event &E = emit(Kind, Where);
  --LastId;
  E.id = idOf(S);
  return E;
}

void FunctionExtractor::unsupported(SourceLocation Where,
                                    llvm::StringRef What) {
  emit(facts::EventKind::Unsupported, Where).text = T.string(What);
}

void FunctionExtractor::finish() {
  for (const auto &B : F->blocks) {
    for (const auto &E : B->events) {
      F->unsupported += E->kind == facts::EventKind::Unsupported;
      F->unresolved += E->kind == facts::EventKind::Call &&
                       E->dispatch == facts::Dispatch::Indirect;
    }
  }
  if (F->unsupported)
    F->flags |= facts::FunctionFlag::Partial;
  T.out().unresolved->unsupported += F->unsupported;
  T.out().unresolved->indirect_calls += F->unresolved;
}

} // namespace gridlock::extract
