// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/extract/Values.h"
#include "checks/extract/Names.h"

#include "clang/Basic/Builtins.h"

using namespace clang;

namespace gridlock::extract {
namespace {

constexpr std::size_t MaxText = 80;
constexpr std::size_t MaxChoices = 8;

/// One wrapper less, or null when E is no wrapper.
const Expr *unwrap(const Expr *E, bool &Moved) {
  if (const auto *X = dyn_cast<ParenExpr>(E))
    return X->getSubExpr();
  if (const auto *X = dyn_cast<FullExpr>(E))
    return X->getSubExpr();
  if (const auto *X = dyn_cast<MaterializeTemporaryExpr>(E))
    return X->getSubExpr();
  if (const auto *X = dyn_cast<CXXBindTemporaryExpr>(E))
    return X->getSubExpr();
  if (const auto *X = dyn_cast<SubstNonTypeTemplateParmExpr>(E))
    return X->getReplacement();
  if (const auto *X = dyn_cast<CXXDefaultArgExpr>(E))
    return X->getExpr();
  if (const auto *X = dyn_cast<CXXDefaultInitExpr>(E))
    return X->getExpr();
  if (const auto *X = dyn_cast<OpaqueValueExpr>(E))
    return X->getSourceExpr();
  if (const auto *X = dyn_cast<CXXStdInitializerListExpr>(E))
    return X->getSubExpr();
  if (const auto *X = dyn_cast<ArrayInitLoopExpr>(E)) // copy of an array
    return X->getCommonExpr()->getSourceExpr();
  if (const auto *X = dyn_cast<CXXRewrittenBinaryOperator>(E))
    return X->getSemanticForm();
  if (const auto *X = dyn_cast<GenericSelectionExpr>(E))
    return X->isResultDependent() ? nullptr : X->getResultExpr();
  if (const auto *X = dyn_cast<UnaryOperator>(E))
    return X->getOpcode() == UO_Extension ? X->getSubExpr() : nullptr;
  if (const auto *X = dyn_cast<BinaryOperator>(E))
    return X->getOpcode() == BO_Comma ? X->getRHS() : nullptr;
  if (const auto *X = dyn_cast<InitListExpr>(E)) {
    bool Scalar = X->getNumInits() == 1 && !X->getType()->isRecordType() &&
                  !X->getType()->isArrayType();
    return X->isTransparent() || Scalar ? X->getInit(0) : nullptr;
  }
  if (const auto *X = dyn_cast<CXXConstructExpr>(E))
    return X->isElidable() && X->getNumArgs() ? X->getArg(0) : nullptr;
  if (const auto *X = dyn_cast<CallExpr>(E)) {
    if (!isTransparentCall(X))
      return nullptr;
    Moved |= E->isXValue();
    return X->getArg(0);
  }
  if (const auto *X = dyn_cast<CastExpr>(E)) {
    switch (X->getCastKind()) {
    case CK_NullToPointer:
    case CK_ArrayToPointerDecay:
    case CK_Dynamic:
    case CK_PointerToIntegral:
    case CK_IntegralToPointer:
      return nullptr;
    default:
      if (isa<ExplicitCastExpr>(X) && E->isXValue() &&
          X->getSubExpr()->isLValue())
        Moved = true;
      return X->getSubExpr();
    }
  }
  return nullptr;
}

} // namespace

ValueScope::~ValueScope() = default;

bool isTransparentCall(const CallExpr *Call) {
  const FunctionDecl *FD = Call->getDirectCallee();
  if (!FD || Call->getNumArgs() == 0)
    return false;
  switch (FD->getBuiltinID()) {
  case Builtin::BImove:
  case Builtin::BIforward:
  case Builtin::BIforward_like:
  case Builtin::BImove_if_noexcept:
  case Builtin::BIas_const:
  case Builtin::BI__builtin_expect:
  case Builtin::BI__builtin_expect_with_probability:
  case Builtin::BI__builtin_launder:
  case Builtin::BI__builtin_assume_aligned:
    return true;
  default:
    break;
  }
  if (!FD->getDeclName().isIdentifier() || Call->getNumArgs() != 1)
    return false;
  llvm::StringRef Name = FD->getName();
  if (Name == "ref" || Name == "cref")
    return FD->isInStdNamespace() || qualifiedName(FD).find("boost::") == 0;
  return Name == "move" && qualifiedName(FD) == "boost::move";
}

Stripped strip(const Expr *E) {
  Stripped S{E, false};
  while (const Expr *Inner = S.E ? unwrap(S.E, S.Moved) : nullptr)
    S.E = Inner;
  return S;
}

std::unique_ptr<facts::ValueT> Values::valuePtr(const Expr *E) {
  return std::make_unique<facts::ValueT>(value(E));
}

facts::ValueT Values::value(const Expr *E) {
  facts::ValueT V;
  if (!E)
    return V;
  V.type = T.type(E->getType());
  if (E->isValueDependent() || E->isTypeDependent() || E->containsErrors()) {
    V.reason = facts::UnknownReason::Dependent;
    return V;
  }
  auto [Core, Moved] = strip(E);
  if (!Core) {
    V.reason = facts::UnknownReason::Unsupported;
    return V;
  }
  V.moved = Moved;
  if (duration(E, V) || constant(E, V) || callable(Core, V))
    return V;
  if (const auto *Unary = dyn_cast<UnaryOperator>(Core);
      Unary && Unary->getOpcode() == UO_AddrOf) {
    if (auto P = place(Unary->getSubExpr())) {
      V.kind = facts::ValueKind::AddressOf;
      V.place = std::make_unique<facts::PlaceT>(std::move(*P));
      return V;
    }
  }
  const auto *Cast = dyn_cast<CastExpr>(Core);
  bool Decays = Cast && Cast->getCastKind() == CK_ArrayToPointerDecay;
  const auto *AddressCall = dyn_cast<CallExpr>(Core);
  bool TakesAddress =
      AddressCall && AddressCall->getNumArgs() == 1 &&
      AddressCall->getDirectCallee() &&
      (AddressCall->getDirectCallee()->getBuiltinID() == Builtin::BIaddressof ||
       AddressCall->getDirectCallee()->getBuiltinID() ==
           Builtin::BI__builtin_addressof);
  if (Decays || TakesAddress || isa<CXXThisExpr, CXXNewExpr>(Core)) {
    if (auto P = pointee(Core)) {
      V.kind = facts::ValueKind::AddressOf;
      V.place = std::make_unique<facts::PlaceT>(std::move(*P));
      return V;
    }
  } else if (auto P = place(Core)) {
    V.kind = facts::ValueKind::Place;
    V.place = std::make_unique<facts::PlaceT>(std::move(*P));
    return V;
  }
  unknown(Core, V);
  return V;
}

void Values::unknown(const Expr *E, facts::ValueT &V) {
  using Reason = facts::UnknownReason;
  V.kind = facts::ValueKind::Unknown;
  V.text = T.string(text(E));
  if (const auto *Choice = dyn_cast<AbstractConditionalOperator>(E)) {
    V.reason = Reason::Conditional;
    choices(Choice, V.choices);
    if (V.choices.size() > MaxChoices)
      V.choices.clear();
  } else if (choiceOfBits(E, V.choices)) {
    V.reason = Reason::Conditional;
  } else if (isa<BinaryOperator, UnaryOperator>(E))
    V.reason = Reason::Arithmetic;
  else if (isa<CastExpr>(E))
    V.reason = Reason::Cast;
  else if (isa<InitListExpr>(E))
    V.reason = Reason::InitList;
  else
    V.reason = Reason::Expression;
  flags(E, V.flags);
}

std::unique_ptr<facts::ValueT> Values::computed(const BinaryOperator *B) {
  auto V = std::make_unique<facts::ValueT>();
  V->type = T.type(B->getType());
  V->reason = facts::UnknownReason::Arithmetic;
  if (choiceOfBits(B, V->choices))
    V->reason = facts::UnknownReason::Conditional;
  flags(B, V->flags);
  return V;
}

/// What `bits | (c ? some : others)` may be.
bool Values::choiceOfBits(const Expr *E,
                          std::vector<std::unique_ptr<facts::ValueT>> &Arms) {
  const auto *Or = dyn_cast<BinaryOperator>(E);
  if (!Or || (Or->getOpcode() != BO_Or && Or->getOpcode() != BO_OrAssign))
    return false;
  const Expr *Left = strip(Or->getLHS()).E, *Right = strip(Or->getRHS()).E;
  const auto *Choice = dyn_cast_or_null<AbstractConditionalOperator>(Right);
  if (!Choice) {
    Choice = dyn_cast_or_null<AbstractConditionalOperator>(Left);
    Left = Right;
  }
  if (!Choice || !Left)
    return false;
  choices(Choice, Arms);
  if (Arms.size() > MaxChoices)
    Arms.clear();
  facts::ValueT Always = value(Left);
  for (auto &Arm : Arms) {
    const bool IsConstant = Arm->kind == facts::ValueKind::Constant &&
                            Always.kind == facts::ValueKind::Constant;
    Arm->integer = IsConstant ? Arm->integer | Always.integer : 0;
    if (!IsConstant) {
      Arm->kind = facts::ValueKind::Unknown;
      Arm->reason = facts::UnknownReason::Arithmetic;
      Arm->place.reset();
    }
    Arm->flags.insert(Arm->flags.end(), Always.flags.begin(),
                      Always.flags.end());
  }
  return true;
}

/// What the arms of CHOICE are.
void Values::choices(const AbstractConditionalOperator *Choice,
                     std::vector<std::unique_ptr<facts::ValueT>> &Arms) {
  for (const Expr *Arm : {Choice->getTrueExpr(), Choice->getFalseExpr()}) {
    if (Arms.size() > MaxChoices)
      return;
    const Expr *Core = strip(Arm).E;
    if (const auto *Inner = dyn_cast_or_null<AbstractConditionalOperator>(Core))
      choices(Inner, Arms);
    else
      Arms.push_back(valuePtr(Arm));
  }
}

std::string Values::text(const Expr *E) {
  const SourceManager &SM = T.sources();
  CharSourceRange Range = Lexer::makeFileCharRange(
      CharSourceRange::getTokenRange(E->getSourceRange()), SM,
      T.context().getLangOpts());
  llvm::StringRef Source =
      Lexer::getSourceText(Range, SM, T.context().getLangOpts());
  std::string Text;
  for (char C : Source) {
    bool Blank = C == ' ' || C == '\t' || C == '\n' || C == '\r';
    if (!Blank)
      Text += C;
    else if (!Text.empty() && Text.back() != ' ')
      Text += ' ';
    if (Text.size() >= MaxText)
      break;
  }
  return Text;
}

facts::PlaceT Values::global(const VarDecl *VD) {
  // A reference to another global is that one; the bound ends cycles.
  for (int Hops = 0; Hops < 8 && VD->getType()->isReferenceType(); ++Hops) {
    const Expr *Init = VD->getAnyInitializer();
    const auto *Ref = Init && !Init->isValueDependent()
                          ? dyn_cast_or_null<DeclRefExpr>(strip(Init).E)
                          : nullptr;
    const auto *Target = Ref ? dyn_cast<VarDecl>(Ref->getDecl()) : nullptr;
    if (!Target || !Target->hasGlobalStorage())
      break;
    VD = Target;
  }
  facts::PlaceT P;
  P.root = VD->getTLSKind() != VarDecl::TLS_None ? facts::PlaceRoot::ThreadLocal
                                                 : facts::PlaceRoot::Global;
  P.name = T.identity(GlobalDecl(VD));
  P.display = T.string(qualifiedName(VD));
  P.type = T.type(VD->getType().getNonReferenceType());
  return P;
}

std::optional<facts::PlaceT> Values::declaration(const ValueDecl *VD) {
  if (Scope)
    if (auto P = Scope->variable(VD))
      return P;
  if (const auto *Binding = dyn_cast<BindingDecl>(VD))
    return Binding->getHoldingVar() ? declaration(Binding->getHoldingVar())
           : Binding->getBinding()  ? place(Binding->getBinding())
                                    : std::nullopt;
  const auto *Var = dyn_cast<VarDecl>(VD);
  if (!Var)
    return std::nullopt;
  if (const auto *Param = dyn_cast<ParmVarDecl>(Var)) {
    facts::PlaceT P;
    P.root = facts::PlaceRoot::Param;
    P.id = Param->getFunctionScopeIndex();
    P.name = T.string(Param->getName());
    P.type = T.type(Param->getType().getNonReferenceType());
    return P;
  }
  if (Var->hasGlobalStorage())
    return global(Var);
  return std::nullopt;
}

void Values::addStep(facts::PlaceT &P, facts::StepKind Kind, QualType Type) {
  auto S = std::make_unique<facts::StepT>();
  S->kind = Kind;
  S->type = Type.isNull() ? 0 : T.type(Type.getNonReferenceType());
  P.path.push_back(std::move(S));
}

void Values::addField(facts::PlaceT &P, const FieldDecl *Field) {
  addStep(P, facts::StepKind::Field, Field->getType());
  P.path.back()->name = T.string(Field->getName());
  P.path.back()->owner = T.string(qualifiedName(Field->getParent()));
  // What a member refers to is another object.
  if (Field->getType()->isReferenceType())
    addStep(P, facts::StepKind::Deref, Field->getType());
}

void Values::addBase(facts::PlaceT &P, QualType Base) {
  addStep(P, facts::StepKind::Base, Base);
  P.path.back()->name = T.string(typeName(Base));
}

std::optional<facts::PlaceT> Values::pointee(const Expr *Pointer) {
  const Expr *E = strip(Pointer).E;
  if (!E)
    return std::nullopt;
  if (isa<CXXThisExpr>(E)) {
    if (Scope)
      return Scope->thisPlace();
    facts::PlaceT P;
    P.root = facts::PlaceRoot::This;
    P.type = T.type(E->getType()->getPointeeType());
    return P;
  }
  if (const auto *Unary = dyn_cast<UnaryOperator>(E);
      Unary && Unary->getOpcode() == UO_AddrOf)
    return place(Unary->getSubExpr());
  if (const auto *Cast = dyn_cast<CastExpr>(E);
      Cast && Cast->getCastKind() == CK_ArrayToPointerDecay)
    return place(Cast->getSubExpr());
  if (isa<CXXNewExpr>(E))
    return Scope ? Scope->result(E) : std::nullopt;
  if (const auto *Call = dyn_cast<CallExpr>(E)) {
    const auto *Op = dyn_cast<CXXOperatorCallExpr>(E);
    const FunctionDecl *FD = Call->getDirectCallee();
    if (FD && (FD->getBuiltinID() == Builtin::BIaddressof ||
               FD->getBuiltinID() == Builtin::BI__builtin_addressof))
      return place(Call->getArg(0));
    // `p->` of a class type: the arrow is one Deref, however many calls it
    // takes.
    if (Op && Op->getOperator() == OO_Arrow)
      if (std::optional<facts::PlaceT> P = place(Op->getArg(0))) {
        addStep(*P, facts::StepKind::Deref,
                E->getType()->isPointerType() ? E->getType()->getPointeeType()
                                              : QualType());
        return P;
      }
  }
  std::optional<facts::PlaceT> P = place(E);
  if (!P)
    return std::nullopt;
  QualType Type = Pointer->getType().getNonReferenceType();
  addStep(*P, facts::StepKind::Deref,
          Type->isPointerType() ? Type->getPointeeType() : QualType());
  return P;
}

std::optional<facts::PlaceT>
Values::subscript(const Expr *Base, const Expr *Index, QualType Type) {
  const auto *Cast = dyn_cast_or_null<CastExpr>(strip(Base).E);
  bool IsArray = Cast && Cast->getCastKind() == CK_ArrayToPointerDecay;
  std::optional<facts::PlaceT> P =
      IsArray ? place(Cast->getSubExpr()) : place(Base);
  if (!P)
    return std::nullopt;
  facts::ValueT At = value(Index);
  if (At.kind == facts::ValueKind::Constant && !At.text) {
    addStep(*P, facts::StepKind::IndexConst, Type);
    P->path.back()->index = At.integer;
  } else if (At.kind == facts::ValueKind::Place) {
    addStep(*P, facts::StepKind::IndexVar, Type);
    P->path.back()->var = T.string(text(strip(Index).E));
  } else {
    addStep(*P, facts::StepKind::IndexUnknown, Type);
  }
  return P;
}

std::optional<facts::PlaceT> Values::place(const Expr *Outer) {
  const Expr *E = strip(Outer).E;
  if (!E || E->isTypeDependent())
    return std::nullopt;
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E))
    return declaration(Ref->getDecl());
  if (const auto *Member = dyn_cast<MemberExpr>(E)) {
    const auto *Field = dyn_cast<FieldDecl>(Member->getMemberDecl());
    if (!Field) // static member, or a method's name
      return declaration(Member->getMemberDecl());
    std::optional<facts::PlaceT> P = Member->isArrow()
                                         ? pointee(Member->getBase())
                                         : place(Member->getBase());
    if (P && !Field->getDeclName().isEmpty()) // anonymous unions are no step
      addField(*P, Field);
    return P;
  }
  if (const auto *Sub = dyn_cast<ArraySubscriptExpr>(E))
    return subscript(Sub->getBase(), Sub->getIdx(), Sub->getType());
  if (const auto *Unary = dyn_cast<UnaryOperator>(E)) {
    if (Unary->getOpcode() == UO_Deref && E->getType()->isFunctionType())
      return place(Unary->getSubExpr()); // (*f)() is f()
    if (Unary->getOpcode() == UO_Deref)
      return pointee(Unary->getSubExpr());
    if (Unary->isPrefix() && Unary->isIncrementDecrementOp())
      return place(Unary->getSubExpr());
    return std::nullopt;
  }
  if (const auto *Binary = dyn_cast<BinaryOperator>(E))
    return Binary->isAssignmentOp() ? place(Binary->getLHS()) : std::nullopt;
  if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(E)) {
    bool Unary = Op->getNumArgs() == 1;
    if (Op->getOperator() == OO_Star && Unary) {
      if (std::optional<facts::PlaceT> P = place(Op->getArg(0))) {
        addStep(*P, facts::StepKind::Deref, Op->getType());
        return P;
      }
    } else if (Op->getOperator() == OO_Subscript && Op->getNumArgs() == 2) {
      if (auto P = subscript(Op->getArg(0), Op->getArg(1), Op->getType()))
        return P;
    } else if (Op->isAssignmentOp()) {
      return place(Op->getArg(0));
    }
  }
  if (isa<CallExpr, CXXConstructExpr, CXXInheritedCtorInitExpr,
          CoroutineSuspendExpr, LambdaExpr, InitListExpr, CompoundLiteralExpr>(
          E))
    return Scope ? Scope->result(E) : std::nullopt;
  return std::nullopt;
}

} // namespace gridlock::extract
