// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls, and the calls that are something else: assignments, swaps, atomic
// accesses.
#include "checks/extract/FunctionExtractor.h"
#include "checks/extract/Names.h"

#include "clang/Basic/Builtins.h"
#include "llvm/ADT/StringSwitch.h"

using namespace clang;

namespace gridlock::extract {
namespace {

facts::AtomicOp atomicOp(llvm::StringRef Name) {
  using Op = facts::AtomicOp;
  if (Name.contains("compare_exchange") || Name.contains("compare_and_swap"))
    return Op::CompareExchange;
  if (Name.contains("exchange") || Name.contains("test_and_set"))
    return Op::Exchange;
  if (Name.contains("fetch") || Name.contains("_and_"))
    return Op::FetchModify;
  if (Name.contains("load") || Name == "test" || Name.starts_with("operator "))
    return Op::Load;
  if (Name.contains("store") || Name.contains("clear") || Name == "operator=" ||
      Name.contains("release"))
    return Op::Store;
  if (Name == "wait")
    return Op::Wait;
  if (Name.starts_with("notify"))
    return Op::Notify;
  if (Name.contains("fence") || Name.contains("synchronize"))
    return Op::Fence;
  return Name.starts_with("operator") ? Op::FetchModify : Op::None;
}

bool isAtomicClass(const CXXRecordDecl *RD) {
  if (!RD->getDeclName().isIdentifier())
    return false;
  llvm::StringRef Name = RD->getName();
  bool Known = Name == "atomic" || Name == "__atomic_base" ||
               Name == "__atomic_float" || Name == "atomic_flag" ||
               Name == "atomic_ref" || Name == "__atomic_ref" ||
               Name == "__atomic_flag_base" || Name == "base_atomic";
  if (!Known)
    return false;
  const std::string Qualified = qualifiedName(RD);
  return Qualified.starts_with("std::") ||
         Qualified.starts_with("boost::atomics::");
}

/// Whether MD, which copies, moves or assigns, runs a function that the program
/// has written: its own, or that of a part.
bool runsOwnCode(const CXXMethodDecl *MD, const SourceManager &Sources) {
  auto IsOwn = [&](const CXXRecordDecl *RD) {
    return RD && RD->hasDefinition() &&
           !Sources.isInSystemHeader(RD->getLocation()) &&
           !RD->isTriviallyCopyable();
  };
  if (MD->isUserProvided())
    return !Sources.isInSystemHeader(MD->getLocation());
  const CXXRecordDecl *Of = MD->getParent();
  if (MD->isTrivial() || !IsOwn(Of))
    return false;
  for (const CXXBaseSpecifier &Base : Of->bases())
    if (IsOwn(Base.getType()->getAsCXXRecordDecl()))
      return true;
  for (const FieldDecl *Field : Of->fields())
    if (IsOwn(
            Field->getType()->getBaseElementTypeUnsafe()->getAsCXXRecordDecl()))
      return true;
  return false;
}

/// The expression a non-static member call is made on, if C is one.
const Expr *objectOf(const CallExpr *C, const FunctionDecl *FD) {
  if (const auto *Member = dyn_cast<CXXMemberCallExpr>(C))
    return Member->getImplicitObjectArgument();
  const auto *MD = dyn_cast_or_null<CXXMethodDecl>(FD);
  return isa<CXXOperatorCallExpr>(C) && MD &&
                 MD->isImplicitObjectMemberFunction()
             ? C->getArg(0)
             : nullptr;
}

} // namespace

void FunctionExtractor::call(const CallExpr *C) {
  const FunctionDecl *Callee = C->getDirectCallee();
  if (isTransparentCall(C) ||
      isa<CXXPseudoDestructorExpr>(C->getCallee()->IgnoreParens()))
    return;
  if (Callee && specialCall(C, Callee))
    return;
  plainCall(C, Callee);
  auto Await = Scan.AwaitParts.find(C);
  if (Await != Scan.AwaitParts.end() &&
      Scan.AwaitSuspends.lookup(Await->second) == C)
    suspend(Await->second);
}

/// True if the call was turned into something else, or into nothing.
bool FunctionExtractor::specialCall(const CallExpr *C,
                                    const FunctionDecl *Callee) {
  if (unsigned Id = Callee->getBuiltinID()) {
    std::string Name =
        Callee->getDeclName().isIdentifier() ? Callee->getName().str() : "";
    if (llvm::StringRef(Name).starts_with("__sync_")) {
      atomicCall(C, Callee);
      return true;
    }
    return llvm::StringRef(Name).starts_with("__builtin_") ||
           Id == Builtin::BIaddressof || Id == Builtin::BI__addressof;
  }
  const auto *MD = dyn_cast<CXXMethodDecl>(Callee);
  if (MD && !isa<CXXConstructorDecl, CXXDestructorDecl>(MD) &&
      isAtomicClass(MD->getParent()) &&
      T.sources().isInSystemHeader(MD->getLocation())) {
    llvm::StringRef Name =
        MD->getDeclName().isIdentifier() ? MD->getName() : "";
    if (Name == "wait")
      plainCall(C, Callee); // it also blocks, which a rule may know
    if (Name != "is_lock_free")
      atomicCall(C, Callee);
    return true;
  }
  if (Callee->isInStdNamespace() && Callee->getDeclName().isIdentifier() &&
      Callee->getName() == "atomic_thread_fence") {
    emitFor(facts::EventKind::Atomic, C).atomic = facts::AtomicOp::Fence;
    return true;
  }
  const auto *Op = dyn_cast<CXXOperatorCallExpr>(C);
  if (Op && Op->getOperator() == OO_Equal && MD && Op->getNumArgs() == 2) {
    assignCall(Op, Callee);
    return true;
  }
  if (!Callee->getDeclName().isIdentifier() || Callee->getName() != "swap" ||
      !T.sources().isInSystemHeader(Callee->getLocation()))
    return false;
  const Expr *Left = objectOf(C, Callee);
  unsigned Sides =
      C->getNumArgs() + (Left && isa<CXXMemberCallExpr>(C) ? 1 : 0);
  if (Sides != 2)
    return false;
  const Expr *Right = C->getArg(C->getNumArgs() - 1);
  std::optional<Place> P = V.place(Left ? Left : C->getArg(0));
  if (!P)
    return false;
  std::unique_ptr<facts::ValueT> Other = V.valuePtr(Right);
  Event &E = emitFor(facts::EventKind::Swap, C);
  E.symbol = T.symbol(Callee);
  E.place = std::make_unique<Place>(std::move(*P));
  E.value = std::move(Other);
  return true;
}

void FunctionExtractor::atomicCall(const CallExpr *C,
                                   const FunctionDecl *Callee) {
  const Expr *Object = objectOf(C, Callee);
  const auto *Member = dyn_cast<CXXMemberCallExpr>(C);
  std::optional<Place> P;
  if (Object)
    P = Member && Object->getType()->isPointerType() ? V.pointee(Object)
                                                     : V.place(Object);
  else if (C->getNumArgs())
    P = V.pointee(C->getArg(0));
  Event &E = emit(facts::EventKind::Atomic, C->getExprLoc());
  if (!Ids.count(C))
    Ids[C] = E.id;
  E.symbol = T.symbol(Callee);
  E.atomic = atomicOp(Callee->getDeclName().getAsString());
  if (P)
    E.place = std::make_unique<Place>(std::move(*P));
}

void FunctionExtractor::atomicBuiltin(const AtomicExpr *A) {
  std::optional<Place> P = V.pointee(A->getPtr());
  Event &E = emitFor(facts::EventKind::Atomic, A);
  E.atomic = atomicOp(A->getOpAsString());
  if (P)
    E.place = std::make_unique<Place>(std::move(*P));
}

void FunctionExtractor::assignCall(const CXXOperatorCallExpr *C,
                                   const FunctionDecl *Callee) {
  std::optional<Place> P = V.place(C->getArg(0));
  std::unique_ptr<facts::ValueT> Value = V.valuePtr(C->getArg(1));
  if (const auto *MD = dyn_cast<CXXMethodDecl>(Callee))
    ownCopy(MD, C->getBeginLoc(), P, Value.get());
  Event &E = emitFor(facts::EventKind::Assign, C);
  E.symbol = T.symbol(Callee);
  if (P)
    E.place = std::make_unique<Place>(std::move(*P));
  E.value = std::move(Value);
  access(facts::EventKind::Write, C->getArg(0));
}

/// A copy, move or assignment for which a function of the program's own runs is
/// a call of that, too: MD, on what gets the value.
void FunctionExtractor::ownCopy(const CXXMethodDecl *MD, SourceLocation Where,
                                const std::optional<Place> &On,
                                const facts::ValueT *Source) {
  if (!On || !Source || !runsOwnCode(MD, T.sources()))
    return;
  Event &E = emit(facts::EventKind::Call, Where);
  E.symbol = T.symbol(MD);
  E.receiver = std::make_unique<facts::ValueT>();
  E.receiver->kind = facts::ValueKind::Place;
  E.receiver->place = std::make_unique<Place>(*On);
  E.receiver->type = T.type(T.context().getTypeDeclType(
      static_cast<const TypeDecl *>(MD->getParent())));
  E.args.push_back(std::make_unique<facts::ValueT>(*Source));
  E.implicit = facts::ImplicitKind::Copy;
  E.is_noexcept = (T.out().symbols[E.symbol]->flags &
                   facts::SymbolFlag::NoThrow) != facts::SymbolFlag::NONE;
}

void FunctionExtractor::arguments(Event &E, llvm::ArrayRef<const Expr *> Args) {
  std::vector<std::unique_ptr<facts::ValueT>> Values;
  unsigned Defaults = 0;
  for (const Expr *Arg : Args) {
    Defaults += isa<CXXDefaultArgExpr>(Arg);
    Values.push_back(V.valuePtr(Arg));
  }
  E.args = std::move(Values);
  E.default_args = Defaults;
}

void FunctionExtractor::markUse(Event &E, const Expr *C) {
  auto It = Scan.Unused.find(C);
  if (It == Scan.Unused.end())
    return;
  E.discarded = true;
  E.void_cast = It->second == BodyScan::Use::VoidCast;
}

void FunctionExtractor::plainCall(const CallExpr *C,
                                  const FunctionDecl *Callee) {
  const Expr *Object = objectOf(C, Callee);
  const auto *Member = dyn_cast<CXXMemberCallExpr>(C);
  llvm::ArrayRef<const Expr *> Args(C->getArgs(), C->getNumArgs());
  if (Object && !Member)
    Args = Args.drop_front();

  std::unique_ptr<facts::ValueT> Receiver;
  facts::Dispatch Dispatch = facts::Dispatch::Static;
  std::uint32_t Symbol = 0;
  if (Callee) {
    const auto *MD = dyn_cast<CXXMethodDecl>(Callee);
    if (Object) {
      bool ThroughPointer = Member && Object->getType()->isPointerType();
      std::optional<Place> P =
          ThroughPointer ? V.pointee(Object) : V.place(Object);
      if (P) {
        Receiver = std::make_unique<facts::ValueT>();
        Receiver->kind = facts::ValueKind::Place;
        Receiver->place = std::make_unique<Place>(std::move(*P));
        QualType Type = ThroughPointer ? Object->getType()->getPointeeType()
                                       : Object->getType();
        Receiver->type = T.type(Type.getNonReferenceType());
      } else {
        Receiver = V.valuePtr(Object);
      }
    }
    const auto *Named = dyn_cast<MemberExpr>(C->getCallee()->IgnoreParens());
    if (MD && MD->isVirtual() && Object && !(Named && Named->hasQualifier())) {
      if (const CXXMethodDecl *Known =
              MD->getDevirtualizedMethod(Object, /*IsAppleKext=*/false))
        Callee = Known;
      else
        Dispatch = facts::Dispatch::Virtual;
    }
    Symbol = T.symbol(Callee);
  } else {
    const Expr *Pointer = C->getCallee();
    if (const auto *MemberPointer =
            dyn_cast<BinaryOperator>(Pointer->IgnoreParens()))
      Pointer = MemberPointer->getRHS(); // (object.*pointer)(...)
    Receiver = V.valuePtr(Pointer);
    if (Receiver->kind == facts::ValueKind::Callable)
      Symbol = Receiver->symbol;
    else
      Dispatch = facts::Dispatch::Indirect;
  }

  Event &E = emitFor(facts::EventKind::Call, C);
  E.symbol = Symbol;
  E.dispatch = Dispatch;
  E.receiver = std::move(Receiver);
  auto Await = Scan.AwaitParts.find(C);
  const bool IsAwait = Await != Scan.AwaitParts.end();
  // await_suspend's argument is the coroutine itself, made by helpers without
  // events.
  if (!IsAwait || Scan.AwaitSuspends.lookup(Await->second) != C)
    arguments(E, Args);
  E.type = T.type(C->getCallReturnType(T.context()));
  if (Symbol)
    E.is_noexcept = (T.out().symbols[Symbol]->flags &
                     facts::SymbolFlag::NoThrow) != facts::SymbolFlag::NONE;
  if (auto It = Scan.Implicit.find(C); It != Scan.Implicit.end())
    E.implicit = It->second;
  else if (IsAwait)
    E.implicit = facts::ImplicitKind::Await;
  else if (isa_and_nonnull<CXXConversionDecl>(Callee))
    E.implicit = facts::ImplicitKind::Conversion;
  else if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(C);
           Op && Op->getOperator() != OO_Call)
    E.implicit = facts::ImplicitKind::Operator;
  markUse(E, C);
  extent(E, C);
  const bool Destroys = isa_and_nonnull<CXXDestructorDecl>(Callee) &&
                        E.receiver && E.receiver->place;
  if (Destroys)
    endLifetime(*E.receiver->place, C->getExprLoc());
}

} // namespace gridlock::extract
