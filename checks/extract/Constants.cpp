// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The part of Values that evaluates: integers, flag names, durations, null,
// strings.
#include "checks/extract/Names.h"
#include "checks/extract/Values.h"

using namespace clang;

namespace gridlock::extract {
namespace {

constexpr std::size_t MaxString = 120;

/// Num/Den of a std::ratio (or boost::ratio) type.
bool ratioOf(QualType T, std::int64_t &Num, std::int64_t &Den) {
  const auto *Spec = dyn_cast_or_null<ClassTemplateSpecializationDecl>(
      T->getAsCXXRecordDecl());
  if (!Spec || Spec->getName() != "ratio" ||
      Spec->getTemplateArgs().size() != 2)
    return false;
  const TemplateArgument &N = Spec->getTemplateArgs()[0],
                         &D = Spec->getTemplateArgs()[1];
  if (N.getKind() != TemplateArgument::Integral ||
      D.getKind() != TemplateArgument::Integral)
    return false;
  Num = N.getAsIntegral().getExtValue();
  Den = D.getAsIntegral().getExtValue();
  return Den != 0;
}

/// The period of a chrono duration type in nanoseconds per tick.
std::optional<long double> tickOf(QualType T) {
  const auto *Spec = dyn_cast_or_null<ClassTemplateSpecializationDecl>(
      T.getNonReferenceType()->getAsCXXRecordDecl());
  if (!Spec || Spec->getName() != "duration" ||
      Spec->getTemplateArgs().size() != 2)
    return std::nullopt;
  const TemplateArgument &Period = Spec->getTemplateArgs()[1];
  std::int64_t Num, Den;
  if (Period.getKind() != TemplateArgument::Type ||
      !ratioOf(Period.getAsType(), Num, Den))
    return std::nullopt;
  return 1e9L * Num / Den;
}

std::int64_t clampToInt64(long double Ns) {
  constexpr long double Limit = 9.2e18L;
  if (Ns >= Limit)
    return INT64_MAX;
  return Ns <= -Limit ? INT64_MIN : static_cast<std::int64_t>(Ns);
}

} // namespace

bool Values::duration(const Expr *E, facts::ValueT &V) {
  std::optional<long double> Tick = tickOf(E->getType());
  if (!Tick)
    return false;
  APValue Made;
  const Expr *Core = strip(E).E;
  if (const auto *Ref = dyn_cast_or_null<DeclRefExpr>(Core)) {
    const auto *Var = dyn_cast<VarDecl>(Ref->getDecl());
    if (!Var || !Var->isConstexpr() || !Var->evaluateValue())
      return false;
    Made = *Var->evaluateValue();
  } else {
    Expr::EvalResult Result;
    if (!Core || Core->isLValue() ||
        !Core->EvaluateAsRValue(Result, T.context(),
                                /*InConstantContext=*/true) ||
        Result.HasSideEffects)
      return false;
    Made = Result.Val;
  }
  // The evaluated wrapper may have been stripped off a converting constructor.
  Tick = tickOf(Core->getType());
  if (!Tick || !Made.isStruct() || Made.getStructNumFields() != 1)
    return false;
  const APValue &Count = Made.getStructField(0);
  long double Ticks;
  if (Count.isInt())
    Ticks = Count.getInt().getExtValue();
  else if (Count.isFloat())
    Ticks = Count.getFloat().convertToDouble();
  else
    return false;
  V.kind = facts::ValueKind::Constant;
  V.is_duration = true;
  V.integer = clampToInt64(Ticks * *Tick);
  return true;
}

bool Values::constant(const Expr *E, facts::ValueT &V) {
  const Expr *Core = strip(E).E;
  if (const auto *Cast = dyn_cast<CastExpr>(Core)) {
    if (Cast->getCastKind() == CK_NullToPointer) {
      V.kind = facts::ValueKind::Null;
      return true;
    }
    // A string literal is known by its text.
    const auto *Literal =
        dyn_cast<StringLiteral>(Cast->getSubExpr()->IgnoreParens());
    if (Literal && Literal->getCharByteWidth() == 1) {
      V.kind = facts::ValueKind::Constant;
      V.text = T.string(Literal->getString().take_front(MaxString));
      return true;
    }
  }
  if (isa<CXXNullPtrLiteralExpr, GNUNullExpr>(Core) ||
      (Core->getType()->isPointerType() &&
       isa<CXXScalarValueInitExpr, ImplicitValueInitExpr>(Core))) {
    V.kind = facts::ValueKind::Null;
    return true;
  }
  if (!E->getType().getNonReferenceType()->isIntegralOrEnumerationType())
    return false;
  Expr::EvalResult Result;
  if (E->isGLValue()) // a constant bound to a reference parameter
    E = Core;
  if (E->isGLValue() ||
      !E->EvaluateAsInt(Result, T.context(), Expr::SE_NoSideEffects))
    return false;
  const llvm::APSInt &I = Result.Val.getInt();
  V.kind = facts::ValueKind::Constant;
  V.integer = I.getBitWidth() <= 64
                  ? (I.isSigned() ? I.getSExtValue()
                                  : static_cast<std::int64_t>(I.getZExtValue()))
                  : I.trunc(64).getSExtValue();
  flags(E, V.flags);
  return true;
}

/// Names of the operands of an `|` expression, or of a single macro or
/// enumerator; those that `& ~X` takes away as `X=0`.
void Values::flags(const Expr *E, std::vector<std::uint32_t> &Names) {
  E = strip(E).E;
  if (!E)
    return;
  if (const auto *Or = dyn_cast<BinaryOperator>(E);
      Or && (Or->getOpcode() == BO_Or || Or->getOpcode() == BO_OrAssign)) {
    const Expr *Sides[] = {Or->getLHS(), Or->getRHS()};
    for (int I : {0, 1}) {
      std::vector<std::uint32_t> Side;
      flags(Sides[I], Side);
      // What is or-ed to cleared bits may set them again.
      if (!Sides[1 - I]->getIntegerConstantExpr(T.context()))
        std::erase_if(Side, [&](std::uint32_t Name) {
          return llvm::StringRef(T.out().strings[Name]).ends_with("=0");
        });
      Names.insert(Names.end(), Side.begin(), Side.end());
    }
    return;
  }
  // Bits that are cleared.
  if (const auto *And = dyn_cast<BinaryOperator>(E);
      And && (And->getOpcode() == BO_And || And->getOpcode() == BO_AndAssign)) {
    const auto *Not = dyn_cast_or_null<UnaryOperator>(strip(And->getRHS()).E);
    std::vector<std::uint32_t> Cleared;
    if (Not && Not->getOpcode() == UO_Not)
      flags(Not->getSubExpr(), Cleared);
    for (std::uint32_t Name : Cleared)
      Names.push_back(T.string(T.out().strings[Name] + "=0"));
    return;
  }
  if (const auto *Or = dyn_cast<CXXOperatorCallExpr>(E);
      Or && Or->getOperator() == OO_Pipe && Or->getNumArgs() == 2) {
    flags(Or->getArg(0), Names);
    flags(Or->getArg(1), Names);
    return;
  }
  std::uint32_t Name = 0;
  if (E->getBeginLoc().isMacroID())
    Name = T.string(Lexer::getImmediateMacroName(E->getBeginLoc(), T.sources(),
                                                 T.context().getLangOpts()));
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E)) {
    const auto *Var = dyn_cast<VarDecl>(Ref->getDecl());
    if (isa<EnumConstantDecl>(Ref->getDecl()) ||
        (Var && Var->getType().isConstQualified() && Var->hasGlobalStorage()))
      Name = T.string(qualifiedName(Ref->getDecl()));
  }
  if (Name)
    Names.push_back(Name);
}

} // namespace gridlock::extract
