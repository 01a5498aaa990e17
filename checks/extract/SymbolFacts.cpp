// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/extract/Names.h"
#include "checks/extract/Tables.h"

using namespace clang;

namespace gridlock::extract {
namespace {

facts::PassMode passMode(QualType T) {
  if (T->isRValueReferenceType())
    return facts::PassMode::RvalueReference;
  if (T->isLValueReferenceType())
    return T->getPointeeType().isConstQualified()
               ? facts::PassMode::ConstReference
               : facts::PassMode::Reference;
  return T->isPointerType() ? facts::PassMode::Pointer : facts::PassMode::Value;
}

GlobalDecl globalDecl(const FunctionDecl *FD) {
  if (const auto *Ctor = dyn_cast<CXXConstructorDecl>(FD))
    return GlobalDecl(Ctor, Ctor_Complete);
  if (const auto *Dtor = dyn_cast<CXXDestructorDecl>(FD))
    return GlobalDecl(Dtor, Dtor_Complete);
  return GlobalDecl(FD);
}

facts::Linkage linkageOf(const NamedDecl *D) {
  if (D->isExternallyVisible())
    return facts::Linkage::External;
  return D->getFormalLinkage() == Linkage::None ? facts::Linkage::NoLinkage
                                                : facts::Linkage::Internal;
}

bool isNoThrow(const FunctionDecl *FD) {
  const auto *FPT = FD->getType()->getAs<FunctionProtoType>();
  if (!FPT)
    return FD->hasAttr<NoThrowAttr>();
  if (isUnresolvedExceptionSpec(FPT->getExceptionSpecType()))
    return isa<CXXDestructorDecl>(FD);
  return FPT->isNothrow() || FD->hasAttr<NoThrowAttr>();
}

/// The function around a lambda or a local class.
const FunctionDecl *enclosingFunction(const FunctionDecl *FD) {
  const auto *MD = dyn_cast<CXXMethodDecl>(FD);
  if (!MD)
    return nullptr;
  for (const DeclContext *DC = MD->getParent()->getDeclContext(); DC;
       DC = DC->getParent())
    if (const auto *Outer = dyn_cast<FunctionDecl>(DC))
      return Outer;
  return nullptr;
}

} // namespace

std::uint32_t Tables::symbol(const FunctionDecl *FD) {
  if (!FD)
    return 0;
  FD = FD->getCanonicalDecl();
  auto [It, New] = Symbols.try_emplace(FD, Out.symbols.size());
  std::uint32_t Index = It->second;
  if (New) {
    Out.symbols.push_back(std::make_unique<facts::SymbolT>());
    fillSymbol(FD, *Out.symbols[Index]);
    if (std::uint32_t Record = Out.symbols[Index]->record)
      typeAt(Record).methods.push_back(Index);
  }
  return Index;
}

std::uint32_t Tables::initialiser(const VarDecl *VD) {
  VD = VD->getCanonicalDecl();
  auto [It, New] = Symbols.try_emplace(VD, Out.symbols.size());
  if (!New)
    return It->second;
  std::uint32_t Index = It->second;
  Out.symbols.push_back(std::make_unique<facts::SymbolT>());
  facts::SymbolT &S = *Out.symbols[Index];
  std::string Mangled = Out.strings[identity(GlobalDecl(VD))];
  S.mangled = string("static init of " + Mangled);
  S.qualified = string(qualifiedName(VD) + "::(static init)");
  S.display = string("initialiser of " + displayName(VD));
  S.linkage = linkageOf(VD);
  S.loc = loc(VD->getLocation());
  return Index;
}

facts::SymbolFlag Tables::symbolFlags(const FunctionDecl *FD) {
  using Flag = facts::SymbolFlag;
  Flag Result = Flag::NONE;
  auto Set = [&](bool On, Flag F) {
    if (On)
      Result |= F;
  };
  Set(!isProject(FD->getLocation()), Flag::InSystemHeader);
  Set(FD->isVariadic(), Flag::Variadic);
  Set(FD->isNoReturn(), Flag::NoReturn);
  Set(isNoThrow(FD), Flag::NoThrow);
  Set(FD->isMain(), Flag::Main);
  Set(FD->isInlined(), Flag::Inline);
  Set(FD->getTemplateInstantiationPattern() != nullptr, Flag::Template);
  Set(FD->isOverloadedOperator(), Flag::Operator);
  Set(FD->hasAttr<WarnUnusedResultAttr>(), Flag::NoDiscard);
  for (const FunctionEffectWithCondition &Effect : FD->getFunctionEffects()) {
    Set(Effect.Effect.kind() == FunctionEffect::Kind::Blocking, Flag::Blocking);
    Set(Effect.Effect.kind() == FunctionEffect::Kind::NonBlocking,
        Flag::NonBlocking);
  }
  const auto *MD = dyn_cast<CXXMethodDecl>(FD);
  if (!MD)
    return Result;
  Set(MD->isVirtual(), Flag::Virtual);
  Set(MD->isPureVirtual(), Flag::Pure);
  Set(MD->isStatic(), Flag::StaticMember);
  Set(MD->isConst(), Flag::Const);
  Set(isa<CXXDestructorDecl>(MD), Flag::Destructor);
  Set(MD->hasAttr<FinalAttr>() || MD->getParent()->hasAttr<FinalAttr>(),
      Flag::Final);
  Set(MD->getParent()->isLambda() && MD->getOverloadedOperator() == OO_Call,
      Flag::LambdaCall);
  Set(MD->isCopyAssignmentOperator() || MD->isMoveAssignmentOperator(),
      Flag::CopyOrMove);
  if (const auto *Ctor = dyn_cast<CXXConstructorDecl>(MD)) {
    Set(true, Flag::Constructor);
    Set(Ctor->isExplicit(), Flag::Explicit);
    Set(Ctor->isCopyOrMoveConstructor(), Flag::CopyOrMove);
  }
  if (const auto *Conv = dyn_cast<CXXConversionDecl>(MD)) {
    Set(true, Flag::Conversion);
    Set(Conv->isExplicit(), Flag::Explicit);
  }
  return Result;
}

void Tables::fillSymbol(const FunctionDecl *FD, facts::SymbolT &S) {
  // Parameter names and attributes are those of the definition, where there is
  // one.
  const FunctionDecl *Shown = FD->getDefinition() ? FD->getDefinition() : FD;
  std::string Qualified = qualifiedName(FD);
  S.qualified = string(Qualified);
  S.mangled = FD->isInvalidDecl() || FD->isDependentContext()
                  ? S.qualified
                  : identity(globalDecl(FD));
  S.display =
      isProject(FD->getLocation()) ? string(displayName(FD)) : S.qualified;
  PrintingPolicy Policy(Ctx.getLangOpts());
  Policy.SuppressTagKeyword = true;
  Policy.AnonymousTagLocations = false; // no paths in the facts
  S.signature = string(FD->getType().getAsString(Policy));
  S.canonical = string(FD->getType().getCanonicalType().getAsString(Policy));
  S.linkage = linkageOf(FD);
  S.flags = symbolFlags(Shown);
  for (const ParmVarDecl *P : Shown->parameters()) {
    auto Parameter = std::make_unique<facts::ParameterT>();
    Parameter->name = string(P->getName());
    Parameter->type = type(P->getType());
    Parameter->pass = passMode(P->getType());
    Parameter->attributes = parameterAttributes(FD, P->getFunctionScopeIndex());
    S.params.push_back(std::move(Parameter));
  }
  S.result_type = type(FD->getReturnType());
  S.attributes = attributes(Shown);
  if (const auto *MD = dyn_cast<CXXMethodDecl>(FD)) {
    S.record = type(
        Ctx.getTypeDeclType(static_cast<const TypeDecl *>(MD->getParent())));
    if (const FunctionDecl *Outer = enclosingFunction(FD);
        Outer && !Outer->isDependentContext())
      S.enclosing = symbol(Outer);
    for (const CXXMethodDecl *Base : MD->overridden_methods())
      S.overrides.push_back(symbol(Base));
  }
  S.loc = loc(Shown->getLocation());
}

void Tables::markDefined(std::uint32_t Symbol) {
  Out.symbols[Symbol]->flags |= facts::SymbolFlag::Defined;
}

} // namespace gridlock::extract
