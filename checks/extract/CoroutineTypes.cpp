// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/extract/CoroutineTypes.h"
#include "checks/extract/Names.h"

using namespace clang;

namespace gridlock::extract {
namespace {

/// The definition, or the pattern a class without one would be instantiated
/// from.
const CXXRecordDecl *definitionOrPattern(const CXXRecordDecl *RD) {
  if (!RD)
    return nullptr;
  if (const CXXRecordDecl *Def = RD->getDefinition())
    return Def;
  const CXXRecordDecl *Pattern = RD->getTemplateInstantiationPattern();
  return Pattern ? Pattern->getDefinition() : nullptr;
}

const CXXRecordDecl *recordOf(QualType T) {
  if (T.isNull())
    return nullptr;
  T = T.getNonReferenceType();
  if (const CXXRecordDecl *RD = T->getAsCXXRecordDecl())
    return RD;
  // A dependent base or result: the template it names.
  if (const auto *TST = T->getAs<TemplateSpecializationType>())
    if (const auto *TD = dyn_cast_or_null<ClassTemplateDecl>(
            TST->getTemplateName().getAsTemplateDecl()))
      return TD->getTemplatedDecl();
  return nullptr;
}

const FunctionDecl *functionNamed(const CXXRecordDecl *RD,
                                  llvm::StringRef Name) {
  const NamedDecl *D = memberNamed(RD, Name);
  if (const auto *Using = dyn_cast_or_null<UsingShadowDecl>(D))
    D = Using->getTargetDecl();
  if (const auto *TD = dyn_cast_or_null<FunctionTemplateDecl>(D))
    return TD->getTemplatedDecl();
  return dyn_cast_or_null<FunctionDecl>(D);
}

const Expr *onlyReturned(const FunctionDecl *FD) {
  const FunctionDecl *Def = FD;
  if (!FD->hasBody(Def)) {
    Def = FD->getTemplateInstantiationPattern();
    if (!Def || !Def->hasBody(Def))
      return nullptr;
  }
  const auto *Body = dyn_cast_or_null<CompoundStmt>(Def->getBody());
  if (!Body || Body->size() != 1)
    return nullptr;
  const auto *Ret = dyn_cast<ReturnStmt>(Body->body_front());
  return Ret ? Ret->getRetValue() : nullptr;
}

/// Result of a member function, also where it is `auto` and not deduced.
QualType resultOf(const FunctionDecl *FD) {
  QualType T = FD->getReturnType();
  if (!T->isUndeducedType())
    return T;
  const Expr *E = onlyReturned(FD);
  return E ? E->getType() : QualType();
}

/// T as class RD sees it: where T is a template parameter of the classes around
/// RD, the argument (a promise nested in a class template may not be
/// instantiated itself).
QualType substituted(QualType T, const CXXRecordDecl *RD) {
  const auto *Parm = T.isNull() ? nullptr : T->getAs<TemplateTypeParmType>();
  if (!Parm)
    return T;
  for (const DeclContext *DC = RD; DC; DC = DC->getParent()) {
    const auto *Spec = dyn_cast<ClassTemplateSpecializationDecl>(DC);
    if (!Spec ||
        Spec->getSpecializedTemplate()->getTemplateParameters()->getDepth() !=
            Parm->getDepth() ||
        Parm->getIndex() >= Spec->getTemplateArgs().size())
      continue;
    const TemplateArgument &Arg = Spec->getTemplateArgs()[Parm->getIndex()];
    return Arg.getKind() == TemplateArgument::Type ? Arg.getAsType()
                                                   : QualType();
  }
  return QualType();
}

/// All overloads named await_transform are deleted.
bool onlyDeleted(const CXXRecordDecl *RD, llvm::StringRef Name) {
  const NamedDecl *First = memberNamed(RD, Name);
  if (!First)
    return false;
  for (const NamedDecl *D :
       First->getDeclContext()->lookup(First->getDeclName())) {
    const FunctionDecl *FD = D->getAsFunction();
    if (FD && !FD->isDeleted())
      return false;
  }
  return true;
}

/// Members `operator co_await`; those of a base only where RD has none.
llvm::SmallVector<const NamedDecl *, 2>
awaitOperators(const CXXRecordDecl *RD) {
  llvm::SmallVector<const NamedDecl *, 2> Result;
  const CXXRecordDecl *Def = definitionOrPattern(RD);
  if (!Def)
    return Result;
  for (const NamedDecl *D :
       Def->lookup(Def->getASTContext().DeclarationNames.getCXXOperatorName(
           OO_Coawait)))
    Result.push_back(D);
  for (const CXXBaseSpecifier &Base : Def->bases())
    if (Result.empty())
      Result = awaitOperators(recordOf(Base.getType()));
  return Result;
}

/// Whether a coroutine with this promise can be given to the awaiter's
/// await_suspend, as far as it names the promise that it wants.
bool canSuspend(const CXXRecordDecl *Awaiter, QualType Promise) {
  const FunctionDecl *Suspend = functionNamed(Awaiter, "await_suspend");
  if (!Suspend || Suspend->getNumParams() != 1)
    return true;
  const QualType Wanted = Suspend->getParamDecl(0)->getType();
  const auto *Handle = dyn_cast_or_null<ClassTemplateSpecializationDecl>(
      Wanted.getNonReferenceType()->getAsCXXRecordDecl());
  if (!Handle || Handle->getName() != "coroutine_handle")
    return true;
  const TemplateArgument &Of = Handle->getTemplateArgs()[0];
  return Of.getKind() != TemplateArgument::Type ||
         Of.getAsType()->isVoidType() || Of.getAsType()->isDependentType() ||
         Of.getAsType().getCanonicalType() == Promise.getCanonicalType();
}

/// An asynchronous generator hands out awaitables from its begin() or next().
bool iterationIsAwaited(const CXXRecordDecl *Returned) {
  for (llvm::StringRef Name : {"begin", "next", "operator()"}) {
    const FunctionDecl *FD = functionNamed(Returned, Name);
    const CXXRecordDecl *RD = FD ? recordOf(resultOf(FD)) : nullptr;
    if (RD && (isAwaiter(RD) || hasOperatorCoAwait(RD)))
      return true;
  }
  return false;
}

} // namespace

const NamedDecl *memberNamed(const CXXRecordDecl *RD, llvm::StringRef Name) {
  llvm::SmallVector<const CXXRecordDecl *, 4> Work{RD};
  llvm::SmallPtrSet<const CXXRecordDecl *, 8> Seen;
  while (!Work.empty()) {
    const CXXRecordDecl *Def = definitionOrPattern(Work.pop_back_val());
    if (!Def || !Seen.insert(Def).second)
      continue;
    DeclarationName DN = &Def->getASTContext().Idents.get(Name);
    DeclContext::lookup_result Found = Def->lookup(DN);
    if (!Found.empty())
      return Found.front();
    for (const CXXBaseSpecifier &Base : Def->bases())
      Work.push_back(recordOf(Base.getType()));
  }
  return nullptr;
}

facts::Readiness readinessOf(QualType Awaiter) {
  const CXXRecordDecl *RD = recordOf(Awaiter);
  if (!RD)
    return facts::Readiness::Maybe;
  llvm::StringRef Name = RD->getDeclName().isIdentifier() ? RD->getName() : "";
  if (Name == "suspend_always")
    return facts::Readiness::AlwaysSuspends;
  if (Name == "suspend_never")
    return facts::Readiness::NeverSuspends;
  const FunctionDecl *Ready = functionNamed(RD, "await_ready");
  const Expr *E = Ready ? onlyReturned(Ready) : nullptr;
  if (const auto *Literal =
          E ? dyn_cast<CXXBoolLiteralExpr>(E->IgnoreParenImpCasts()) : nullptr)
    return Literal->getValue() ? facts::Readiness::NeverSuspends
                               : facts::Readiness::AlwaysSuspends;
  return facts::Readiness::Maybe;
}

bool isAwaiter(const CXXRecordDecl *RD) {
  return memberNamed(RD, "await_ready") && memberNamed(RD, "await_suspend") &&
         memberNamed(RD, "await_resume");
}

bool hasOperatorCoAwait(const CXXRecordDecl *RD) {
  return !awaitOperators(RD).empty();
}

bool canAwaitTemporary(const CXXRecordDecl *RD, QualType Promise) {
  const auto Operators = awaitOperators(RD);
  if (Operators.empty())
    return !isAwaiter(RD) || canSuspend(RD, Promise);
  return llvm::any_of(Operators, [&](const NamedDecl *D) {
    const auto *Operator =
        dyn_cast_or_null<CXXMethodDecl>(D ? D->getAsFunction() : nullptr);
    if (!Operator || Operator->isDeleted() ||
        (Operator->getRefQualifier() == RQ_LValue && !Operator->isConst()))
      return false;
    const CXXRecordDecl *Awaiter =
        recordOf(substituted(resultOf(Operator), Operator->getParent()));
    return !Awaiter || canSuspend(Awaiter, Promise);
  });
}

QualType promiseTypeOf(QualType T, ASTContext &Ctx) {
  const CXXRecordDecl *RD = T->getAsCXXRecordDecl();
  if (!RD)
    return QualType();
  const NamedDecl *Named = memberNamed(RD, "promise_type");
  const auto *Self = dyn_cast_or_null<CXXRecordDecl>(Named);
  if (Self && Self->isInjectedClassName())
    return QualType(); // RD itself is called promise_type
  if (const auto *Member = dyn_cast_or_null<TypeDecl>(Named))
    return Ctx.getTypeDeclType(static_cast<const TypeDecl *>(Member))
        .getCanonicalType();
  NamespaceDecl *Std = nullptr;
  for (NamedDecl *D :
       Ctx.getTranslationUnitDecl()->lookup(&Ctx.Idents.get("std")))
    if ((Std = dyn_cast<NamespaceDecl>(D)))
      break;
  if (!Std)
    return QualType();
  const auto *Wanted = dyn_cast<ClassTemplateSpecializationDecl>(RD);
  QualType Sibling;
  for (NamedDecl *D : Std->lookup(&Ctx.Idents.get("coroutine_traits"))) {
    const auto *Traits = dyn_cast<ClassTemplateDecl>(D);
    if (!Traits)
      continue;
    for (const ClassTemplateSpecializationDecl *Spec :
         Traits->specializations()) {
      const TemplateArgument &First = Spec->getTemplateArgs()[0];
      if (First.getKind() != TemplateArgument::Type || !Spec->hasDefinition())
        continue;
      const CXXRecordDecl *Returned = First.getAsType()->getAsCXXRecordDecl();
      const auto *Member =
          Returned
              ? dyn_cast_or_null<TypeDecl>(memberNamed(Spec, "promise_type"))
              : nullptr;
      if (!Member)
        continue;
      QualType Promise =
          Ctx.getTypeDeclType(static_cast<const TypeDecl *>(Member))
              .getCanonicalType();
      if (Returned->getCanonicalDecl() == RD->getCanonicalDecl())
        return Promise;
      // task<int> was never used as a coroutine here, but task<void> was: same
      // start.
      const auto *Other = dyn_cast<ClassTemplateSpecializationDecl>(Returned);
      if (Wanted && Other &&
          Wanted->getSpecializedTemplate() == Other->getSpecializedTemplate() &&
          Sibling.isNull())
        Sibling = Promise;
    }
  }
  return Sibling;
}

void describePromise(const CXXRecordDecl *Promise,
                     const CXXRecordDecl *Returned, facts::PromiseT &Out) {
  if (const FunctionDecl *Initial = functionNamed(Promise, "initial_suspend")) {
    switch (readinessOf(substituted(resultOf(Initial), Promise))) {
    case facts::Readiness::AlwaysSuspends:
      Out.start = facts::PromiseStart::Lazy;
      break;
    case facts::Readiness::NeverSuspends:
      Out.start = facts::PromiseStart::Eager;
      break;
    case facts::Readiness::Maybe:
      break;
    }
  }
  if (const FunctionDecl *Final = functionNamed(Promise, "final_suspend"))
    Out.final_suspends = readinessOf(substituted(resultOf(Final), Promise)) !=
                         facts::Readiness::NeverSuspends;
  Out.has_yield_value = memberNamed(Promise, "yield_value") != nullptr;
  bool Refuses = onlyDeleted(Promise, "await_transform");
  Out.has_await_transform = !Refuses && memberNamed(Promise, "await_transform");
  Out.is_generator = Out.has_yield_value && !Out.has_await_transform &&
                     (Refuses || !iterationIsAwaited(Returned));
}

} // namespace gridlock::extract
