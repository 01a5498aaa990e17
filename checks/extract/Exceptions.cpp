// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Exceptions: from each call in a try block to its handlers, through the
// destructors of what is alive there. Clang's CFG has neither the edges nor the
// destructors.
#include "checks/extract/FunctionExtractor.h"

using namespace clang;

namespace gridlock::extract {
namespace {

/// No exception comes out, by the callee's own promise or by what it is: C
/// functions of the system, and what gives a lock back (handlers that release
/// would have nothing to rely on).
bool isQuiet(const facts::SymbolT &S, const facts::FileT &Out) {
  using Flag = facts::SymbolFlag;
  auto Has = [&](Flag F) { return (S.flags & F) != Flag::NONE; };
  if (Has(Flag::NoThrow))
    return true;
  llvm::StringRef Qualified = Out.strings[S.qualified];
  if (Has(Flag::InSystemHeader) && !Qualified.contains("::") &&
      Out.strings[S.mangled] == Qualified)
    return true;
  llvm::StringRef Name = Qualified.rsplit("::").second;
  if (Name.empty())
    Name = Qualified;
  return Name.contains_insensitive("unlock") ||
         Name.contains_insensitive("release");
}

} // namespace

bool FunctionExtractor::mayThrow(const Event &E) const {
  using Kind = facts::EventKind;
  switch (E.kind) {
  case Kind::Call:
  case Kind::Construct:
  case Kind::Copy:
  case Kind::Move:
  case Kind::Assign:
    break;
  default:
    return false;
  }
  if (E.is_noexcept || E.implicit == facts::ImplicitKind::Destructor ||
      E.implicit == facts::ImplicitKind::Cleanup)
    return false;
  if (!E.symbol)
    return E.kind == Kind::Call;
  return !isQuiet(*T.out().symbols[E.symbol], T.out());
}

/// S, in TRY, added events from index FIRST on to BLOCK: each that may throw
/// gets an edge to the handlers from what is in front of it.
std::uint32_t FunctionExtractor::splitThrowing(std::uint32_t Index,
                                               std::size_t First, const Stmt *S,
                                               const CXXTryStmt *Try) {
  for (std::size_t I = First; I < Block->events.size(); ++I) {
    if (!mayThrow(*Block->events[I]))
      continue;
    std::uint32_t Next = newBlock();
    facts::BlockT &From = *F->blocks[Index], &To = *F->blocks[Next];
    To.events.assign(std::make_move_iterator(From.events.begin() + I),
                     std::make_move_iterator(From.events.end()));
    From.events.resize(I);
    edge(Index, Next, facts::EdgeKind::Always);
    ThrowPoint Point{Index, Try, Scan.InScope.lookup(S), Temporaries};
    Throwing.insert(Try);
    ThrowPoints.push_back(std::move(Point));
    Index = Next;
    Block = &To;
    I = 0;
  }
  return Index;
}

/// Bind is destroyed at the end of its full expression, or on the way out.
void FunctionExtractor::noteTemporary(const CXXBindTemporaryExpr *Bind) {
  if (!Ending.contains(Bind))
    return;
  const Expr *Made = strip(Bind).E;
  if (std::optional<Place> P = Made ? result(Made) : std::nullopt)
    Temporaries.push_back({Bind, std::move(*P)});
}

void FunctionExtractor::forgetTemporary(const CXXBindTemporaryExpr *Bind) {
  llvm::erase_if(Temporaries,
                 [&](const Temporary &T) { return T.Bind == Bind; });
}

void FunctionExtractor::unwindVariable(const VarDecl *VD,
                                       SourceLocation Where) {
  if (const auto *Attr = VD->getAttr<CleanupAttr>())
    return cleanup(VD, Attr->getFunctionDecl());
  destroy(variablePlace(VD), VD->getType().getNonReferenceType(), Where);
}

/// The first of the blocks that destroy what is alive in SCOPE, up to what was
/// alive before TRY (all, where TRY is null), and lead to TO.
std::uint32_t FunctionExtractor::unwindTo(const ScopeVariable *Scope,
                                          const CXXTryStmt *Try,
                                          std::uint32_t To) {
  const ScopeVariable *End = Try ? Scan.TryScopes.lookup(Try) : nullptr;
  const std::uint32_t Goal = To;
  llvm::SmallVector<const ScopeVariable *, 8> Chain;
  for (; Scope && Scope != End; Scope = Scope->Outer) {
    auto Known = Unwinding.find({Scope, Goal});
    if (Known != Unwinding.end()) {
      To = Known->second;
      break;
    }
    Chain.push_back(Scope);
  }
  for (const ScopeVariable *Each : llvm::reverse(Chain)) {
    std::uint32_t Index = newBlock();
    Block = F->blocks[Index].get();
    unwindVariable(Each->Var, Each->Var->getLocation());
    edge(Index, To, facts::EdgeKind::Cleanup);
    Unwinding[{Each, Goal}] = To = Index;
  }
  return To;
}

/// What an exception of S destroys: in S's own block, or, where there are many,
/// in blocks shared with others (see connect()).
void FunctionExtractor::unwindThrow(const CXXThrowExpr *S) {
  if (InlineUnwinds >= MaxInlineUnwinds)
    return;
  UnwoundInline.insert(S);
  const CXXTryStmt *Try = Scan.InTry.lookup(S);
  const ScopeVariable *End = Try ? Scan.TryScopes.lookup(Try) : nullptr;
  for (const ScopeVariable *Each = Scan.InScope.lookup(S); Each && Each != End;
       Each = Each->Outer) {
    unwindVariable(Each->Var, S->getBeginLoc());
    ++InlineUnwinds;
  }
  if (!Try || Try == FD->getBody())
    unwindParts(S->getBeginLoc());
}

/// An exception out of a constructor's body destroys the finished parts, or all
/// of the object if another constructor has finished it.
void FunctionExtractor::unwindParts(SourceLocation Where) {
  const auto *Ctor = dyn_cast_or_null<CXXConstructorDecl>(FD);
  if (!Ctor)
    return;
  llvm::SmallVector<const CXXCtorInitializer *, 8> Parts(Ctor->inits());
  for (const CXXCtorInitializer *Init : llvm::reverse(Parts)) {
    if (Init->isDelegatingInitializer())
      destroy(thisPlace(), Ctor->getThisType()->getPointeeType(), Where);
    else if (const FieldDecl *Field = Init->getMember())
      destroy(memberPlace(Init), Field->getType(), Where);
    else if (Init->isBaseInitializer() && !Init->isBaseVirtual())
      destroy(memberPlace(Init), QualType(Init->getBaseClass(), 0), Where);
  }
}

/// After all blocks are filled.
void FunctionExtractor::connectThrowing(const CFG &Graph) {
  llvm::DenseMap<const CXXTryStmt *, std::uint32_t> Handlers;
  for (const CFGBlock *B : Graph.try_blocks())
    if (const auto *Try = dyn_cast_or_null<CXXTryStmt>(B->getTerminatorStmt()))
      if (std::optional<std::uint32_t> Index = blockOf(B))
        Handlers[Try] = *Index;
  for (const ThrowPoint &Point : ThrowPoints) {
    auto Handler = Handlers.find(Point.Try);
    if (Handler == Handlers.end())
      continue;
    std::uint32_t To = unwindTo(Point.Scope, Point.Try, Handler->second);
    if (!Point.Temporaries.empty()) {
      std::vector<const Stmt *> Key;
      for (const Temporary &Alive : Point.Temporaries)
        Key.push_back(Alive.Bind);
      auto [Known, New] = TemporaryEnds.try_emplace({std::move(Key), To}, 0);
      if (New) {
        Known->second = newBlock();
        Block = F->blocks[Known->second].get();
        for (const Temporary &Alive : llvm::reverse(Point.Temporaries))
          destroy(Alive.Where, Alive.Bind->getType(), Alive.Bind->getEndLoc());
        edge(Known->second, To, facts::EdgeKind::Cleanup);
      }
      To = Known->second;
    }
    edge(Point.From, To, facts::EdgeKind::Handler);
  }
}

} // namespace gridlock::extract
