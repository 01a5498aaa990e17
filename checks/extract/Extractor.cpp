// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "checks/extract/Extractor.h"
#include "checks/extract/FunctionExtractor.h"
#include "checks/facts/FactsFile.h"

#include "clang/Basic/Diagnostic.h"

#include <deque>

using namespace clang;

namespace gridlock::extract {
namespace {

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
/// construct and destroy members.
void UnitExtractor::implicitMembers(const CXXRecordDecl *RD) {
  if (const CXXDestructorDecl *Dtor = RD->getDestructor())
    function(Dtor);
  for (const CXXConstructorDecl *Ctor : RD->ctors())
    if (Ctor->isDefaultConstructor())
      function(Ctor);
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
  // Copies and moves member by member: nothing a check could want.
  const auto *MD = dyn_cast<CXXMethodDecl>(Def);
  const bool Generated = Def->isImplicit() || Def->isDefaulted();
  const auto *Ctor = dyn_cast<CXXConstructorDecl>(Def);
  if (MD && Generated && !isa<CXXDestructorDecl>(MD) &&
      !(Ctor && Ctor->isDefaultConstructor()))
    return;
  if (isa<CXXDestructorDecl>(Def) && Generated &&
      MD->getParent()->hasTrivialDestructor())
    return;
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
  if (Init->isValueDependent() || Init->containsErrors() || VD->isConstexpr())
    return;
  FunctionExtractor Extractor(T, VD);
  nested(Extractor.scan());
  // A constant initialiser happens at compile time, unless it hands out code.
  const bool RunsCode = isa<CXXConstructExpr, CallExpr>(strip(Init).E) ||
                        !Init->isConstantInitializer(Ctx, false);
  if (RunsCode)
    T.out().functions.push_back(Extractor.run());
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
    bool Calls = false;
    for (const auto &B : F->blocks)
      for (const auto &E : B->events)
        Calls |= E->kind == facts::EventKind::Call ||
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
