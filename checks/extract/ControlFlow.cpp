// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Clang's CFG to blocks, edges and predicates.
#include "checks/extract/FunctionExtractor.h"

using namespace clang;

namespace gridlock::extract {
namespace {

CFG::BuildOptions buildOptions() {
  CFG::BuildOptions Options;
  Options.setAllAlwaysAdd();
  Options.AddImplicitDtors = true;
  Options.AddTemporaryDtors = true;
  Options.AddInitializers = true;
  Options.AddLifetime = true;
  Options.AddStaticInitBranches = true;
  Options.AddCXXNewAllocator = true;
  Options.AddCXXDefaultInitExprInCtors = true;
  Options.AddCXXDefaultInitExprInAggregates = true;
  return Options;
}

std::optional<facts::PredicateOp> comparisonOp(BinaryOperatorKind Kind) {
  switch (Kind) {
  case BO_EQ:
    return facts::PredicateOp::Eq;
  case BO_NE:
    return facts::PredicateOp::Ne;
  case BO_LT:
    return facts::PredicateOp::Lt;
  case BO_LE:
    return facts::PredicateOp::Le;
  case BO_GT:
    return facts::PredicateOp::Gt;
  case BO_GE:
    return facts::PredicateOp::Ge;
  default:
    return std::nullopt;
  }
}

std::optional<facts::PredicateOp> comparisonOp(OverloadedOperatorKind Kind) {
  switch (Kind) {
  case OO_EqualEqual:
    return facts::PredicateOp::Eq;
  case OO_ExclaimEqual:
    return facts::PredicateOp::Ne;
  case OO_Less:
    return facts::PredicateOp::Lt;
  case OO_LessEqual:
    return facts::PredicateOp::Le;
  case OO_Greater:
    return facts::PredicateOp::Gt;
  case OO_GreaterEqual:
    return facts::PredicateOp::Ge;
  default:
    return std::nullopt;
  }
}

const Stmt *lastStatement(const CFGBlock *B) {
  for (const CFGElement &E : llvm::reverse(*B))
    if (auto S = E.getAs<CFGStmt>())
      return S->getStmt();
  return nullptr;
}

} // namespace

std::uint32_t FunctionExtractor::newBlock() {
  F->blocks.push_back(std::make_unique<facts::BlockT>());
  return F->blocks.size() - 1;
}

facts::EdgeT &FunctionExtractor::edge(std::uint32_t From, std::uint32_t To,
                                      facts::EdgeKind Kind) {
  auto E = std::make_unique<facts::EdgeT>();
  E->to = To;
  E->kind = Kind;
  F->blocks[From]->edges.push_back(std::move(E));
  return *F->blocks[From]->edges.back();
}

std::optional<std::uint32_t>
FunctionExtractor::blockOf(const CFGBlock *B) const {
  auto It = Blocks.find(B);
  return It == Blocks.end() ? std::nullopt : std::optional(It->second.First);
}

void FunctionExtractor::build(const Decl *D, const Stmt *Body) {
  std::unique_ptr<CFG> Graph =
      CFG::buildCFG(D, const_cast<Stmt *>(Body), &T.context(), buildOptions());
  if (!Graph) {
    newBlock();
    Block = F->blocks[0].get();
    unsupported(Body->getBeginLoc(), "control flow that Clang can't lay out");
    return;
  }
  // Blocks in reverse post order: Clang numbers them from the exit backwards.
  llvm::SmallPtrSet<const CFGBlock *, 32> Reachable;
  llvm::SmallVector<const CFGBlock *, 32> Work{&Graph->getEntry()};
  for (const CFGBlock *B : Graph->try_blocks())
    Work.push_back(B); // entered through the edges that connectTry adds
  while (!Work.empty()) {
    const CFGBlock *B = Work.pop_back_val();
    if (!Reachable.insert(B).second)
      continue;
    for (const CFGBlock::AdjacentBlock &Next : B->succs())
      if (const CFGBlock *To = Next.getReachableBlock())
        Work.push_back(To);
  }
  llvm::SmallVector<const CFGBlock *, 32> Order;
  for (const CFGBlock *B : *Graph)
    if (Reachable.contains(B) || B == &Graph->getExit())
      Order.push_back(B);
  llvm::sort(Order, [](const CFGBlock *A, const CFGBlock *B) {
    return A->getBlockID() > B->getBlockID();
  });
  auto Entry = llvm::find(Order, &Graph->getEntry());
  std::rotate(Order.begin(), Entry, Entry + 1);

  for (const CFGBlock *B : Order)
    for (const CFGElement &E : *B)
      if (auto D = E.getAs<CFGTemporaryDtor>(); D && !Scan.InTry.empty())
        Ending.insert(D->getBindTemporaryExpr());

  for (const CFGBlock *B : Order) {
    std::uint32_t Index = newBlock();
    Blocks[B] = {Index, Index};
    Block = F->blocks[Index].get();
    if (B == &Graph->getEntry()) {
      for (const auto &[S, What] : Scan.Unsupported)
        unsupported(S->getBeginLoc(), What);
      if (Coroutine)
        prologue();
    }
    fillBlock(B, Index);
  }
  F->exit = Blocks[&Graph->getExit()].Last;
  for (const CFGBlock *B : Order)
    connect(B);
  threadJoins();
  connectThrowing(*Graph);
  if (Coroutine)
    epilogue(*Graph);
  if (Initialised) {
    Block = F->blocks[F->exit].get();
    initialise(Initialised);
  }
  layOut();
}

void FunctionExtractor::fillBlock(const CFGBlock *B, std::uint32_t Index) {
  if (const auto *Catch = dyn_cast_or_null<CXXCatchStmt>(B->getLabel());
      Catch && Catch->getExceptionDecl())
    local(Catch->getExceptionDecl());
  Destroyed.clear();
  for (const CFGElement &E : *B) {
    auto S = E.getAs<CFGStmt>();
    const CXXTryStmt *Try = S ? Scan.InTry.lookup(S->getStmt()) : nullptr;
    // The handlers see the state before the try block: that is where their edge
    // starts.
    if (Try && !TryEntries.count(Try)) {
      std::uint32_t Next = newBlock();
      TryEntries[Try] = Blocks[B].Last;
      edge(Blocks[B].Last, Next, facts::EdgeKind::Always);
      Blocks[B].Last = Next;
      Block = F->blocks[Next].get();
    }
    const std::size_t First = Block->events.size();
    element(E);
    if (Try)
      Blocks[B].Last = splitThrowing(Blocks[B].Last, First, S->getStmt(), Try);
  }
}

void FunctionExtractor::connectTry(const CFGBlock *B, std::uint32_t From) {
  const auto *Try = cast<CXXTryStmt>(B->getTerminatorStmt());
  if (auto Entry = TryEntries.find(Try);
      Entry != TryEntries.end() && !Throwing.contains(Try))
    edge(Entry->second, From, facts::EdgeKind::Handler);
  for (const CFGBlock::AdjacentBlock &Next : B->succs()) {
    const CFGBlock *To = Next.getReachableBlock();
    std::optional<std::uint32_t> Index = blockOf(To);
    if (!Index)
      continue;
    if (isa_and_nonnull<CXXCatchStmt>(To->getLabel()))
      edge(From, *Index, facts::EdgeKind::Handler);
    else
      edge(From,
           unwindTo(Scan.TryScopes.lookup(Try), Scan.InTry.lookup(Try), *Index),
           facts::EdgeKind::Unwind);
  }
}

void FunctionExtractor::connect(const CFGBlock *B) {
  noteReturned(B, lastStatement(B));
  const std::uint32_t From = Blocks[B].Last;
  const CFGTerminator Terminator = B->getTerminator();
  const Stmt *Branch = Terminator.getStmt();
  if (isa_and_nonnull<CXXTryStmt>(Branch))
    return connectTry(B, From);
  const bool Throws = isa_and_nonnull<CXXThrowExpr>(lastStatement(B));
  if (B->hasNoReturnElement() && !Throws) {
    F->blocks[From]->no_return = true;
    return;
  }
  const auto *Switch = dyn_cast_or_null<SwitchStmt>(Branch);
  const bool TwoWay = Branch && Terminator.isStmtBranch() && !Switch &&
                      !isa<GCCAsmStmt, DeclStmt>(Branch) && B->succ_size() == 2;
  // `if consteval` is decided: its false edge is the one that runs.
  const auto *If = dyn_cast_or_null<IfStmt>(Branch);
  const bool AtCompileTime = If && If->isConsteval();
  // The expression decided last: of `a && b` only the part in this block.
  const Expr *Condition = TwoWay ? B->getLastCondition() : nullptr;
  unsigned Position = 0;
  for (const CFGBlock::AdjacentBlock &Next : B->succs()) {
    const unsigned Which = Position++;
    if (AtCompileTime && Which == (If->isNegatedConsteval() ? 1u : 0u))
      continue;
    const CFGBlock *To = Next.getReachableBlock();
    std::optional<std::uint32_t> Index = blockOf(To);
    if (!Index)
      continue;
    if (Throws) {
      const Stmt *Throw = lastStatement(B);
      std::uint32_t Target = *Index;
      if (!UnwoundInline.contains(Throw))
        Target = unwindTo(Scan.InScope.lookup(Throw), Scan.InTry.lookup(Throw),
                          Target);
      edge(From, Target, facts::EdgeKind::Unwind);
    } else if (Switch) {
      const auto *Case = dyn_cast_or_null<CaseStmt>(To->getLabel());
      facts::EdgeT &E =
          edge(From, *Index,
               Case ? facts::EdgeKind::Case : facts::EdgeKind::Default);
      if (Case)
        E.predicate = casePredicate(Switch, Case);
    } else if (TwoWay) {
      facts::EdgeT &E =
          edge(From, *Index,
               Which == 0 ? facts::EdgeKind::True : facts::EdgeKind::False);
      E.predicate = predicate(Condition);
    } else {
      edge(From, *Index, facts::EdgeKind::Always);
    }
  }
  if (Condition)
    noteJoin(From, Condition);
}

/// Marks back edges and puts the blocks into reverse post order, without those
/// that nothing leads to; the exit stays in any case.
void FunctionExtractor::layOut() {
  enum : char { New, Open, Closed };
  std::vector<char> State(F->blocks.size(), New);
  std::vector<std::uint32_t> PostOrder;
  // Block and how many of its edges are left, taken from the last: so the first
  // edge leads to what is written first.
  llvm::SmallVector<std::pair<std::uint32_t, std::size_t>, 32> Stack;
  auto Enter = [&](std::uint32_t Index) {
    State[Index] = Open;
    Stack.emplace_back(Index, F->blocks[Index]->edges.size());
  };
  Enter(0);
  while (!Stack.empty()) {
    auto &[Index, Left] = Stack.back();
    if (Left == 0) {
      State[Index] = Closed;
      PostOrder.push_back(Index);
      Stack.pop_back();
      continue;
    }
    facts::EdgeT &E = *F->blocks[Index]->edges[--Left];
    E.back = State[E.to] == Open;
    if (State[E.to] == New)
      Enter(E.to);
  }
  if (State[F->exit] == New)
    PostOrder.insert(PostOrder.begin(), F->exit);
  std::vector<std::uint32_t> Moved(F->blocks.size());
  std::vector<std::unique_ptr<facts::BlockT>> Blocks;
  for (std::uint32_t Old : llvm::reverse(PostOrder)) {
    Moved[Old] = Blocks.size();
    Blocks.push_back(std::move(F->blocks[Old]));
  }
  for (const auto &B : Blocks)
    for (const auto &E : B->edges)
      E->to = Moved[E->to];
  F->blocks = std::move(Blocks);
  F->exit = Moved[F->exit];
}

std::unique_ptr<facts::PredicateT>
FunctionExtractor::casePredicate(const SwitchStmt *S, const CaseStmt *Case) {
  auto P = std::make_unique<facts::PredicateT>();
  P->op = facts::PredicateOp::Eq;
  P->left = V.valuePtr(S->getCond());
  P->right = V.valuePtr(Case->getLHS());
  if (Case->caseStmtIsGNURange())
    P->op = facts::PredicateOp::None;
  return P;
}

// FD_ISSET: whether a descriptor is in a set. What it expands to has the
// descriptor in an index and in a shift: set->bits[fd / N] & (1 << (fd % N)).
bool FunctionExtractor::bitOfSet(const BinaryOperator *And,
                                 facts::PredicateT &P) {
  const auto *Word =
      dyn_cast_or_null<ArraySubscriptExpr>(strip(And->getLHS()).E);
  const auto *Words =
      Word ? dyn_cast<MemberExpr>(Word->getBase()->IgnoreParenImpCasts())
           : nullptr;
  const auto *Field =
      Words ? dyn_cast<FieldDecl>(Words->getMemberDecl()) : nullptr;
  if (!Field || !Field->getName().ends_with("fds_bits"))
    return false;
  const auto *Mask =
      dyn_cast<BinaryOperator>(And->getRHS()->IgnoreParenCasts());
  const auto *Rest =
      Mask && Mask->getOpcode() == BO_Shl
          ? dyn_cast<BinaryOperator>(Mask->getRHS()->IgnoreParenCasts())
          : nullptr;
  if (!Rest || Rest->getOpcode() != BO_Rem)
    return false;
  P.op = facts::PredicateOp::BitTest;
  P.left = V.valuePtr(Words);
  P.right = V.valuePtr(Rest->getLHS()->IgnoreParenCasts());
  return true;
}

bool FunctionExtractor::comparison(const Expr *E, facts::PredicateT &P) {
  const Expr *Left = nullptr, *Right = nullptr;
  std::optional<facts::PredicateOp> Op;
  if (const auto *B = dyn_cast<BinaryOperator>(E)) {
    Op = comparisonOp(B->getOpcode());
    Left = B->getLHS();
    Right = B->getRHS();
    if (B->getOpcode() == BO_And)
      Op = facts::PredicateOp::BitTest;
  } else if (const auto *C = dyn_cast<CXXOperatorCallExpr>(E)) {
    if (C->getNumArgs() != 2)
      return false;
    Op = comparisonOp(C->getOperator());
    Left = C->getArg(0);
    Right = C->getArg(1);
  }
  if (!Op)
    return false;
  // (x & bit) != 0
  const auto *Bit = dyn_cast_or_null<BinaryOperator>(strip(Left).E);
  if (Bit && Bit->getOpcode() == BO_And &&
      (*Op == facts::PredicateOp::Ne || *Op == facts::PredicateOp::Eq)) {
    auto Zero = Right->getIntegerConstantExpr(T.context());
    if (Zero && *Zero == 0) {
      P.negated ^= *Op == facts::PredicateOp::Eq;
      return comparison(Bit, P);
    }
  }
  if (Bit = dyn_cast<BinaryOperator>(E);
      Bit && *Op == facts::PredicateOp::BitTest && bitOfSet(Bit, P))
    return true;
  P.op = *Op;
  P.left = V.valuePtr(Left);
  P.right = V.valuePtr(Right);
  const bool Equality =
      P.op == facts::PredicateOp::Eq || P.op == facts::PredicateOp::Ne;
  if (Equality && (P.left->kind == facts::ValueKind::Null ||
                   P.right->kind == facts::ValueKind::Null)) {
    if (P.left->kind == facts::ValueKind::Null)
      std::swap(P.left, P.right);
    P.right.reset();
    P.negated ^= P.op == facts::PredicateOp::Ne;
    P.op = facts::PredicateOp::IsNull;
  } else if (!Equality && P.op != facts::PredicateOp::BitTest &&
             Left->getType()->isPointerType() &&
             Right->getType()->isPointerType()) {
    // a < b and b > a are one order; >= and <= are its negation.
    if (P.op == facts::PredicateOp::Gt || P.op == facts::PredicateOp::Le)
      std::swap(P.left, P.right);
    P.negated ^=
        P.op == facts::PredicateOp::Ge || P.op == facts::PredicateOp::Le;
    P.op = facts::PredicateOp::AddressLess;
  }
  return true;
}

std::unique_ptr<facts::PredicateT>
FunctionExtractor::predicate(const Expr *Condition) {
  if (!Condition)
    return nullptr;
  auto P = std::make_unique<facts::PredicateT>();
  const Expr *E = strip(Condition).E;
  while (const auto *Not = dyn_cast_or_null<UnaryOperator>(E)) {
    if (Not->getOpcode() != UO_LNot)
      break;
    P->negated ^= true;
    E = strip(Not->getSubExpr()).E;
  }
  if (!E || comparison(E, *P))
    return P;
  P->op = E->getType()->isPointerType() ? facts::PredicateOp::IsNull
                                        : facts::PredicateOp::Truth;
  P->negated ^= P->op == facts::PredicateOp::IsNull;
  P->left = V.valuePtr(E);
  if (P->left->kind == facts::ValueKind::Unknown)
    P->text = P->left->text;
  return P;
}

} // namespace gridlock::extract
