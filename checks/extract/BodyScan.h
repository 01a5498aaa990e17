// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One walk over a function's body before its control flow is read: what a
// statement can't know from below. Nested functions (lambdas, local classes)
// are only listed.
#ifndef GRIDLOCK_EXTRACT_BODYSCAN_H
#define GRIDLOCK_EXTRACT_BODYSCAN_H

#include "checks/extract/ClangHeaders.h"
#include "facts_generated.h"

#include <deque>

namespace gridlock::extract {

/// What a constructor call makes, where that is no temporary.
struct ConstructTarget {
  const clang::VarDecl *Var = nullptr;
  const clang::CXXCtorInitializer *Member = nullptr;
  const clang::CXXNewExpr *New = nullptr;
  const clang::CompoundLiteralExpr *Literal = nullptr;
};

/// An object that is an element of a braced list.
struct ListPart {
  const clang::InitListExpr *List;
  unsigned Index;
};

/// A variable that something happens to at the end of its scope.
struct ScopeVariable {
  const clang::VarDecl *Var;
  const ScopeVariable *Outer;
};

struct BodyScan {
  /// Walks BODY (may be null) and, for constructors, the initialisers of FD.
  BodyScan(const clang::FunctionDecl *FD, const clang::Stmt *Body);

  /// Adds what is written down elsewhere than in the body (a coroutine's
  /// promise).
  void include(const clang::Stmt *S) { walk(S); }
  /// Calls and constructions below S happen for that reason.
  void markAll(const clang::Stmt *S, facts::ImplicitKind Kind);

  /// INIT makes the object TARGET names.
  void target(const clang::Expr *Init, ConstructTarget Target);

  enum class Use { Discarded, VoidCast };
  llvm::DenseMap<const clang::Expr *, Use> Unused;
  /// Calls that are a whole statement, and the block they stand in.
  llvm::DenseMap<const clang::CallExpr *, const clang::CompoundStmt *> Blocks;
  llvm::DenseMap<const clang::Expr *, ConstructTarget> Targets;
  /// await_ready, await_suspend and await_resume calls, by call.
  llvm::DenseMap<const clang::Stmt *, const clang::CoroutineSuspendExpr *>
      AwaitParts;
  /// The call of await_suspend inside a suspend expression.
  llvm::DenseMap<const clang::CoroutineSuspendExpr *, const clang::CallExpr *>
      AwaitSuspends;
  llvm::DenseMap<const clang::Stmt *, facts::ImplicitKind> Implicit;
  /// Statement leaves no event: helpers around await_suspend, copies into
  /// closures and return values.
  llvm::DenseSet<const clang::Stmt *> Silent;
  /// Innermost try block a statement stands in.
  llvm::DenseMap<const clang::Stmt *, const clang::CXXTryStmt *> InTry;
  /// Variables alive where a call in a try block, or a throw, stands.
  llvm::DenseMap<const clang::Stmt *, const ScopeVariable *> InScope;
  /// ... and where a try block begins.
  llvm::DenseMap<const clang::CXXTryStmt *, const ScopeVariable *> TryScopes;
  llvm::DenseMap<const clang::Expr *, ListPart> Parts;
  /// The calls of get() and the like, and the declaration they belong to.
  llvm::DenseMap<const clang::Stmt *, const clang::DecompositionDecl *> Groups;
  llvm::SmallVector<const clang::LambdaExpr *, 4> Lambdas;
  llvm::SmallVector<const clang::CXXRecordDecl *, 2> LocalClasses;
  /// Constructs that facts have no vocabulary for.
  llvm::SmallVector<std::pair<const clang::Stmt *, llvm::StringRef>, 2>
      Unsupported;

private:
  void walk(const clang::Stmt *S);
  void children(const clang::Stmt *S);
  void expressionStatement(const clang::Stmt *S);
  void unused(const clang::Expr *E, Use How);
  void declaration(const clang::DeclStmt *DS);
  void suspend(const clang::CoroutineSuspendExpr *S);
  void rangeFor(const clang::CXXForRangeStmt *S);
  void lambda(const clang::LambdaExpr *L);
  void returned(const clang::Expr *E);
  void silence(const clang::Stmt *S, const clang::Stmt *Except);
  void silenceCalls(const clang::Stmt *S);
  void group(const clang::Stmt *S, const clang::DecompositionDecl *Group);
  void parts(const clang::InitListExpr *List);
  void enterScope(const clang::VarDecl *VD);
  void place(const clang::Stmt *S);
  void visit(const clang::Stmt *S);

  const clang::CXXTryStmt *Try = nullptr;
  const ScopeVariable *Scope = nullptr;
  std::deque<ScopeVariable> Variables;
};

} // namespace gridlock::extract

#endif
