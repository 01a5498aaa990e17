// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The extent of statements that an edit can be made of.
#include "checks/extract/CoroutineTypes.h"
#include "checks/extract/FunctionExtractor.h"

#include "clang/Lex/Lexer.h"

using namespace clang;

namespace gridlock::extract {
namespace {

/// An lvalue, as written, for what the method of C is called on; empty for an
/// implicit `this`.
std::string objectText(const CXXMemberCallExpr *C, const ASTContext &Ctx) {
  const auto *Member = dyn_cast<MemberExpr>(C->getCallee()->IgnoreParens());
  if (!Member || Member->isImplicitAccess())
    return {};
  const Expr *Object = Member->getBase();
  std::string Text =
      Lexer::getSourceText(
          CharSourceRange::getTokenRange(Object->getSourceRange()),
          Ctx.getSourceManager(), Ctx.getLangOpts())
          .str();
  if (!Member->isArrow() || Text.empty())
    return Text;
  if (isa<CXXThisExpr>(Object->IgnoreParenImpCasts()))
    return "*this";
  return "*" + Text; // what stands before -> binds closer than *
}

} // namespace

/// Whether an edit may be wanted for C, and C stands as `C;` in a block.
void FunctionExtractor::extent(Event &E, const CallExpr *C) {
  const auto Found = Scan.Blocks.find(C);
  if (Found == Scan.Blocks.end() || FD == nullptr ||
      FD->isTemplateInstantiation() || FD->isImplicit())
    return;
  // A co_await in front of another operator would bind to its first operand.
  if (const auto *Op = dyn_cast<CXXOperatorCallExpr>(C);
      Op && Op->getOperator() != OO_Call)
    return;
  // A jump may not pass what an edit declares.
  if (llvm::any_of(FD->decls(),
                   [](const Decl *D) { return isa<LabelDecl>(D); }))
    return;
  const auto *Method = dyn_cast<CXXMemberCallExpr>(C);
  const bool Plain = Method && Method->getNumArgs() == 0;
  if (!Plain && !(E.discarded && !E.void_cast &&
                  C->getType().getCanonicalType()->isRecordType()))
    return;
  // Nor is a co_await wanted that doesn't compile.
  const CXXRecordDecl *Result = C->getType()->getAsCXXRecordDecl();
  if (E.discarded && Result && Coroutine && Coroutine->getPromiseDecl() &&
      !canAwaitTemporary(Result, Coroutine->getPromiseDecl()->getType()))
    return;
  const SourceManager &SM = T.sources();
  // Of the statement: CallExpr's own begin is an operator's parenthesis.
  const SourceRange Range = static_cast<const Stmt *>(C)->getSourceRange();
  const SourceLocation Begin = Range.getBegin(), Last = Range.getEnd(),
                       Close = Found->second->getRBracLoc();
  if (Begin.isMacroID() || Last.isMacroID() || Close.isMacroID() ||
      Begin.isInvalid() || Close.isInvalid() ||
      !SM.isWrittenInSameFile(Begin, Close))
    return;
  const SourceLocation End = Lexer::findLocationAfterToken(
      Last, tok::semi, SM, T.context().getLangOpts(),
      /*SkipTrailingWhitespaceAndNewLine=*/false);
  if (End.isInvalid() || End.isMacroID())
    return;
  auto Whole = std::make_unique<facts::StatementT>();
  Whole->begin = T.loc(Begin);
  Whole->end = T.loc(End);
  Whole->scope_end = T.loc(Close);
  if (Method)
    Whole->object = T.string(objectText(Method, T.context()));
  E.statement = std::move(Whole);
}

} // namespace gridlock::extract
