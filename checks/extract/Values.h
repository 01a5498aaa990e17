// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expressions to places and values (facts.fbs). Knows constants, flags,
// durations, callables and access paths; what a local variable or a call's
// result is, it asks the scope it was given.
#ifndef GRIDLOCK_EXTRACT_VALUES_H
#define GRIDLOCK_EXTRACT_VALUES_H

#include "checks/extract/Tables.h"

#include <optional>

namespace gridlock::extract {

/// The function around an expression.
class ValueScope {
public:
  virtual ~ValueScope();
  /// Locals, bound references, captures; nothing for what isn't this
  /// function's.
  virtual std::optional<facts::PlaceT> variable(const clang::ValueDecl *VD) = 0;
  virtual facts::PlaceT thisPlace() = 0;
  /// The object a call, construction, allocation or await makes (E is
  /// stripped).
  virtual std::optional<facts::PlaceT> result(const clang::Expr *E) = 0;
};

/// An expression without the wrappers that change nothing; Moved if a
/// std::move, std::forward or cast to an rvalue was among them.
struct Stripped {
  const clang::Expr *E;
  bool Moved;
};
Stripped strip(const clang::Expr *E);

/// std::move, std::forward and others that only name their first argument anew.
bool isTransparentCall(const clang::CallExpr *Call);

class Values {
public:
  /// SCOPE may be null: then only parameters, `this` and globals have places.
  Values(Tables &T, ValueScope *Scope) : T(T), Scope(Scope) {}

  facts::ValueT value(const clang::Expr *E);
  std::unique_ptr<facts::ValueT> valuePtr(const clang::Expr *E);
  std::optional<facts::PlaceT> place(const clang::Expr *E);
  /// What a compound assignment assigns.
  std::unique_ptr<facts::ValueT> computed(const clang::BinaryOperator *B);
  /// The place a pointer expression points to.
  std::optional<facts::PlaceT> pointee(const clang::Expr *Pointer);
  std::optional<facts::PlaceT> declaration(const clang::ValueDecl *VD);
  facts::PlaceT global(const clang::VarDecl *VD);

  void addStep(facts::PlaceT &P, facts::StepKind Kind, clang::QualType Type);
  void addField(facts::PlaceT &P, const clang::FieldDecl *Field);
  void addBase(facts::PlaceT &P, clang::QualType Base);

private:
  bool constant(const clang::Expr *E, facts::ValueT &V);
  bool duration(const clang::Expr *E, facts::ValueT &V);
  bool callable(const clang::Expr *E, facts::ValueT &V);
  void lambda(const clang::LambdaExpr *L, facts::ValueT &V);
  bool boundCall(const clang::CallExpr *Call, facts::ValueT &V);
  void flags(const clang::Expr *E, std::vector<std::uint32_t> &Names);
  void unknown(const clang::Expr *E, facts::ValueT &V);
  void choices(const clang::AbstractConditionalOperator *Choice,
               std::vector<std::unique_ptr<facts::ValueT>> &Arms);
  bool choiceOfBits(const clang::Expr *E,
                    std::vector<std::unique_ptr<facts::ValueT>> &Arms);
  std::optional<facts::PlaceT> subscript(const clang::Expr *Base,
                                         const clang::Expr *Index,
                                         clang::QualType Type);
  std::string text(const clang::Expr *E);

  Tables &T;
  ValueScope *Scope;
};

} // namespace gridlock::extract

#endif
