// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The interned tables of one facts file: strings, source files, types, symbols.
// Indices are given out in the order of first use, so the output depends on the
// input alone. One instance per translation unit; not thread-safe.
#ifndef GRIDLOCK_EXTRACT_TABLES_H
#define GRIDLOCK_EXTRACT_TABLES_H

#include "checks/extract/ClangHeaders.h"
#include "facts_generated.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace gridlock::extract {

using LocPtr = std::unique_ptr<facts::Loc>;

/// ROOT-relative form of an absolute or relative PATH: symlinks resolved, no
/// `..`; absolute where it is outside ROOT.
std::string projectPath(llvm::StringRef Path, llvm::StringRef Root);

class Tables {
public:
  Tables(clang::ASTContext &Ctx, facts::FileT &Out, std::string Root);
  ~Tables();

  std::uint32_t string(llvm::StringRef S);
  std::uint32_t file(clang::FileID Id);
  std::uint32_t type(clang::QualType T);
  std::uint32_t symbol(const clang::FunctionDecl *FD);
  /// The pseudo function that initialises VD.
  std::uint32_t initialiser(const clang::VarDecl *VD);
  /// Identity of a function or variable: mangled, with `@main file` unless
  /// external.
  std::uint32_t identity(clang::GlobalDecl GD);

  LocPtr
  loc(clang::SourceLocation Where); // expansion position; null if invalid
  LocPtr spelling(clang::SourceLocation Where); // null where it equals loc()
  std::uint32_t macro(clang::SourceLocation Where);

  /// Not in a system header: its bodies are extracted.
  bool isProject(clang::SourceLocation Where) const;

  /// Notes that a value of type T was the operand of a co_await which found an
  /// `operator co_await` for it.
  void markCoAwaitable(clang::QualType T);
  void markDefined(std::uint32_t Symbol);

  clang::ASTContext &context() { return Ctx; }
  const clang::SourceManager &sources() const { return Ctx.getSourceManager(); }
  facts::FileT &out() { return Out; }

private:
  // SymbolFacts.cpp
  facts::SymbolFlag symbolFlags(const clang::FunctionDecl *FD);
  void fillSymbol(const clang::FunctionDecl *FD, facts::SymbolT &S);
  std::vector<std::unique_ptr<facts::AttributeT>>
  attributes(const clang::Decl *D);
  std::vector<std::unique_ptr<facts::AttributeT>>
  parameterAttributes(const clang::FunctionDecl *FD, unsigned Index);
  void noteGlobal(const clang::VarDecl *VD, std::uint32_t Name);
  // TypeFacts.cpp
  void fillType(clang::QualType T, std::uint32_t Index);
  void fillRecord(const clang::CXXRecordDecl *RD, std::uint32_t Index);
  std::unique_ptr<facts::PromiseT> promise(clang::QualType T,
                                           const clang::CXXRecordDecl *RD);
  facts::TypeT &typeAt(std::uint32_t Index) { return *Out.types[Index]; }

  clang::ASTContext &Ctx;
  facts::FileT &Out;
  std::string Root;
  std::unique_ptr<clang::MangleContext> Mangler;
  llvm::StringMap<std::uint32_t> Strings;
  llvm::DenseMap<clang::FileID, std::uint32_t> Files;
  llvm::StringMap<std::uint32_t> FilesByPath;
  llvm::DenseMap<const void *, std::uint32_t> Types; // canonical QualTypes
  llvm::DenseMap<const clang::Decl *, std::uint32_t> Symbols;
  llvm::DenseMap<const clang::Decl *, std::uint32_t> Identities;
};

} // namespace gridlock::extract

#endif
