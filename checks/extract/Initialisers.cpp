// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What variables, members and the elements of braced lists begin with.
#include "checks/extract/FunctionExtractor.h"

using namespace clang;

namespace gridlock::extract {
namespace {

std::unique_ptr<facts::PlaceT> boxed(facts::PlaceT P) {
  return std::make_unique<facts::PlaceT>(std::move(P));
}

/// Arguments of a list's event that are told; tables may be huge.
constexpr unsigned MaxParts = 64;

/// Whether an element of type T may hold what a check follows: numbers in
/// tables don't count.
bool isTold(QualType T) {
  T = T.getCanonicalType();
  if (const auto *Array = dyn_cast<ArrayType>(T))
    return isTold(Array->getElementType());
  return !T->isArithmeticType() && !T->isEnumeralType();
}

/// CORE runs a constructor where the object is to be, on every path.
bool isConstructed(const Expr *Core) {
  if (const auto *Choice = dyn_cast_or_null<ConditionalOperator>(Core))
    return isConstructed(strip(Choice->getTrueExpr()).E) &&
           isConstructed(strip(Choice->getFalseExpr()).E);
  return isa_and_nonnull<CXXConstructExpr, CXXInheritedCtorInitExpr>(Core);
}

} // namespace

void FunctionExtractor::declare(const DeclStmt *DS) {
  for (const Decl *D : DS->decls())
    if (const auto *VD = dyn_cast<VarDecl>(D))
      initialise(VD);
}

void FunctionExtractor::initialise(const VarDecl *VD) {
  if (!Begun.insert(VD).second)
    return;
  if (FD && VD->isStaticLocal())
    local(VD);
  const Expr *Init = VD->getInit();
  if (!Init || VD->getType()->isDependentType()) {
    if (VD->hasLocalStorage()) {
      Place P = variablePlace(VD);
      emit(facts::EventKind::LifetimeBegin, VD->getLocation()).place =
          boxed(std::move(P));
    }
    return;
  }
  const Expr *Core = strip(Init).E;
  bool MadeByCtor = isConstructed(Core);
  if (const auto *Choice = dyn_cast_or_null<ConditionalOperator>(Core))
    Core = strip(Choice->getTrueExpr()).E;
  auto Target = Scan.Targets.find(Core);
  MadeByCtor &= Target != Scan.Targets.end() && Target->second.Var == VD;
  Core = strip(Init).E;
  if (VD->getType()->isReferenceType()) {
    const auto *Full = dyn_cast<FullExpr>(Init);
    const auto *Temp = dyn_cast<MaterializeTemporaryExpr>(
        (Full ? Full->getSubExpr() : Init)->IgnoreParenImpCasts());
    bool Extends = Temp && Temp->getExtendingDecl() == VD;
    if (!Extends) {
      if (std::optional<Place> P = V.place(Init); P && VD->hasLocalStorage()) {
        Bound[VD] = std::move(*P);
        return;
      }
      // Known under the other name everywhere.
      if (VD->hasGlobalStorage() &&
          variablePlace(VD).name != T.identity(GlobalDecl(VD)))
        return;
    }
  } else if (const auto *Group = dyn_cast<DecompositionDecl>(VD)) {
    for (const BindingDecl *Binding : Group->bindings())
      if (const VarDecl *Holding = Binding->getHoldingVar();
          Holding && Holding->getInit())
        if (std::optional<Place> P = V.place(Holding->getInit()))
          Bound[Holding] = std::move(*P);
  }
  if (MadeByCtor)
    return;
  if (const auto *List = dyn_cast_or_null<InitListExpr>(Core);
      List && Scan.Targets.count(List))
    return list(variablePlace(VD), List, VD->getLocation());
  facts::ValueT Value = V.value(Init);
  Place P = variablePlace(VD);
  Event &E = emit(facts::EventKind::Construct, VD->getLocation());
  E.place = boxed(std::move(P));
  E.value = std::make_unique<facts::ValueT>(std::move(Value));
}

/// The object a braced list makes, and what its elements begin with.
void FunctionExtractor::list(Place P, const InitListExpr *List,
                             SourceLocation Where) {
  if (P.root == facts::PlaceRoot::None)
    return;
  // An object of which a constructor has made a part has begun already.
  for (const Expr *Part : List->inits())
    if (const Expr *Core = Part ? strip(Part).E : nullptr;
        isConstructed(Core) && Scan.Parts.contains(Core))
      return elements(P, List);
  std::vector<std::unique_ptr<facts::ValueT>> Parts;
  if (isTold(List->getType()))
    for (const Expr *Part : List->inits().take_front(MaxParts))
      Parts.push_back(V.valuePtr(Part));
  Event &E = emit(facts::EventKind::Construct, Where);
  E.place = boxed(P);
  E.value = std::make_unique<facts::ValueT>();
  E.value->reason = facts::UnknownReason::InitList;
  E.value->type = T.type(List->getType());
  E.args = std::move(Parts);
  elements(P, List);
}

void FunctionExtractor::elements(const Place &P, const InitListExpr *List) {
  if (!List->getType()->isRecordType() && !isTold(List->getType()))
    return;
  for (unsigned I = 0; I < List->getNumInits(); ++I) {
    const Expr *Core = strip(List->getInit(I)).E;
    // What a constructor made, made it in its place.
    if (!Core || isa<ImplicitValueInitExpr>(Core) ||
        (isConstructed(Core) && Scan.Parts.contains(Core)))
      continue;
    Place Element = P;
    addElement(Element, List, I);
    const auto *Inner = dyn_cast<InitListExpr>(Core);
    if (Inner &&
        (Inner->getType()->isRecordType() || Inner->getType()->isArrayType())) {
      elements(Element, Inner);
      continue;
    }
    facts::ValueT Value = V.value(List->getInit(I));
    if (Value.kind == facts::ValueKind::Unknown)
      continue;
    Event &E = emit(facts::EventKind::Construct, Core->getBeginLoc());
    E.place = boxed(std::move(Element));
    E.value = std::make_unique<facts::ValueT>(std::move(Value));
  }
}

void FunctionExtractor::addElement(Place &P, const InitListExpr *List,
                                   unsigned Index) {
  const RecordDecl *RD = List->getType()->getAsRecordDecl();
  if (!RD) {
    const Type *Array = List->getType()->getArrayElementTypeNoTypeQual();
    V.addStep(P, facts::StepKind::IndexConst,
              Array ? QualType(Array, 0) : QualType());
    P.path.back()->index = Index;
    return;
  }
  if (const auto *Class = dyn_cast<CXXRecordDecl>(RD)) {
    if (Index < Class->getNumBases())
      return V.addBase(P, (Class->bases_begin() + Index)->getType());
    Index -= Class->getNumBases();
  }
  const FieldDecl *Field = List->getInitializedFieldInUnion();
  for (const FieldDecl *Each : RD->fields()) {
    if (Field || Each->isUnnamedBitField())
      continue;
    if (Index-- == 0)
      Field = Each;
  }
  if (Field && !Field->getDeclName().isEmpty())
    V.addField(P, Field);
}

/// A list that is no variable's or member's: an argument, a returned or a new
/// object, a compound literal.
void FunctionExtractor::listObject(const InitListExpr *List) {
  if (!List->getType()->isRecordType() || !List->isSemanticForm() ||
      List->isTransparent() || Scan.Parts.contains(List))
    return;
  auto Target = Scan.Targets.find(List);
  if (Target != Scan.Targets.end() &&
      (Target->second.Var || Target->second.Member))
    return;
  if (std::optional<Place> P = result(List))
    list(std::move(*P), List, List->getBeginLoc());
}

void FunctionExtractor::initialiseMember(const CXXCtorInitializer *Init) {
  const Expr *Core = strip(Init->getInit()).E;
  if (!Core || (Scan.Targets.count(Core) &&
                isa<CXXConstructExpr, CXXInheritedCtorInitExpr>(Core)))
    return;
  if (const auto *List = dyn_cast<InitListExpr>(Core);
      List && Scan.Targets.count(List))
    return list(memberPlace(Init), List, Init->getSourceLocation());
  std::unique_ptr<facts::ValueT> Value = V.valuePtr(Init->getInit());
  Place P = memberPlace(Init);
  Event &E = emit(facts::EventKind::Construct, Init->getSourceLocation());
  E.place = boxed(std::move(P));
  E.value = std::move(Value);
  E.implicit = Init->isBaseInitializer() ? facts::ImplicitKind::BaseInit
                                         : facts::ImplicitKind::MemberInit;
}

} // namespace gridlock::extract
