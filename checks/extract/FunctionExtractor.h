// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One function body to its event graph. Clang's CFG gives order and branches;
// each of its elements becomes zero or more events. Used once, for one body.
#ifndef GRIDLOCK_EXTRACT_FUNCTIONEXTRACTOR_H
#define GRIDLOCK_EXTRACT_FUNCTIONEXTRACTOR_H

#include "checks/extract/BodyScan.h"
#include "checks/extract/Values.h"

#include <map>

namespace gridlock::extract {

class FunctionExtractor final : public ValueScope {
public:
  /// FD has a body and is not dependent.
  FunctionExtractor(Tables &T, const clang::FunctionDecl *FD);
  /// The dynamic initialisation of a variable of static storage duration.
  FunctionExtractor(Tables &T, const clang::VarDecl *VD);

  std::unique_ptr<facts::FunctionT> run();
  /// For a variable whose initialiser is constant: what it holds.
  std::unique_ptr<facts::FunctionT> runConstant();
  /// Lambdas and local classes of the body.
  const BodyScan &scan() const { return Scan; }

  std::optional<facts::PlaceT> variable(const clang::ValueDecl *VD) override;
  facts::PlaceT thisPlace() override;
  std::optional<facts::PlaceT> result(const clang::Expr *E) override;

private:
  using Place = facts::PlaceT;
  using Event = facts::EventT;

  // FunctionExtractor.cpp
  void describe();
  void describeCaptures(const clang::CXXRecordDecl *Closure);
  std::uint32_t idOf(const clang::Stmt *S);
  std::uint32_t local(const clang::VarDecl *VD);
  Place variablePlace(const clang::VarDecl *VD);
  Place rooted(facts::PlaceRoot Root, const clang::Expr *E);
  Place memberPlace(const clang::CXXCtorInitializer *Init);
  Event &emit(facts::EventKind Kind, clang::SourceLocation Where);
  Event &emitFor(facts::EventKind Kind, const clang::Stmt *S);
  void unsupported(clang::SourceLocation Where, llvm::StringRef What);
  void finish();

  // ControlFlow.cpp
  void build(const clang::Decl *D, const clang::Stmt *Body);
  void fillBlock(const clang::CFGBlock *B, std::uint32_t Index);
  void connect(const clang::CFGBlock *B);
  void connectTry(const clang::CFGBlock *B, std::uint32_t From);
  facts::EdgeT &edge(std::uint32_t From, std::uint32_t To,
                     facts::EdgeKind Kind);
  std::uint32_t newBlock();
  std::optional<std::uint32_t> blockOf(const clang::CFGBlock *B) const;
  void layOut();
  std::unique_ptr<facts::PredicateT> predicate(const clang::Expr *Condition);
  std::unique_ptr<facts::PredicateT> casePredicate(const clang::SwitchStmt *S,
                                                   const clang::CaseStmt *Case);
  bool comparison(const clang::Expr *E, facts::PredicateT &P);
  bool bitOfSet(const clang::BinaryOperator *And, facts::PredicateT &P);
  void element(const clang::CFGElement &E);

  // ShortCircuits.cpp
  struct Join {
    std::uint32_t Block;
    const clang::Expr *Condition;
  };
  void noteReturned(const clang::CFGBlock *B, const clang::Stmt *Last);
  void noteJoin(std::uint32_t Index, const clang::Expr *Condition);
  void threadJoins();
  void thread(const Join &J, std::uint32_t Index);

  // Events.cpp
  void statement(const clang::Stmt *S);
  void linear(const clang::Stmt *S);
  void construct(const clang::CXXConstructExpr *C);
  void returnValue(const clang::Stmt *S, const clang::Expr *E);
  void assign(const clang::BinaryOperator *B);
  void incrementDecrement(const clang::UnaryOperator *U);
  void access(facts::EventKind Kind, const clang::Expr *E);
  void defaultArgument(const clang::CXXDefaultArgExpr *E);
  void destroy(Place P, clang::QualType Type, clang::SourceLocation Where);
  void endLifetime(Place P, clang::SourceLocation Where);
  void cleanup(const clang::VarDecl *VD, const clang::FunctionDecl *FD);
  bool isShared(const Place &P) const;

  // Initialisers.cpp
  void declare(const clang::DeclStmt *DS);
  void initialise(const clang::VarDecl *VD);
  void initialiseMember(const clang::CXXCtorInitializer *Init);
  void list(Place P, const clang::InitListExpr *List,
            clang::SourceLocation Where);
  void listObject(const clang::InitListExpr *List);
  void elements(const Place &P, const clang::InitListExpr *List);
  void addElement(Place &P, const clang::InitListExpr *List, unsigned Index);

  // Exceptions.cpp
  bool mayThrow(const Event &E) const;
  std::uint32_t splitThrowing(std::uint32_t Index, std::size_t First,
                              const clang::Stmt *S,
                              const clang::CXXTryStmt *Try);
  void noteTemporary(const clang::CXXBindTemporaryExpr *Bind);
  void forgetTemporary(const clang::CXXBindTemporaryExpr *Bind);
  void unwindVariable(const clang::VarDecl *VD, clang::SourceLocation Where);
  std::uint32_t unwindTo(const ScopeVariable *Scope,
                         const clang::CXXTryStmt *Try, std::uint32_t To);
  void unwindThrow(const clang::CXXThrowExpr *S);
  void unwindParts(clang::SourceLocation Where);
  void connectThrowing(const clang::CFG &Graph);

  // Calls.cpp
  void call(const clang::CallExpr *C);
  bool specialCall(const clang::CallExpr *C, const clang::FunctionDecl *FD);
  void atomicCall(const clang::CallExpr *C, const clang::FunctionDecl *FD);
  void atomicBuiltin(const clang::AtomicExpr *A);
  void assignCall(const clang::CXXOperatorCallExpr *C,
                  const clang::FunctionDecl *FD);
  void ownCopy(const clang::CXXMethodDecl *MD, clang::SourceLocation Where,
               const std::optional<Place> &On, const facts::ValueT *Source);
  void plainCall(const clang::CallExpr *C, const clang::FunctionDecl *FD);
  void arguments(Event &E, llvm::ArrayRef<const clang::Expr *> Args);
  void markUse(Event &E, const clang::Expr *C);

  // Statements.cpp
  void extent(Event &E, const clang::CallExpr *C);

  // Coroutines.cpp
  void coroutine(const clang::CoroutineBodyStmt *Body);
  void prologue();
  void parameterCopies();
  void epilogue(const clang::CFG &Graph);
  void unhandled(std::uint32_t Final);
  void suspend(const clang::CoroutineSuspendExpr *S);

  Tables &T;
  const clang::FunctionDecl *FD = nullptr;
  const clang::VarDecl *Initialised = nullptr;
  const clang::CoroutineBodyStmt *Coroutine = nullptr;
  BodyScan Scan;
  Values V;
  std::unique_ptr<facts::FunctionT> F;
  facts::BlockT *Block = nullptr; // receives events
  std::uint32_t LastId = 0;
  llvm::DenseMap<const clang::Stmt *, std::uint32_t> Ids;
  llvm::DenseSet<const clang::Stmt *> Done;
  // Temporaries destroyed in this block: Clang's CFG visits an awaited operand
  // twice.
  llvm::DenseSet<const clang::CXXBindTemporaryExpr *> Destroyed;
  llvm::DenseMap<const clang::VarDecl *, std::uint32_t> Locals;
  llvm::DenseMap<const clang::ValueDecl *, Place> Bound;
  llvm::DenseMap<const clang::ValueDecl *, std::uint32_t> Captures;
  std::optional<std::uint32_t> ThisCapture;
  clang::QualType ThisPointee; // class of a captured `this`
  bool CapturesThisByCopy = false;
  llvm::SmallVector<const clang::VarDecl *, 4> FrameCopies; // of parameters
  llvm::DenseMap<const clang::CoroutineSuspendExpr *, facts::SuspendKind>
      SuspendKinds;
  llvm::DenseSet<const clang::CoroutineSuspendExpr *> Suspended;
  // Facts blocks of a Clang block: the one to enter, and the one its edges
  // leave from.
  struct Span {
    std::uint32_t First, Last;
  };
  llvm::DenseMap<const clang::CFGBlock *, Span> Blocks;
  // Blocks where the outcomes of the operands of && and || come together.
  std::vector<Join> Joins;
  // Facts blocks in front of a try block, from which its handlers are reached.
  llvm::DenseMap<const clang::CXXTryStmt *, std::uint32_t> TryEntries;
  // Try blocks with something in them that may throw.
  llvm::DenseSet<const clang::CXXTryStmt *> Throwing;
  struct Temporary {
    const clang::CXXBindTemporaryExpr *Bind;
    Place Where;
  };
  struct ThrowPoint {
    std::uint32_t From; // block whose end is in front of what may throw
    const clang::CXXTryStmt *Try;
    const ScopeVariable *Scope;
    std::vector<Temporary> Temporaries;
  };
  std::vector<ThrowPoint> ThrowPoints;
  llvm::DenseSet<const clang::Stmt *> UnwoundInline; // throws
  unsigned InlineUnwinds = 0;
  static constexpr unsigned MaxInlineUnwinds = 500;
  // Blocks that destroy temporaries, by those and where they lead to.
  std::map<std::pair<std::vector<const clang::Stmt *>, std::uint32_t>,
           std::uint32_t>
      TemporaryEnds;
  std::vector<Temporary> Temporaries; // alive in the full expression
  // Temporaries that Clang's CFG destroys; others become part of an object.
  llvm::DenseSet<const clang::CXXBindTemporaryExpr *> Ending;
  llvm::DenseMap<std::pair<const ScopeVariable *, std::uint32_t>, std::uint32_t>
      Unwinding; // by what is destroyed first and where it leads to
  llvm::DenseSet<const clang::VarDecl *> Begun;
};

} // namespace gridlock::extract

#endif
