// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/extract/Extractor.h"
#include "checks/extract/FunctionExtractor.h"
#include "checks/facts/FactsFile.h"

#include "clang/Basic/Diagnostic.h"

#include <deque>

using namespace clang;

namespace gridlock::extract {
namespace {

bool isGeneratedAssignment(const CXXMethodDecl *MD) {
  return MD->isCopyAssignmentOperator() || MD->isMoveAssignmentOperator();
}

bool isCopyOrMove(const FunctionDecl *FD) {
  if (const auto *Ctor = dyn_cast<CXXConstructorDecl>(FD))
    return Ctor->isCopyOrMoveConstructor();
  const auto *MD = dyn_cast<CXXMethodDecl>(FD);
  return MD && isGeneratedAssignment(MD);
}

/// Whether the constant INIT has the address of a function or a variable in it.
bool handsOut(const Expr *Init) {
  llvm::SmallVector<const Expr *, 8> Work{Init};
  while (!Work.empty()) {
    const Expr *E = Work.pop_back_val();
    E = E ? strip(E).E : nullptr;
    if (const auto *List = dyn_cast_or_null<InitListExpr>(E)) {
      const Type *Element = List->getType()->getArrayElementTypeNoTypeQual();
      if (!Element || !Element->isArithmeticType())
        for (const Expr *Part : List->inits())
          Work.push_back(Part);
      continue;
    }
    if (const auto *Address = dyn_cast_or_null<UnaryOperator>(E);
        Address && Address->getOpcode() == UO_AddrOf)
      return true;
    if (isa_and_nonnull<LambdaExpr>(E))
      return true;
    if (const auto *Ref = dyn_cast_or_null<DeclRefExpr>(E);
        Ref && isa<FunctionDecl>(Ref->getDecl()))
      return true;
  }
  return false;
}

/// A constant structure of a few numbers: a timeout, say.
bool isFewNumbers(QualType T) {
  const auto *RD = T.isConstQualified() ? T->getAsRecordDecl() : nullptr;
  unsigned Fields = 0;
  for (const FieldDecl *Field :
       RD ? RD->fields() : RecordDecl::field_range({}, {}))
    if (++Fields > 4 || !Field->getType()->isArithmeticType())
      return false;
  return Fields != 0;
}

/// Whether INIT, of a structure that may change, names an enumerator: of which
/// kind a lock is, say.
bool namesKind(QualType T, const Expr *Init) {
  if (T.isConstQualified())
    return false;
  llvm::SmallVector<const Expr *, 8> Work{Init};
  while (!Work.empty()) {
    const Expr *E = Work.pop_back_val();
    E = E ? strip(E).E : nullptr;
    if (const auto *List = dyn_cast_or_null<InitListExpr>(E)) {
      if (List->getType()->isRecordType())
        for (const Expr *Part : List->inits())
          Work.push_back(Part);
    } else if (const auto *Ref = dyn_cast_or_null<DeclRefExpr>(E);
               Ref && isa<EnumConstantDecl>(Ref->getDecl()) && E != Init) {
      return true;
    }
  }
  return false;
}

class UnitExtractor {
public:
  UnitExtractor(ASTContext &Ctx, Tables &T) : Ctx(Ctx), T(T) {}

  void run() {
    declarations(Ctx.getTranslationUnitDecl());
    drain();
    facts::UnresolvedT &Counts = *T.out().unresolved;
    for (const FunctionDecl *Pattern : Patterns)
      Counts.dependent_functions += !Instantiated.contains(Pattern);
    countExternalCalls(Counts);
  }

private:
  void declarations(const DeclContext *DC);
  void declaration(const Decl *D);
  void record(const CXXRecordDecl *RD);
  void classTemplate(const ClassTemplateDecl *TD);
  void functionTemplate(const FunctionTemplateDecl *TD);
  void function(const FunctionDecl *FD);
  void implicitMembers(const CXXRecordDecl *RD);
  void variable(const VarDecl *VD);
  void nested(const BodyScan &Scan);
  void drain();
  void extract(const FunctionDecl *FD);
  void countExternalCalls(facts::UnresolvedT &Counts);
  bool isProjectSymbol(std::uint32_t Symbol) {
    return (T.out().symbols[Symbol]->flags &
            facts::SymbolFlag::InSystemHeader) == facts::SymbolFlag::NONE;
  }

  ASTContext &Ctx;
  Tables &T;
  std::deque<const FunctionDecl *> Queue;
  llvm::SmallPtrSet<const Decl *, 32> Seen;
  llvm::SmallVector<const FunctionDecl *, 32>
      Patterns; // dependent, with a body
  llvm::DenseSet<const FunctionDecl *> Instantiated;
};

void UnitExtractor::declarations(const DeclContext *DC) {
  for (const Decl *D : DC->decls())
    declaration(D);
}

void UnitExtractor::declaration(const Decl *D) {
  // A namespace or linkage block that stands in a system header has nothing of
  // ours.
  if (!T.isProject(D->getLocation()) || D->isInvalidDecl())
    return;
  if (const auto *TD = dyn_cast<FunctionTemplateDecl>(D))
    return functionTemplate(TD);
  if (const auto *TD = dyn_cast<ClassTemplateDecl>(D))
    return classTemplate(TD);
  if (isa<ClassTemplatePartialSpecializationDecl>(D))
    return; // its instances are listed with the primary template
  if (const auto *RD = dyn_cast<CXXRecordDecl>(D))
    return record(RD);
  if (const auto *FD = dyn_cast<FunctionDecl>(D))
    return function(FD);
  if (const auto *VD = dyn_cast<VarDecl>(D))
    return variable(VD);
  if (const auto *Friend = dyn_cast<FriendDecl>(D)) {
    if (const NamedDecl *Declared = Friend->getFriendDecl())
      declaration(Declared);
    return;
  }
  if (isa<NamespaceDecl, LinkageSpecDecl, ExportDecl>(D))
    declarations(cast<DeclContext>(D));
}

void UnitExtractor::functionTemplate(const FunctionTemplateDecl *TD) {
  TD = TD->getCanonicalDecl();
  if (!Seen.insert(TD).second)
    return;
  const FunctionDecl *Pattern = TD->getTemplatedDecl();
  if (const FunctionDecl *Def = Pattern->getDefinition();
      Def && !Def->isDefaulted() && !Def->isDeleted())
    Patterns.push_back(Def);
  for (const FunctionDecl *Instance : TD->specializations())
    function(Instance);
}

void UnitExtractor::classTemplate(const ClassTemplateDecl *TD) {
  TD = TD->getCanonicalDecl();
  if (!Seen.insert(TD).second)
    return;
  if (const CXXRecordDecl *Pattern = TD->getTemplatedDecl()->getDefinition())
    record(Pattern);
  for (const ClassTemplateSpecializationDecl *Instance : TD->specializations())
    record(Instance);
}

void UnitExtractor::record(const CXXRecordDecl *RD) {
  RD = RD->getDefinition();
  if (!RD || RD->isInvalidDecl() || !Seen.insert(RD).second)
    return;
  declarations(RD);
  if (!RD->isDependentContext())
    implicitMembers(RD);
}

/// Implicit and defaulted special members that Clang had to define: they
/// construct, copy, assign and destroy members; and inherited constructors.
void UnitExtractor::implicitMembers(const CXXRecordDecl *RD) {
  if (const CXXDestructorDecl *Dtor = RD->getDestructor())
    function(Dtor);
  for (const CXXConstructorDecl *Ctor : RD->ctors())
    function(Ctor);
  for (const CXXMethodDecl *Method : RD->methods())
    if (Method->isImplicit() && isGeneratedAssignment(Method))
      function(Method);
}

void UnitExtractor::function(const FunctionDecl *FD) {
  const FunctionDecl *Def = nullptr;
  if (FD->isDeleted() || !FD->hasBody(Def) || Def->isInvalidDecl())
    return;
  if (Def->isDependentContext()) {
    if (Seen.insert(Def).second)
      Patterns.push_back(Def);
    return;
  }
  // What the compiler writes: only what may call something.
  const auto *MD = dyn_cast<CXXMethodDecl>(Def);
  if (MD && (Def->isImplicit() || Def->isDefaulted())) {
    if (!isa<CXXConstructorDecl, CXXDestructorDecl>(MD) &&
        !isGeneratedAssignment(MD))
      return;
    if (MD->isTrivial())
      return;
  }
  if (const FunctionDecl *Pattern = Def->getTemplateInstantiationPattern())
    Instantiated.insert(Pattern);
  if (Seen.insert(Def).second)
    Queue.push_back(Def);
}

void UnitExtractor::variable(const VarDecl *VD) {
  if (!VD->hasGlobalStorage() || VD->getDeclContext()->isDependentContext() ||
      VD->isInvalidDecl() ||
      VD->isThisDeclarationADefinition() != VarDecl::Definition ||
      !VD->getInit())
    return;
  const Expr *Init = VD->getInit();
  if (Init->isValueDependent() || Init->containsErrors())
    return;
  // A constant initialiser happens at compile time: it counts if it hands out
  // code or the address of what may (tables of callbacks), a few numbers or a
  // kind.
  const bool RunsCode =
      !VD->isConstexpr() && (isa<CXXConstructExpr, CallExpr>(strip(Init).E) ||
                             !Init->isConstantInitializer(Ctx, false));
  const bool HandsOut =
      !RunsCode && (handsOut(Init) || isFewNumbers(VD->getType()) ||
                    namesKind(VD->getType(), Init));
  if (!RunsCode && !HandsOut && VD->isConstexpr())
    return;
  FunctionExtractor Extractor(T, VD);
  nested(Extractor.scan());
  if (!RunsCode && !HandsOut)
    return;
  std::unique_ptr<facts::FunctionT> F =
      RunsCode ? Extractor.run() : Extractor.runConstant();
  for (const auto &B : F->blocks)
    if (!B->events.empty())
      return T.out().functions.push_back(std::move(F));
}

void UnitExtractor::nested(const BodyScan &Scan) {
  for (const LambdaExpr *L : Scan.Lambdas) {
    if (FunctionTemplateDecl *Generic = L->getDependentCallOperator())
      functionTemplate(Generic);
    else
      function(L->getCallOperator());
  }
  for (const CXXRecordDecl *RD : Scan.LocalClasses)
    record(RD);
}

void UnitExtractor::drain() {
  while (!Queue.empty()) {
    const FunctionDecl *FD = Queue.front();
    Queue.pop_front();
    extract(FD);
  }
}

void UnitExtractor::extract(const FunctionDecl *FD) {
  FunctionExtractor Extractor(T, FD);
  nested(Extractor.scan());
  std::unique_ptr<facts::FunctionT> F = Extractor.run();
  if (FD->isImplicit() || FD->isDefaulted()) {
    // Copies of strings and the like run nothing of the project.
    const bool Copies = isCopyOrMove(FD);
    bool Calls = false;
    for (const auto &B : F->blocks)
      for (const auto &E : B->events)
        Calls |= Copies ? E->symbol && isProjectSymbol(E->symbol)
                        : E->kind == facts::EventKind::Call ||
                              E->kind == facts::EventKind::Construct;
    if (!Calls)
      return;
  }
  T.out().functions.push_back(std::move(F));
}

/// Calls of project functions whose body is in another unit.
void UnitExtractor::countExternalCalls(facts::UnresolvedT &Counts) {
  using Flag = facts::SymbolFlag;
  // Special members are often implicit, with nothing to be found elsewhere.
  const Flag Known = Flag::Defined | Flag::InSystemHeader | Flag::Constructor |
                     Flag::Destructor;
  for (const auto &F : T.out().functions)
    for (const auto &B : F->blocks)
      for (const auto &E : B->events)
        if (E->kind == facts::EventKind::Call && E->symbol)
          Counts.external_calls +=
              (T.out().symbols[E->symbol]->flags & Known) == Flag::NONE;
}

} // namespace

std::unique_ptr<facts::FileT>
extractTranslationUnit(ASTContext &Ctx, const ExtractOptions &Options) {
  auto File = std::make_unique<facts::FileT>();
  File->version = FactsVersion;
  File->command_hash = Options.CommandHash;
  File->unresolved = std::make_unique<facts::UnresolvedT>();
  File->status = Ctx.getDiagnostics().hasErrorOccurred()
                     ? facts::ParseStatus::Partial
                     : facts::ParseStatus::Ok;
  Tables T(Ctx, *File, Options.Root);
  File->producer = T.string(Options.Producer);
  File->main_file = T.file(Ctx.getSourceManager().getMainFileID());
  UnitExtractor(Ctx, T).run();
  return File;
}

} // namespace gridlock::extract
