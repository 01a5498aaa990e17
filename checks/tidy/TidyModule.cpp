// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The engine's checks as clang-tidy checks. No analysis and no static state:
// the checks of one file find each other through a slot that their factories
// share, and the run they share ends with them.
#include "checks/engine/CheckRegistry.h"
#include "checks/tidy/TidyRun.h"
#include "tools/project/Project.h"

#include "clang-tidy/ClangTidyCheck.h"
#include "clang-tidy/ClangTidyModule.h"
#include "llvm/Config/llvm-config.h"
#if LLVM_VERSION_MAJOR < 22
#include "clang-tidy/ClangTidyModuleRegistry.h"
#endif
#include "clang/ASTMatchers/ASTMatchFinder.h"
#include "clang/ASTMatchers/ASTMatchers.h"

using namespace clang;
using namespace clang::tidy;

namespace gridlock::tidy {
namespace {

/// The run of the checks that are alive for a context, if any are.
struct Slot {
  std::map<const ClangTidyContext *, std::weak_ptr<TidyRun>> Runs;

  std::shared_ptr<TidyRun> join(const ClangTidyContext *Context) {
    std::weak_ptr<TidyRun> &Known = Runs[Context];
    std::shared_ptr<TidyRun> Run = Known.lock();
    if (!Run)
      Known = Run = std::make_shared<TidyRun>();
    return Run;
  }
};

class EngineCheck : public ClangTidyCheck {
public:
  EngineCheck(llvm::StringRef Name, ClangTidyContext *Context,
              std::shared_ptr<TidyRun> Run)
      : ClangTidyCheck(Name, Context), Id(Name.str()), Run(std::move(Run)) {
    S.Rules = option("Rules", Context);
    S.Config = option("Config", Context);
    ProfileName = option("Profile", Context);
    S.Show = project::profileNamed(ProfileName);
    if (!S.Show && !ProfileName.empty())
      configurationDiag(
          "option Profile is \"%0\"; it can be default, strict or pedantic")
          << ProfileName;
  }

  void storeOptions(ClangTidyOptions::OptionMap &Stored) override {
    Options.store(Stored, "Rules", S.Rules);
    Options.store(Stored, "Config", S.Config);
    Options.store(Stored, "Profile", ProfileName);
  }

  void registerMatchers(ast_matchers::MatchFinder *Finder) override {
    Finder->addMatcher(ast_matchers::translationUnitDecl().bind("unit"), this);
  }

  void check(const ast_matchers::MatchFinder::MatchResult &Result) override {
    ASTContext &Ctx = *Result.Context;
    TidyRun::Outcome &Outcome = Run->outcome(Ctx, S);
    if (!std::exchange(Outcome.ErrorsShown, true))
      for (const std::string &Error : Outcome.Errors)
        configurationDiag("%0") << Error;
    for (const Finding &F : Outcome.Findings)
      if (F.Rule == Id)
        show(Ctx, F);
  }

private:
  /// This check's own option, else the one for all: `gridlock.Rules`.
  std::string option(llvm::StringRef Name, const ClangTidyContext *Context) {
    if (std::optional<llvm::StringRef> Own = Options.get(Name))
      return Own->str();
    const ClangTidyOptions::OptionMap &All = Context->getOptions().CheckOptions;
    auto It = All.find(("gridlock." + Name).str());
    return It == All.end() ? std::string() : It->second.Value;
  }

  void show(ASTContext &Ctx, const Finding &F) {
    SourceLocation Where = Run->locate(Ctx, F.Where);
    if (Where.isInvalid())
      Where = Ctx.getSourceManager().getLocForStartOfFile(
          Ctx.getSourceManager().getMainFileID());
    {
      DiagnosticBuilder Warning = diag(Where, "%0");
      Warning << F.Message;
      for (const FixItHint &Hint : hints(Ctx, F))
        Warning << Hint;
    } // a note ends it
    for (const Note &N : F.Notes)
      diag(Run->locate(Ctx, N.Where), "%0", DiagnosticIDs::Note) << N.Message;
  }

  /// All of F's edits, or none if one is in no file of this unit.
  llvm::SmallVector<FixItHint, 2> hints(ASTContext &Ctx, const Finding &F) {
    llvm::SmallVector<FixItHint, 2> Hints;
    for (const Edit &E : F.Fix) {
      const SourceLocation Begin = Run->locate(Ctx, E.Begin),
                           End = Run->locate(
                               Ctx, {E.Begin.File, E.EndLine, E.EndColumn});
      if (Begin.isInvalid() || End.isInvalid())
        return {};
      Hints.push_back(
          Begin == End
              ? FixItHint::CreateInsertion(Begin, E.Text)
              : FixItHint::CreateReplacement(
                    CharSourceRange::getCharRange(Begin, End), E.Text));
    }
    return Hints;
  }

  std::string Id;
  std::shared_ptr<TidyRun> Run;
  TidyRun::Settings S;
  std::string ProfileName;
};

class GridlockModule : public ClangTidyModule {
public:
  void addCheckFactories(ClangTidyCheckFactories &Factories) override {
    auto Shared = std::make_shared<Slot>();
    for (const CheckInfo &Info : allChecks())
      Factories.registerCheckFactory(
          Info.Id, [Shared](llvm::StringRef Name, ClangTidyContext *Context) {
            return std::make_unique<EngineCheck>(Name, Context,
                                                 Shared->join(Context));
          });
  }
};

ClangTidyModuleRegistry::Add<GridlockModule>
    Registered("gridlock-module",
               "Calls that block, locks and tasks in concurrent C++");

} // namespace
} // namespace gridlock::tidy
