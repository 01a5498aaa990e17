// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The part of Values that knows callables: functions, lambdas, bound calls and
// the wrappers made from them.
#include "checks/extract/Names.h"
#include "checks/extract/Values.h"

using namespace clang;

namespace gridlock::extract {
namespace {

bool isCallWrapper(const CXXRecordDecl *RD) {
  if (!RD || !RD->hasDefinition() || RD->isLambda())
    return false;
  DeclarationName Call =
      RD->getASTContext().DeclarationNames.getCXXOperatorName(OO_Call);
  return !RD->lookup(Call).empty();
}

} // namespace

bool Values::callable(const Expr *E, facts::ValueT &V) {
  if (const auto *L = dyn_cast<LambdaExpr>(E)) {
    lambda(L, V);
    return true;
  }
  if (const auto *Unary = dyn_cast<UnaryOperator>(E);
      Unary && Unary->getOpcode() == UO_AddrOf)
    E = Unary->getSubExpr()->IgnoreParens();
  if (const auto *Ref = dyn_cast<DeclRefExpr>(E)) {
    const auto *FD = dyn_cast<FunctionDecl>(Ref->getDecl());
    if (!FD)
      return false;
    V.kind = facts::ValueKind::Callable;
    V.symbol = T.symbol(FD);
    return true;
  }
  if (const auto *Call = dyn_cast<CallExpr>(E)) {
    if (boundCall(Call, V))
      return true;
    // A captureless lambda turned into a function pointer.
    if (const auto *Conv = dyn_cast<CXXMemberCallExpr>(Call))
      if (isa_and_nonnull<CXXConversionDecl>(Conv->getMethodDecl()) &&
          Conv->getRecordDecl()->isLambda())
        return callable(strip(Conv->getImplicitObjectArgument()).E, V);
    return false;
  }
  // std::function and its like made from one callable are that callable.
  const auto *Construct = dyn_cast<CXXConstructExpr>(E);
  if (!Construct || Construct->getNumArgs() == 0 ||
      !isCallWrapper(Construct->getConstructor()->getParent()))
    return false;
  for (unsigned I = 1; I < Construct->getNumArgs(); ++I)
    if (!isa<CXXDefaultArgExpr>(Construct->getArg(I)))
      return false;
  facts::ValueT Inner;
  const Expr *Source = strip(Construct->getArg(0)).E;
  if (!Source || !callable(Source, Inner))
    return false;
  V.kind = facts::ValueKind::Callable;
  V.symbol = Inner.symbol;
  V.captures = std::move(Inner.captures);
  return true;
}

void Values::lambda(const LambdaExpr *L, facts::ValueT &V) {
  V.kind = facts::ValueKind::Callable;
  const CXXMethodDecl *Call = L->getCallOperator();
  if (FunctionTemplateDecl *Generic = L->getDependentCallOperator()) {
    // The first instance stands for all; the others differ in types only.
    Call = nullptr;
    for (FunctionDecl *Instance : Generic->specializations())
      if (!Call && Instance->isDefined())
        Call = cast<CXXMethodDecl>(Instance);
  }
  if (Call)
    V.symbol = T.symbol(Call);
  auto Init = L->capture_init_begin();
  for (const LambdaCapture &C : L->captures()) {
    const Expr *Source = *Init++;
    auto Captured = std::make_unique<facts::CapturedValueT>();
    if (C.getCaptureKind() == LCK_VLAType)
      continue;
    // The copy or move into the closure is said by the mode.
    const Expr *E = strip(Source).E;
    const auto *Made = dyn_cast_or_null<CXXConstructExpr>(E);
    bool Moved = strip(Source).Moved;
    if (Made && Made->getConstructor()->isCopyOrMoveConstructor() &&
        Made->getNumArgs()) {
      Source = Made->getArg(0);
      Moved |= Made->getConstructor()->isMoveConstructor();
    }
    Captured->value = valuePtr(Source);
    if (C.getCaptureKind() == LCK_This)
      Captured->mode = facts::CaptureMode::This;
    else if (C.getCaptureKind() == LCK_StarThis)
      Captured->mode = facts::CaptureMode::StarThis;
    else if (C.getCaptureKind() == LCK_ByRef)
      Captured->mode = facts::CaptureMode::ByReference;
    else
      Captured->mode =
          Moved ? facts::CaptureMode::ByMove : facts::CaptureMode::ByCopy;
    Captured->value->moved |= Moved;
    V.captures.push_back(std::move(Captured));
  }
}

/// std::bind(f, args...), bind_front, mem_fn(&C::m).
bool Values::boundCall(const CallExpr *Call, facts::ValueT &V) {
  const FunctionDecl *FD = Call->getDirectCallee();
  if (!FD || !FD->getDeclName().isIdentifier() || Call->getNumArgs() == 0)
    return false;
  llvm::StringRef Name = FD->getName();
  if (Name != "bind" && Name != "bind_front" && Name != "mem_fn")
    return false;
  std::string Qualified = qualifiedName(FD);
  if (Qualified != "std::bind" && Qualified != "std::bind_front" &&
      Qualified != "std::mem_fn" && Qualified != "boost::bind" &&
      Qualified != "boost::mem_fn" && Qualified != "boost::bind_front")
    return false;
  facts::ValueT Target;
  const Expr *First = strip(Call->getArg(0)).E;
  if (!First || !callable(First, Target))
    return false;
  V.kind = facts::ValueKind::Callable;
  V.symbol = Target.symbol;
  V.captures = std::move(Target.captures);
  for (unsigned I = 1; I < Call->getNumArgs(); ++I) {
    auto Bound = std::make_unique<facts::CapturedValueT>();
    const Expr *Arg = Call->getArg(I);
    const auto *Wrapper =
        dyn_cast<CallExpr>(Arg->IgnoreUnlessSpelledInSource());
    const FunctionDecl *Made = Wrapper ? Wrapper->getDirectCallee() : nullptr;
    bool ByRef = Made && Made->getDeclName().isIdentifier() &&
                 (Made->getName() == "ref" || Made->getName() == "cref");
    Bound->value = valuePtr(Arg);
    Bound->mode = ByRef                 ? facts::CaptureMode::ByReference
                  : Bound->value->moved ? facts::CaptureMode::ByMove
                                        : facts::CaptureMode::ByCopy;
    V.captures.push_back(std::move(Bound));
  }
  return true;
}

} // namespace gridlock::extract
